package draft

import (
	"fmt"
	"reflect"
	"unsafe"
)

// IdentityOf returns a function that reads the identity of an element, its field tagged
// `atom:"key"`. E is a struct with such a field or a pointer to one; the identity of a nil
// pointer is nil. The error wraps [ErrType] if E has no such field, or if id cannot be a
// value of it. It is for a package that keeps values over time.
func IdentityOf[E any](id any) (read func(*E) any, err error) {
	p, err := planOf(reflect.TypeFor[E]())
	switch {
	case err != nil:
		return nil, err
	case !p.keyed():
		return nil, fmt.Errorf("%w: %v has no field tagged `atom:\"key\"`", ErrType, p.typ)
	case !p.canBeID(id):
		return nil, fmt.Errorf("%w: the key of %v is not a %T", ErrType, p.typ, id)
	}
	return func(e *E) any { return p.id(unsafe.Pointer(e)) }, nil
}

// keyed reports whether the elements p have identities.
func (p *plan) keyed() bool {
	if p.kind == kindPointer {
		p = p.elem
	}
	return p.kind == kindStruct && p.identity != nil
}

// canBeID reports whether id has the type of the identities of p, which is keyed.
func (p *plan) canBeID(id any) bool {
	if p.kind == kindPointer {
		p = p.elem
	}
	return reflect.TypeOf(id) == p.identity.plan.typ
}

// id returns the identity of the p at a, or nil if it has none.
//
//go:noinline
func (p *plan) id(a unsafe.Pointer) any { return p.identify(a, (*plan).load) }

// idImmutable is id for an element that is immutable, see [plan.loadImmutable].
//
//go:noinline
func (p *plan) idImmutable(a unsafe.Pointer) any { return p.identify(a, (*plan).loadImmutable) }

func (p *plan) identify(a unsafe.Pointer, load func(*plan, unsafe.Pointer) any) any {
	if p.kind == kindPointer {
		if a = *(*unsafe.Pointer)(a); a == nil {
			return nil
		}
		p = p.elem
	}
	if p.kind != kindStruct || p.identity == nil {
		return nil
	}
	return load(p.identity.plan, unsafe.Add(a, p.identity.offset))
}

// hasID reports whether the identity of the p at a is id. For strings, the most common
// identities, it does not allocate.
func (p *plan) hasID(a unsafe.Pointer, id any) bool {
	if s, ok := id.(string); ok && p.kind == kindStruct && p.identity != nil && p.identity.plan.typ == stringType {
		return *(*string)(unsafe.Add(a, p.identity.offset)) == s
	}
	return p.id(a) == id
}

// sameID reports whether the elements p at a and b have the same identity.
func (w *walk) sameID(p *plan, a, b unsafe.Pointer) bool {
	if p.kind == kindPointer {
		p, a, b = p.elem, *(*unsafe.Pointer)(a), *(*unsafe.Pointer)(b)
		if a == nil || b == nil {
			return a == b
		}
	}
	f := p.identity
	return w.equal(f.plan, unsafe.Add(a, f.offset), unsafe.Add(b, f.offset))
}

// load returns the p at a as an interface value.
func (p *plan) load(a unsafe.Pointer) any {
	if p.typ == stringType {
		return *(*string)(a)
	}
	return p.value(a).Interface()
}

// loadImmutable is load from memory that is immutable: the interface value points to it, and
// nothing is allocated.
func (p *plan) loadImmutable(a unsafe.Pointer) any {
	if p.direct || p.zero == nil { // an interface has no zero value to take the type from
		return p.load(a)
	}
	v := p.zero
	(*eface)(unsafe.Pointer(&v)).data = a
	return v
}

var stringType = reflect.TypeFor[string]()
