package draft

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// child is the node that token names in n. With write, something in it is going
// to be written.
func (x *patcher) child(n *node, token string, write bool) (*node, error) {
	if err := x.open(n); err != nil {
		return nil, err
	}
	in := n.in
	if write {
		n.by = x.by
	}
	switch {
	case in.boxes != nil:
		i, found, _, err := in.plan.positionIn(&in.root, token, false)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, noMember(token)
		}
		return in.box(i, write), nil
	case in.array:
		i, err := index(token, len(in.slots), false)
		if err != nil {
			return nil, err
		}
		return in.slot(i), nil
	}
	m, err := in.member(token)
	if err == nil && m == nil {
		err = noMember(token)
	}
	return m, err
}

func noMember(token string) error { return fmt.Errorf("%w: there is no member %q", ErrPath, token) }

// index is the position that token means in an array of n elements. With end,
// the place behind the last one is a position.
func index(token string, n int, end bool) (int, error) {
	i, err := jsonpatch.Index(token, n, end)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrPath, err)
	}
	return i, err
}

// box is the node of element i of a List or Map.
func (in *insides) box(i int, write bool) *node {
	old := in.root.current().at(i)
	m := in.boxes[old]
	if m == nil {
		m = in.element()
		m.from = in.plan.element(old)
	}
	if write {
		delete(in.boxes, old)
		in.boxes[in.plan.drafted(&in.root, i)] = m
	}
	return m
}

// slot is the node of element i of another array.
func (in *insides) slot(i int) *node {
	s := &in.slots[i]
	if s.node == nil {
		s.node = in.element()
		s.node.from = in.origin(s.from)
	}
	return s.node
}

// origin is where element i of an array was.
func (in *insides) origin(i int) unsafe.Pointer {
	base := in.from
	if in.plan.kind == kindSlice {
		base = (*slice)(in.from).data
	}
	return in.plan.elem.at(base, i)
}

// member is the node of the member with that name, nil if there is none.
func (in *insides) member(name string) (*node, error) {
	if m, ok := in.members[name]; ok || in.from == nil {
		return m, nil
	}
	m := in.place(name, false)
	if m == nil {
		return nil, nil
	}
	if in.plan.kind == kindMap {
		v, k, err := in.plan.mapAt(in.from, name)
		if err != nil {
			return nil, err
		}
		e := v.MapIndex(k)
		if !e.IsValid() {
			return nil, nil
		}
		m.from = in.plan.elem.stored(e)
	} else if f, at := in.plan.find(in.from, name, false); at != nil && (f.omit == nil || !f.omit(at)) {
		m.from = at
	} else {
		return nil, nil
	}
	in.set(name, m)
	return m, nil
}

// set makes m the member with that name; nil removes it.
//
//go:noinline
func (in *insides) set(name string, m *node) {
	if in.members == nil {
		in.members = map[string]*node{}
	}
	in.members[name] = m
}

// add puts v where token says in n: a new element of an array, or a member
// whether it is there or not.
func (x *patcher) add(n *node, token string, v value) error {
	if err := x.open(n); err != nil {
		return err
	}
	in := n.in
	n.by = x.by
	switch {
	case in.boxes != nil:
		i, found, box, err := in.plan.positionIn(&in.root, token, true)
		if err != nil {
			return err
		}
		op := OpAdd
		if box == nil {
			box = in.plan.box.new()
		} else if found {
			op = OpReplace
		}
		x.putBox(in, entryEdit{op: op, at: i, box: box}, v)
		return nil
	case in.array:
		i, err := index(token, len(in.slots), true)
		if err != nil {
			return err
		}
		if in.plan != nil && in.plan.kind == kindArray {
			return fmt.Errorf("%w: a %s has a fixed length", ErrPath, in.plan.typ)
		}
		in.slots = append(in.slots, slot{})
		copy(in.slots[i+1:], in.slots[i:])
		in.slots[i] = slot{node: x.put(in.element(), v)}
		return nil
	}
	place := in.place(token, false)
	if place == nil {
		return fmt.Errorf("%w: %s has no field %q", ErrPath, in.plan.typ, token)
	}
	if in.plan != nil && in.plan.key != nil {
		if err := in.plan.key.parseKey(token, in.plan.key.new()); err != nil {
			return err
		}
	}
	in.set(token, x.put(place, v))
	return nil
}

// putBox puts v into e.box, and carries out e.
func (x *patcher) putBox(in *insides, e entryEdit, v value) {
	if e.op == OpReplace {
		e.old = in.root.current().at(e.at)
		delete(in.boxes, e.old)
	}
	in.boxes[e.box] = x.put(in.element(), v)
	in.root.edit(e)
}

// replace puts v in place of what token names in n.
func (x *patcher) replace(n *node, token string, v value) error {
	if _, err := x.child(n, token, true); err != nil {
		return err
	}
	in := n.in
	switch {
	case in.boxes != nil && in.array:
		i, err := index(token, in.root.current().len(), false)
		if err != nil {
			return err
		}
		x.putBox(in, entryEdit{op: OpReplace, at: i, box: in.plan.box.new()}, v)
		return nil
	case in.boxes == nil && in.array:
		i, err := index(token, len(in.slots), false)
		if err != nil {
			return err
		}
		in.slots[i].node = x.put(in.element(), v)
		return nil
	}
	return x.add(n, token, v)
}

// remove takes out what token names in n.
func (x *patcher) remove(n *node, token string) error {
	if _, err := x.child(n, token, false); err != nil {
		return err
	}
	in := n.in
	n.by = x.by
	switch {
	case in.boxes != nil:
		i, _, _, err := in.plan.positionIn(&in.root, token, false)
		if err != nil {
			return err
		}
		old := in.root.current().at(i)
		delete(in.boxes, old)
		in.root.edit(entryEdit{op: OpRemove, at: i, old: old})
	case in.array:
		if in.plan != nil && in.plan.kind == kindArray {
			return fmt.Errorf("%w: a %s has a fixed length", ErrPath, in.plan.typ)
		}
		i, err := index(token, len(in.slots), false)
		if err != nil {
			return err
		}
		in.slots = append(in.slots[:i], in.slots[i+1:]...)
	default:
		in.set(token, nil)
	}
	return nil
}

// put is v at that empty place: the node itself where it fits as it is, else its text.
//
//go:noinline
func (x *patcher) put(place *node, v value) *node {
	if n := v.node; n != nil && n.plan == place.plan && n.quoted == place.quoted {
		n.by = x.by
		return n
	}
	return place.put(v.json, x.by)
}

// A value is what an operation puts somewhere: a text, and the node that has it
// if it does not come from the patch.
type value struct {
	json []byte
	node *node
}

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

// field is the field with the given JSON name in the struct p or in one that it
// embeds, and whether it is behind an embedded pointer. With folded, a name in
// other letters will do.
func (p *plan) field(name string, folded bool) (f *field, behind bool) {
	if f, behind = p.fieldNamed(func(json string) bool { return json == name }); f == nil && folded {
		f, behind = p.fieldNamed(func(json string) bool { return strings.EqualFold(json, name) })
	}
	return f, behind
}

func (p *plan) fieldNamed(is func(json string) bool) (f *field, behind bool) {
	for _, f := range p.fields {
		if !f.hidden && !f.inline && is(f.json) {
			return f, false
		}
	}
	for _, f := range p.fields {
		if !f.inline {
			continue
		}
		e := f.plan
		if e.kind == kindPointer {
			e = e.elem
		}
		if found, behind := e.fieldNamed(is); found != nil {
			return found, behind || f.plan.kind == kindPointer
		}
	}
	return nil, false
}
