package draft

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// child returns the node that token names in n. write says that something in it is going to be
// written.
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

// arrayIndex returns the position that token means in an array of n elements. If end, the
// position after the last element is allowed.
func arrayIndex(token string, n int, end bool) (int, error) {
	i, err := jsonpatch.Index(token, n, end)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrPath, err)
	}
	return i, err
}

// boxNode returns the node of element i of a List or Map.
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

// elementNode returns the node of element i of another array.
func (in *contents) elementNode(i int) *node {
	s := &in.elements[i]
	if s.node == nil {
		s.node = in.newElement()
		s.node.original = in.originalAt(s.original)
	}
	return s.node
}

// originalAt returns the address of element i of the original array.
func (in *contents) originalAt(i int) unsafe.Pointer {
	base := in.original
	if in.plan.kind == kindSlice {
		base = (*slice)(in.original).data
	}
	return in.plan.elem.at(base, i)
}

// member returns the node of the member name, or nil if there is none.
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

// set sets the member name to n. nil removes it.
//
//go:noinline
func (in *contents) set(name string, m *node) {
	if in.members == nil {
		in.members = map[string]*node{}
	}
	in.members[name] = m
}

// positionIn returns the position that token names in a List or Map. For a Map it also returns
// whether the key is there, and a new box with the key.
func (p *plan) positionIn(h *header, token string, end bool) (i int, found bool, box unsafe.Pointer, err error) {
	if p.kind == kindList {
		i, err = arrayIndex(token, h.current().len(), end)
		return i, err == nil, nil, err
	}
	box = p.box.alloc()
	if err = p.key.parseKey(token, box); err != nil {
		return 0, false, nil, err
	}
	i, found = h.current().search(p.order.keyAt(box, p.key.typ), p.key.typ)
	return i, found, box, nil
}

// writableBox returns box i of h, the header of a List or Map p, for writing.
func (p *plan) writableBox(h *header, i int) unsafe.Pointer {
	return h.writableBox(i, func(old unsafe.Pointer) unsafe.Pointer {
		var w walk
		return w.detachedBox(p, old)
	})
}

// goMapAt returns the map at a, and the key that token names.
func (p *plan) goMapAt(a unsafe.Pointer, token string) (m, k reflect.Value, err error) {
	key := p.key.alloc()
	if err = p.key.parseKey(token, key); err != nil {
		return m, k, err
	}
	return p.value(a), p.key.value(key), nil
}
