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
	if err := x.expand(n); err != nil {
		return nil, err
	}
	in := n.contents
	if write {
		n.writtenBy = x.op
	}
	switch {
	case in.nodes != nil:
		i, found, _, err := in.plan.positionIn(&in.header, token, false)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, errNoMember(token)
		}
		return in.boxNode(i, write), nil
	case in.array:
		i, err := arrayIndex(token, len(in.elements), false)
		if err != nil {
			return nil, err
		}
		return in.elementNode(i), nil
	}
	m, err := in.member(token)
	if err == nil && m == nil {
		err = errNoMember(token)
	}
	return m, err
}

func errNoMember(token string) error { return fmt.Errorf("%w: there is no member %q", ErrPath, token) }

// arrayIndex is the position that token means in an array of n elements. With end,
// the place behind the last one is a position.
func arrayIndex(token string, n int, end bool) (int, error) {
	i, err := jsonpatch.Index(token, n, end)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrPath, err)
	}
	return i, err
}

// boxNode is the node of element i of a List or Map.
func (in *contents) boxNode(i int, write bool) *node {
	old := in.header.current().at(i)
	m := in.nodes[old]
	if m == nil {
		m = in.newElement()
		m.original = in.plan.element(old)
	}
	if write {
		delete(in.nodes, old)
		in.nodes[in.plan.writableBox(&in.header, i)] = m
	}
	return m
}

// arrayElement is the node of element i of another array.
func (in *contents) elementNode(i int) *node {
	s := &in.elements[i]
	if s.node == nil {
		s.node = in.newElement()
		s.node.original = in.originalAt(s.original)
	}
	return s.node
}

// originalAt is where element i of an array was.
func (in *contents) originalAt(i int) unsafe.Pointer {
	base := in.original
	if in.plan.kind == kindSlice {
		base = (*slice)(in.original).data
	}
	return in.plan.elem.at(base, i)
}

// member is the node of the member with that name, nil if there is none.
func (in *contents) member(name string) (*node, error) {
	if m, ok := in.members[name]; ok || in.original == nil {
		return m, nil
	}
	m := in.newMember(name, false)
	if m == nil {
		return nil, nil
	}
	if in.plan.kind == kindGoMap {
		v, k, err := in.plan.goMapAt(in.original, name)
		if err != nil {
			return nil, err
		}
		e := v.MapIndex(k)
		if !e.IsValid() {
			return nil, nil
		}
		m.original = in.plan.elem.inMemory(e)
	} else if f, at := in.plan.fieldIn(in.original, name, false); at != nil && (f.omit == nil || !f.omit(at)) {
		m.original = at
	} else {
		return nil, nil
	}
	in.set(name, m)
	return m, nil
}

// set makes m the member with that name; nil removes it.
//
//go:noinline
func (in *contents) set(name string, m *node) {
	if in.members == nil {
		in.members = map[string]*node{}
	}
	in.members[name] = m
}

// add puts v where token says in n: a new element of an array, or a member
// whether it is there or not.
func (x *patcher) add(n *node, token string, v newValue) error {
	if err := x.expand(n); err != nil {
		return err
	}
	in := n.contents
	n.writtenBy = x.op
	switch {
	case in.nodes != nil:
		i, found, box, err := in.plan.positionIn(&in.header, token, true)
		if err != nil {
			return err
		}
		op := OpAdd
		if box == nil {
			box = in.plan.box.alloc()
		} else if found {
			op = OpReplace
		}
		x.putElement(in, treeEdit{op: op, at: i, box: box}, v)
		return nil
	case in.array:
		i, err := arrayIndex(token, len(in.elements), true)
		if err != nil {
			return err
		}
		if in.plan != nil && in.plan.kind == kindArray {
			return fmt.Errorf("%w: a %s has a fixed length", ErrPath, in.plan.typ)
		}
		in.elements = append(in.elements, arrayElement{})
		copy(in.elements[i+1:], in.elements[i:])
		in.elements[i] = arrayElement{node: x.place(in.newElement(), v)}
		return nil
	}
	place := in.newMember(token, false)
	if place == nil {
		return fmt.Errorf("%w: %s has no field %q", ErrPath, in.plan.typ, token)
	}
	if in.plan != nil && in.plan.key != nil {
		if err := in.plan.key.parseKey(token, in.plan.key.alloc()); err != nil {
			return err
		}
	}
	in.set(token, x.place(place, v))
	return nil
}

