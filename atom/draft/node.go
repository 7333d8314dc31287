package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"unsafe"
)

// A node is a place of the document that a patch is applied to: the document
// that encoding/json makes of a value, of which only those places become nodes
// that the patch goes to. What is in the document is known here, and nowhere
// else: so it is what RFC 6902 says, whatever a Go value could tell of it. When
// the patch is done, the nodes that it wrote to become the next value.
type node struct {
	plan   *plan          // of the place
	stands Footing        // of the value at from
	quoted bool           // json:",string"
	from   unsafe.Pointer // the plan that was there; is never written to
	json   []byte         // or the text that the patch put there
	by     int            // the operation that wrote here last, from 1; 0: none
	in     *insides       // nil until it is gone into
}

// insides are those of an object or an array.
type insides struct {
	plan   *plan          // of the object or array; nil where it is of no type: in an any, or in a JSON form of its own
	from   unsafe.Pointer // the plan that was there; nil: all came from the patch
	stands Footing
	array  bool

	members map[string]*node // of an object that were gone to, all if there is no from; nil: removed
	slots   []slot           // of an array
	root    root             // of a List or Map that was there, edited
	boxes   map[unsafe.Pointer]*node
}

// A slot is an element of an array: one that was there, or a node.
type slot struct {
	node *node
	from int
}

// anything is the plan of what has no type.
func anything() *plan {
	p, err := planOf(reflect.TypeFor[any]())
	if err != nil {
		panic(err) // there is nothing that it could refuse
	}
	return p
}

// open goes into the object or array at n: what a pointer leads to, what an
// interface holds, and of a type with a JSON form of its own that form.
func (x *patcher) open(n *node) error {
	if n.in != nil {
		return nil
	}
	if n.json != nil {
		return n.openText(n.plan, n.json)
	}
	for p, a, stands := n.plan, n.from, n.stands; ; {
		switch {
		case p.formed(stands):
			text, err := p.text(a, stands, false)
			if err == nil {
				err = x.charge(len(text))
			}
			if err != nil {
				return err
			}
			return n.openText(nil, text)
		case p.kind == kindPointer:
			p, a, stands = p.elem, *(*unsafe.Pointer)(a), Addressed
		case p.kind == kindInterface:
			e, held, err := p.held(a)
			if err != nil {
				return err
			}
			if p, a, stands = e, held, Loose; p == nil {
				a = nil
			}
		default:
			return n.openValue(p, a, stands)
		}
		if a == nil {
			return insideNull()
		}
	}
}

func insideNull() error { return fmt.Errorf("%w: inside null", ErrPath) }

func (n *node) openValue(p *plan, a unsafe.Pointer, stands Footing) error {
	in := &insides{plan: p, from: a, stands: stands}
	count := 0
	switch p.kind {
	case kindStruct:
	case kindMap:
		if p.value(a).IsNil() {
			return insideNull()
		}
	case kindSlice:
		if p.value(a).IsNil() {
			return insideNull()
		}
		in.array, count = true, p.value(a).Len()
	case kindArray:
		in.array, count = true, p.length
	case kindList, kindTable:
		in.array = p.kind == kindList
		in.root = *(*root)(a)
		in.boxes = map[unsafe.Pointer]*node{}
		if in.root.journal != nil { // not from a store: its boxes may be written to by others
			var w walk
			if w.detachCollection(p, unsafe.Pointer(&in.root)); w.err != nil {
				return w.err
			}
		}
	default:
		return fmt.Errorf("%w: nothing is inside a %s", ErrPath, p.typ)
	}
	if p.kind == kindSlice || p.kind == kindArray {
		in.slots = make([]slot, count)
		for i := range in.slots {
			in.slots[i].from = i
		}
	}
	n.in = in
	return nil
}

// openText goes into text, which has to become a p; nil is of no type.
func (n *node) openText(p *plan, text []byte) error {
	in := &insides{stands: Addressed}
	switch text = bytes.TrimSpace(text); text[0] {
	case 'n':
		return insideNull()
	case '[':
		in.array = true
		in.plan = p.shaped(true)
		var elements []json.RawMessage
		if err := json.Unmarshal(text, &elements); err != nil {
			return err
		}
		in.slots = make([]slot, len(elements))
		for i, e := range elements {
			in.slots[i].node = in.element().put(e, n.by)
		}
	case '{':
		in.plan = p.shaped(false)
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil {
			return err
		}
		in.members = make(map[string]*node, len(members))
		for name, e := range members {
			in.members[name] = in.place(name, true).put(e, n.by)
		}
	default:
		return fmt.Errorf("%w: nothing is inside %.20s", ErrPath, text)
	}
	n.in = in
	return nil
}

// shaped is the plan of an array or an object that p is or points to, nil if
// there is none: then what is inside is of no type.
func (p *plan) shaped(array bool) *plan {
	for p != nil && p.kind == kindPointer {
		p = p.elem
	}
	if p == nil || p.leaf {
		return nil
	}
	switch p.kind {
	case kindSlice, kindArray, kindList:
		if array {
			return p
		}
	case kindStruct, kindMap, kindTable:
		if !array {
			return p
		}
	}
	return nil
}

// element is an empty node for an element of in.
func (in *insides) element() *node {
	if in.plan == nil {
		return &node{plan: anything(), stands: Addressed}
	}
	n := &node{plan: in.plan.elem, stands: in.stands}
	switch in.plan.kind {
	case kindMap:
		n.stands = Loose
	case kindSlice, kindList, kindTable:
		n.stands = Addressed
	}
	return n
}

// place is an empty node for the member of in with that name; nil if there
// can be none. With folded, a name in other letters will do, as it does for
// encoding/json; and one that no field has is of no type.
func (in *insides) place(name string, folded bool) *node {
	if in.plan == nil || in.plan.kind != kindStruct {
		return in.element()
	}
	f, behind := in.plan.field(name, folded)
	if f == nil {
		if folded {
			return &node{plan: anything(), stands: Addressed}
		}
		return nil
	}
	stands := in.stands
	if behind {
		stands = Addressed
	}
	return &node{plan: f.plan, stands: stands, quoted: f.inString(stands)}
}

// put makes n what text says, by that operation.
//
//go:noinline
func (n *node) put(text []byte, by int) *node {
	n.from, n.json, n.in, n.by = nil, text, nil, by
	return n
}

// clone is a node like n, which shares nothing with it that is written to.
func (n *node) clone() (*node, error) {
	c := *n
	if c.in == nil || c.by == 0 {
		c.in = nil
		return &c, nil
	}
	in := *c.in
	c.in = &in
	var failed error
	cloned := func(n *node) *node {
		if n == nil {
			return nil
		}
		c, err := n.clone()
		if err != nil {
			failed = err
		}
		return c
	}
	in.members = make(map[string]*node, len(n.in.members))
	for name, m := range n.in.members {
		in.members[name] = cloned(m)
	}
	in.slots = make([]slot, len(n.in.slots))
	for i, s := range n.in.slots {
		in.slots[i] = slot{cloned(s.node), s.from}
	}
	if n.in.boxes != nil {
		in.boxes = map[unsafe.Pointer]*node{}
		var w walk
		in.root = root{tree: in.root.sealed(true, func(box unsafe.Pointer) unsafe.Pointer {
			m := cloned(n.in.boxes[box])
			if m == nil {
				return box
			}
			fresh := w.detachedBox(in.plan, box)
			in.boxes[fresh] = m
			return fresh
		})}
		if w.err != nil {
			failed = w.err
		}
	}
	return &c, failed
}
