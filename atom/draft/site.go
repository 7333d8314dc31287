package draft

import (
	"reflect"
	"unsafe"
)

// site is a place in a value that is read and not written: the p at an address.
type site struct {
	plan        *plan
	at          unsafe.Pointer
	addressable Addressability
}

// siteOf returns the site of the value that v points to.
func siteOf(v any) (site, error) {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Pointer || r.IsNil() {
		return site{}, ErrPath
	}
	p, err := planOf(r.Type().Elem())
	return site{p, r.UnsafePointer(), Addressable}, err
}

// deref follows pointers and interfaces. It returns ErrPath if they lead to nothing.
func (x site) deref() (site, error) {
	for {
		switch x.plan.kind {
		case kindPointer:
			x = site{x.plan.elem, *(*unsafe.Pointer)(x.at), Addressable}
		case kindInterface:
			e, held, err := x.plan.interfaceValue(x.at)
			if err != nil {
				return x, err
			}
			x = site{e, held, Unaddressable}
		default:
			return x, nil
		}
		if x.plan == nil || x.at == nil {
			return x, ErrPath
		}
	}
}

// isSequence reports whether x is a slice or a List.
func (x site) isSequence() bool { return x.plan.kind == kindSlice || x.plan.kind == kindList }

// len returns the number of elements of a sequence.
func (x site) len() int {
	if x.plan.kind == kindList {
		return (*header)(x.at).current().len()
	}
	return (*slice)(x.at).len
}

// element returns element i of a sequence.
func (x site) element(i int) site {
	e := x.plan.elem
	if x.plan.kind == kindList {
		return site{e, (*header)(x.at).current().at(i), Addressable}
	}
	return site{e, e.at((*slice)(x.at).data, i), Addressable}
}

// child returns the part of x that s goes to. x is no pointer or interface.
func (x site) child(s Step) (site, error) {
	switch p := x.plan; p.kind {
	case kindStruct:
		if f := s.field(); f != nil && f.in == p {
			return site{f.plan, unsafe.Add(x.at, f.offset), x.addressable}, nil
		}
	case kindArray:
		if s.index >= 0 && s.index < p.length {
			return site{p.elem, p.elem.at(x.at, s.index), x.addressable}, nil
		}
	case kindSlice, kindList:
		if i, ok := s.locate(x.len(), func(i int) any { return p.elem.id(x.element(i).at) }); ok {
			return x.element(i), nil
		}
	case kindGoMap:
		if k, ok := p.goMapKey(s); ok {
			if e := p.value(x.at).MapIndex(k); e.IsValid() {
				return site{p.elem, p.elem.inMemory(e), Unaddressable}, nil
			}
		}
	case kindMap:
		if box, ok := p.newKeyBox(s); ok {
			if i, found := (*header)(x.at).current().search(p.order.keyAt(box, p.key.typ), p.key.typ); found {
				return site{p.elem, p.element((*header)(x.at).current().at(i)), Addressable}, nil
			}
		}
	}
	return site{}, ErrPath
}

// equals reports whether x and y are equal for a server: of the zone of a time, JSON has the
// offset but not the name.
//
//go:noinline
func (x site) equals(y site) bool {
	w := walk{asJSON: true}
	return w.equal(x.plan, x.at, y.at) && w.err == nil
}

// indexOf returns the position in the sequence x of the element e, which has no identity:
// position i if the element there is equal, else that of the only equal element. It is
// noElement if there is none, or more than one.
func (x site) indexOf(e site, i int) int {
	n := x.len()
	if i >= 0 && i < n && x.element(i).equals(e) {
		return i
	}
	found := noElement
	for j := range n {
		if x.element(j).equals(e) {
			if found != noElement {
				return noElement
			}
			found = j
		}
	}
	return found
}

// original is the value that changes were made of. It advances with each change that has been
// handled.
type original struct {
	applier
	value  site
	copied bool // value is a copy that may be written to
}

// advance applies s to the value.
func (t *original) advance(s *change, path Path) error {
	if !t.copied {
		t.value.at, t.copied, t.many = t.value.plan.clone(t.value.at), true, true
	}
	return t.apply(t.value.plan, t.value.at, path, 0, s)
}
