package atom

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// A patcher applies operations to a draft, found by JSON names.
type patcher struct {
	limits Limits
	copied int // bytes

	// shown remembers of fields that omitempty or omitzero can leave out
	// whether they are in the document: they stay there while they are empty
	// in the middle of a patch.
	shown map[unsafe.Pointer]bool
}

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

// do carries out o on the p at a.
func (x *patcher) do(p *plan, a unsafe.Pointer, o operation) error {
	switch o.Op {
	case "add":
		return x.add(p, a, o.path, value{json: o.Value})
	case "replace":
		return x.replace(p, a, o.path, value{json: o.Value})
	case "remove":
		return x.remove(p, a, o.path)
	case "test":
		v, err := x.get(p, a, o.path)
		if err != nil {
			return err
		}
		b, err := v.text()
		if err != nil {
			return err
		}
		if same, err := sameJSON(b, o.Value); err != nil || !same {
			return fmt.Errorf("%w: there is %.200s", ErrTest, b)
		}
		return nil
	}
	if o.Op == "move" && len(o.path) > len(o.from) && slices.Equal(o.path[:len(o.from)], o.from) {
		return fmt.Errorf("%w: %q cannot be moved into itself", ErrPatch, *o.From)
	}
	v, err := x.get(p, a, o.from)
	if err != nil {
		return fmt.Errorf("from %q: %w", *o.From, err)
	}
	if err := x.charge(v); err != nil {
		return err
	}
	if o.Op == "move" {
		if slices.Equal(o.path, o.from) {
			return nil
		}
		if err := x.remove(p, a, o.from); err != nil {
			return err
		}
	}
	return x.add(p, a, o.path, v)
}

// charge counts the size of v, which is to be copied: a few copies of copies
// would otherwise fill the memory.
func (x *patcher) charge(v value) error {
	b, err := v.text()
	if err != nil {
		return err
	}
	if x.copied += len(b); x.copied > x.limits.Bytes {
		return fmt.Errorf("%w: copies more than %d bytes", ErrLimit, x.limits.Bytes)
	}
	return nil
}

// get is a copy of the part at path, which does not change with the draft.
func (x *patcher) get(p *plan, a unsafe.Pointer, path []string) (v value, err error) {
	err = x.visit(p, a, path, false, func(p *plan, a unsafe.Pointer, f *field) error {
		var w walk
		v = value{plan: p, at: w.detached(p, a), quoted: f != nil && f.quoted}
		return w.err
	})
	return v, err
}

func (x *patcher) replace(p *plan, a unsafe.Pointer, path []string, v value) error {
	return x.visit(p, a, path, true, func(p *plan, a unsafe.Pointer, f *field) error {
		fresh := p.new()
		if err := v.into(p, fresh, f); err != nil {
			return err
		}
		p.copy(a, fresh)
		x.forget(p, a)
		return nil
	})
}

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

// add is the operation add: a new element, or a member whether it is there or
// not.
func (x *patcher) add(p *plan, a unsafe.Pointer, path []string, v value) error {
	if len(path) == 0 {
		return x.replace(p, a, path, v)
	}
	token := path[len(path)-1]
	return x.visit(p, a, path[:len(path)-1], true, func(p *plan, a unsafe.Pointer, _ *field) error {
		return x.open(p, a, true, func(p *plan, a unsafe.Pointer) error { return x.addChild(p, a, token, v) })
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

func (x *patcher) remove(p *plan, a unsafe.Pointer, path []string) error {
	if len(path) == 0 {
		return fmt.Errorf("%w: the whole value cannot be removed", ErrPath)
	}
	token := path[len(path)-1]
	return x.visit(p, a, path[:len(path)-1], true, func(p *plan, a unsafe.Pointer, _ *field) error {
		return x.open(p, a, true, func(p *plan, a unsafe.Pointer) error { return x.removeChild(p, a, token) })
	})
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
