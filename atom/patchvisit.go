package atom

import (
	"encoding/json"
	"fmt"
	"reflect"
	"unsafe"
)

// visit calls f with the part of the p at a to which path leads, and with the
// field it is in, if it is in one. With write, f may write to it.
func (x *patcher) visit(p *plan, a unsafe.Pointer, path []string, write bool, f func(*plan, unsafe.Pointer, *field) error) error {
	if len(path) == 0 {
		return f(p, a, nil)
	}
	last := func(p *plan, a unsafe.Pointer, in *field) error {
		if len(path) == 1 {
			return f(p, a, in)
		}
		return x.visit(p, a, path[1:], write, f)
	}
	return x.open(p, a, write, func(p *plan, a unsafe.Pointer) error { return x.child(p, a, path[0], write, last) })
}

// open calls f with the object or array that the p at a is: what a pointer
// leads to, what an interface holds, and of a type with a JSON form of its own
// that form.
func (x *patcher) open(p *plan, a unsafe.Pointer, write bool, f func(*plan, unsafe.Pointer) error) error {
	switch {
	case p.leaf:
		return x.openForm(p, a, write, f)
	case p.kind == kindPointer:
		q := *(*unsafe.Pointer)(a)
		if q == nil {
			return fmt.Errorf("%w: inside null", ErrPath)
		}
		return x.open(p.elem, q, write, f)
	case p.kind == kindInterface:
		e, held, err := p.held(a)
		if err != nil {
			return err
		}
		if e == nil {
			return fmt.Errorf("%w: inside null", ErrPath)
		}
		fresh := e.copied(held)
		if err := x.open(e, fresh, write, f); err != nil || !write {
			return err
		}
		p.hold(a, e, fresh)
		return nil
	}
	return f(p, a)
}

func (x *patcher) openForm(p *plan, a unsafe.Pointer, write bool, f func(*plan, unsafe.Pointer) error) error {
	b, err := value{plan: p, at: a}.text()
	if err != nil {
		return err
	}
	if err := x.charge(len(b)); err != nil {
		return err
	}
	doc, err := decodeExact(b)
	if err != nil {
		return err
	}
	any, err := planOf(reflect.TypeFor[any]())
	if err != nil {
		return err
	}
	if err := x.open(any, unsafe.Pointer(&doc), write, f); err != nil || !write {
		return err
	}
	if b, err = json.Marshal(doc); err != nil {
		return err
	}
	fresh := p.new()
	if err := json.Unmarshal(b, p.value(fresh).Addr().Interface()); err != nil {
		return err
	}
	p.copy(a, fresh)
	return nil
}
