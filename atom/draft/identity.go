package draft

import (
	"fmt"
	"reflect"
	"unsafe"
)

// IdentityOf returns the function that reads the identity of an element, its field
// tagged `atom:"key"`. E is the struct or a pointer to it; a nil pointer has the
// identity nil. It returns an error that wraps [ErrType] when there is no such field, or
// when it cannot be id.
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

// keyed tells whether values of p have an identity.
func (p *plan) keyed() bool {
	if p.kind == kindPointer {
		p = p.elem
	}
	return p.kind == kindStruct && p.identity != nil
}

// canBeID tells whether id is of the type of the identities of p, which has some.
func (p *plan) canBeID(id any) bool {
	if p.kind == kindPointer {
		p = p.elem
	}
	return reflect.TypeOf(id) == p.identity.plan.typ
}

// id is the identity of the p at a, or nil if it has none.
//
//go:noinline
func (p *plan) id(a unsafe.Pointer) any { return p.identify(a, (*plan).load) }

// idIn is id of an element that is never written to again, see [plan.loadImmutable].
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

// hasID tells whether the identity of the p at a is id, without an allocation
// for the most common kind.
func (p *plan) hasID(a unsafe.Pointer, id any) bool {
	if s, ok := id.(string); ok && p.kind == kindStruct && p.identity != nil && p.identity.plan.typ == stringType {
		return *(*string)(unsafe.Add(a, p.identity.offset)) == s
	}
	return p.id(a) == id
}

// sameID tells whether the elements p at a and b have one identity.
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

// load is the p at a as an interface value.
func (p *plan) load(a unsafe.Pointer) any {
	if p.typ == stringType {
		return *(*string)(a)
	}
	return p.value(a).Interface()
}

// loadImmutable is load from memory that is never written to again: the interface
// newValue then points there, and nothing is allocated.
func (p *plan) loadImmutable(a unsafe.Pointer) any {
	if p.direct || p.zero == nil { // nil of an interface type
		return p.load(a)
	}
	v := p.zero
	(*eface)(unsafe.Pointer(&v)).data = a
	return v
}

var stringType = reflect.TypeFor[string]()
