package atom

import (
	"fmt"
	"reflect"
	"unsafe"
)

// child calls f with the child of the object or array p at a that token names.
func (x *patcher) child(p *plan, a unsafe.Pointer, token string, write bool, f func(*plan, unsafe.Pointer, *field) error) error {
	switch p.kind {
	case kindStruct:
		field, at := p.find(a, token, false)
		if field == nil || at == nil || !x.has(field, at) && !field.plan.begun(at) {
			return noMember(token)
		}
		return f(field.plan, at, field)
	case kindSlice, kindArray:
		base, n := a, p.length
		if p.kind == kindSlice {
			s := (*slice)(a)
			base, n = s.data, s.len
		}
		i, err := index(token, n, false)
		if err != nil {
			return err
		}
		return f(p.elem, p.elem.at(base, i), nil)
	case kindMap:
		m, k, err := p.mapAt(a, token)
		if err != nil {
			return err
		}
		e := m.MapIndex(k)
		if !e.IsValid() {
			return noMember(token)
		}
		fresh := p.elem.stored(e)
		if err := f(p.elem, fresh, nil); err != nil || !write {
			return err
		}
		m.SetMapIndex(k, p.elem.value(fresh))
		return nil
	case kindList, kindTable:
		r := (*root)(a)
		i, found, _, err := p.positionIn(r, token, false)
		if err != nil {
			return err
		}
		if !found {
			return noMember(token)
		}
		if write {
			return f(p.elem, p.element(p.drafted(r, i)), nil)
		}
		return f(p.elem, p.element(r.current().at(i)), nil)
	}
	return fmt.Errorf("%w: %q inside a %s", ErrPath, token, p.typ)
}

func noMember(token string) error { return fmt.Errorf("%w: there is no member %q", ErrPath, token) }

// mapAt is the map at a, and the key that token names.
func (p *plan) mapAt(a unsafe.Pointer, token string) (m, k reflect.Value, err error) {
	key := p.key.new()
	if err = p.key.parseKey(token, key); err != nil {
		return m, k, err
	}
	return p.value(a), p.key.value(key), nil
}

// positionIn is the position that token names in a List, or in a Map: there
// box is a fresh box with the key, and found tells whether the key is there.
func (p *plan) positionIn(r *root, token string, end bool) (i int, found bool, box unsafe.Pointer, err error) {
	if p.kind == kindList {
		i, err = index(token, r.current().len(), end)
		return i, err == nil, nil, err
	}
	box = p.box.new()
	if err = p.key.parseKey(token, box); err != nil {
		return 0, false, nil, err
	}
	i, found = r.current().search(p.order.keyIn(box, p.key.typ), p.key.typ)
	return i, found, box, nil
}

// drafted is box i of r, of the List or Map p, to be written to.
func (p *plan) drafted(r *root, i int) unsafe.Pointer {
	return r.private(i, func(old unsafe.Pointer) unsafe.Pointer {
		var w walk
		return w.detachedBox(p, old)
	})
}

func (x *patcher) addChild(p *plan, a unsafe.Pointer, token string, v value) error {
	switch p.kind {
	case kindStruct:
		f, at := p.find(a, token, true)
		if f == nil {
			return fmt.Errorf("%w: %s has no field %q", ErrPath, p.typ, token)
		}
		fresh := f.plan.new()
		if err := v.into(f.plan, fresh, f); err != nil {
			return err
		}
		f.plan.copy(at, fresh)
		x.forget(f.plan, at)
		x.show(at, true)
		return nil
	case kindSlice:
		s := p.value(a)
		i, err := index(token, s.Len(), true)
		if err != nil {
			return err
		}
		fresh := p.elem.new()
		if err := v.into(p.elem, fresh, nil); err != nil {
			return err
		}
		if s.IsNil() {
			return fmt.Errorf("%w: inside null", ErrPath)
		}
		s.Set(reflect.Append(s, reflect.Zero(p.elem.typ)))
		reflect.Copy(s.Slice(i+1, s.Len()), s.Slice(i, s.Len()-1))
		s.Index(i).Set(p.elem.value(fresh))
		return nil
	case kindMap:
		m, k, err := p.mapAt(a, token)
		if err != nil {
			return err
		}
		if m.IsNil() {
			return fmt.Errorf("%w: inside null", ErrPath)
		}
		fresh := p.elem.new()
		if err := v.into(p.elem, fresh, nil); err != nil {
			return err
		}
		m.SetMapIndex(k, p.elem.value(fresh))
		return nil
	case kindList, kindTable:
		r := (*root)(a)
		i, found, box, err := p.positionIn(r, token, true)
		if err != nil {
			return err
		}
		if box == nil {
			box = p.box.new()
		}
		if err := v.into(p.elem, p.element(box), nil); err != nil {
			return err
		}
		if p.kind == kindTable && found {
			r.edit(entryEdit{op: OpReplace, at: i, box: box, old: r.current().at(i)})
		} else {
			r.edit(entryEdit{op: OpAdd, at: i, box: box})
		}
		return nil
	}
	return fmt.Errorf("%w: nothing can be added to a %s", ErrPath, p.typ)
}

func (x *patcher) removeChild(p *plan, a unsafe.Pointer, token string) error {
	switch p.kind {
	case kindStruct:
		f, at := p.find(a, token, false)
		if f == nil || at == nil || !x.has(f, at) {
			return noMember(token)
		}
		f.plan.value(at).SetZero()
		x.forget(f.plan, at)
		x.show(at, false)
		return nil
	case kindSlice:
		s := p.value(a)
		i, err := index(token, s.Len(), false)
		if err != nil {
			return err
		}
		reflect.Copy(s.Slice(i, s.Len()), s.Slice(i+1, s.Len()))
		s.SetLen(s.Len() - 1)
		return nil
	case kindMap:
		m, k, err := p.mapAt(a, token)
		if err != nil {
			return err
		}
		if !m.MapIndex(k).IsValid() {
			return noMember(token)
		}
		m.SetMapIndex(k, reflect.Value{})
		return nil
	case kindList, kindTable:
		r := (*root)(a)
		i, found, _, err := p.positionIn(r, token, false)
		if err != nil {
			return err
		}
		if !found {
			return noMember(token)
		}
		r.edit(entryEdit{op: OpRemove, at: i, old: r.current().at(i)})
		return nil
	}
	return fmt.Errorf("%w: nothing can be removed from a %s", ErrPath, p.typ)
}
