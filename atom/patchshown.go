package atom

import "unsafe"

// has tells whether the field f at a is in the document.
func (x *patcher) has(f *field, a unsafe.Pointer) bool {
	if f.omit == nil {
		return true
	}
	is, known := x.shown[a]
	if !known {
		is = !f.omit(a)
		x.show(a, is)
	}
	return is
}

func (x *patcher) show(a unsafe.Pointer, is bool) {
	if x.shown == nil {
		x.shown = map[unsafe.Pointer]bool{}
	}
	x.shown[a] = is
}

// forget drops what is known of the fields inside the p at a, which is new.
func (x *patcher) forget(p *plan, a unsafe.Pointer) {
	for f := range x.shown {
		if f != a && uintptr(f)-uintptr(a) < p.size {
			delete(x.shown, f)
		}
	}
}

// begun tells whether the p at a, an empty field, is what a patch left when it
// took the last element out: it can then be gone into, though it is empty.
func (p *plan) begun(a unsafe.Pointer) bool {
	switch p.kind {
	case kindMap, kindSlice:
		return !p.value(a).IsNil()
	case kindList, kindTable:
		return (*root)(a).journal != nil
	}
	return false
}
