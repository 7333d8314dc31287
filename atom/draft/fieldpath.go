package draft

import "reflect"

// FieldPath returns the path from a P to its field of type t and that size at offset, which
// may be in structs and arrays that P contains. If several fields begin at offset, t decides.
// It returns false if there is none. It is for a package that keeps values over time, which
// knows a lens by a pointer into a value.
func FieldPath[P any](offset, size uintptr, t reflect.Type) (Path, bool) {
	p, err := planOf(reflect.TypeFor[P]())
	if err != nil {
		return nil, false
	}
	return p.fieldAt(nil, offset, size, t)
}

// fieldAt is FieldPath below path, for a p.
func (p *plan) fieldAt(path Path, offset, size uintptr, t reflect.Type) (Path, bool) {
	if offset == 0 && p.typ == t && p.size == size {
		return path, true
	}
	switch p.kind {
	case kindStruct:
		for _, f := range p.fields {
			if offset >= f.offset && offset+size <= f.offset+f.plan.size {
				if found, ok := f.plan.fieldAt(path.With(fieldStep(f)), offset-f.offset, size, t); ok {
					return found, ok
				}
			}
		}
	case kindArray:
		if p.elem.size > 0 {
			i := offset / p.elem.size
			return p.elem.fieldAt(path.With(ElementStep(int(i), nil)), offset-i*p.elem.size, size, t)
		}
	}
	return nil, false
}

// MayVanish reports whether a change at p may add or remove a member in the JSON form of a
// value above it, because a field on the way has omitempty or omitzero, or a JSON form of its
// own. Such a change is exact as JSON only if it is found by comparing the whole value. It is
// for a package that keeps values over time.
func (p Path) MayVanish() bool {
	for i, s := range p {
		if f := s.field(); f != nil && (f.in.leaf || f.omit != nil && i < len(p)-1) {
			return true
		}
	}
	return false
}