// putElement puts v into e.box, and carries out e.
func (x *patcher) putElement(in *contents, e treeEdit, v newValue) {
	if e.op == OpReplace {
		e.old = in.header.current().at(e.at)
		delete(in.nodes, e.old)
	}
	in.nodes[e.box] = x.place(in.newElement(), v)
	in.header.apply(e)
}

// replace puts v in place of what token names in n.
func (x *patcher) replace(n *node, token string, v newValue) error {
	if _, err := x.child(n, token, true); err != nil {
		return err
	}
	in := n.contents
	switch {
	case in.nodes != nil && in.array:
		i, err := arrayIndex(token, in.header.current().len(), false)
		if err != nil {
			return err
		}
		x.putElement(in, treeEdit{op: OpReplace, at: i, box: in.plan.box.alloc()}, v)
		return nil
	case in.nodes == nil && in.array:
		i, err := arrayIndex(token, len(in.elements), false)
		if err != nil {
			return err
		}
		in.elements[i].node = x.place(in.newElement(), v)
		return nil
	}
	return x.add(n, token, v)
}

// remove takes out what token names in n.
func (x *patcher) remove(n *node, token string) error {
	if _, err := x.child(n, token, false); err != nil {
		return err
	}
	in := n.contents
	n.writtenBy = x.op
	switch {
	case in.nodes != nil:
		i, _, _, err := in.plan.positionIn(&in.header, token, false)
		if err != nil {
			return err
		}
		old := in.header.current().at(i)
		delete(in.nodes, old)
		in.header.apply(treeEdit{op: OpRemove, at: i, old: old})
	case in.array:
		if in.plan != nil && in.plan.kind == kindArray {
			return fmt.Errorf("%w: a %s has a fixed length", ErrPath, in.plan.typ)
		}
		i, err := arrayIndex(token, len(in.elements), false)
		if err != nil {
			return err
		}
		in.elements = append(in.elements[:i], in.elements[i+1:]...)
	default:
		in.set(token, nil)
	}
	return nil
}

// place is v at that empty place: the node itself where it fits as it is, else its text.
//
//go:noinline
func (x *patcher) place(place *node, v newValue) *node {
	if n := v.node; n != nil && n.plan == place.plan && n.quoted == place.quoted {
		n.writtenBy = x.op
		return n
	}
	return place.setText(v.json, x.op)
}

// A newValue is what an operation puts somewhere: a text, and the node that has it
// if it does not come from the patch.
type newValue struct {
	json []byte
	node *node
}

// goMapAt is the map at a, and the key that token names.
func (p *plan) goMapAt(a unsafe.Pointer, token string) (m, k reflect.Value, err error) {
	key := p.key.alloc()
	if err = p.key.parseKey(token, key); err != nil {
		return m, k, err
	}
	return p.value(a), p.key.value(key), nil
}

// positionIn is the position that token names in a List, or in a Map: there
// box is a fresh box with the key, and found tells whether the key is there.
func (p *plan) positionIn(r *header, token string, end bool) (i int, found bool, box unsafe.Pointer, err error) {
	if p.kind == kindList {
		i, err = arrayIndex(token, r.current().len(), end)
		return i, err == nil, nil, err
	}
	box = p.box.alloc()
	if err = p.key.parseKey(token, box); err != nil {
		return 0, false, nil, err
	}
	i, found = r.current().search(p.order.keyAt(box, p.key.typ), p.key.typ)
	return i, found, box, nil
}

// writableBox is box i of r, of the List or Map p, to be written to.
func (p *plan) writableBox(r *header, i int) unsafe.Pointer {
	return r.writableBox(i, func(old unsafe.Pointer) unsafe.Pointer {
		var w walk
		return w.detachedBox(p, old)
	})
}

// fieldByName is the field with the given JSON name in the struct p or in one that it
// embeds, and whether it is behind an embedded pointer. With folded, a name in
// other letters will do.
func (p *plan) fieldByName(name string, folded bool) (f *field, behind bool) {
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
