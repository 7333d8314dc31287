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
	plan        *plan          // of the place
	addressable Addressability // of the value at from
	quoted      bool           // json:",string"
	original    unsafe.Pointer // the plan that was there; is never written to
	json        []byte         // or the text that the patch put there
	writtenBy   int            // the operation that wrote here last, from 1; 0: none
	contents    *contents      // nil until it is gone into
}

// contents are those of an object or an array.
type contents struct {
	plan        *plan          // of the object or array; nil where it is of no type: in an any, or in a JSON form of its own
	original    unsafe.Pointer // the plan that was there; nil: all came from the patch
	addressable Addressability
	array       bool

	members  map[string]*node // of an object that were gone to, all if there is no from; nil: removed
	elements []arrayElement   // of an array
	header   header           // of a List or Map that was there, edited
	nodes    map[unsafe.Pointer]*node
}

// A arrayElement is an element of an array: one that was there, or a node.
type arrayElement struct {
	node     *node
	original int
}

// anyPlan is the plan of what has no type.
func anyPlan() *plan {
	p, err := planOf(reflect.TypeFor[any]())
	if err != nil {
		panic(err) // there is nothing that it could refuse
	}
	return p
}

// expandNodes goes into the object or array at n: what a pointer leads to, what an
// interface holds, and of a type with a JSON form of its own that form.
func (x *patcher) expand(n *node) error {
	if n.contents != nil {
		return nil
	}
	if n.json != nil {
		return n.expandText(n.plan, n.json)
	}
	for p, a, stands := n.plan, n.original, n.addressable; ; {
		switch {
		case p.hasOwnForm(stands):
			text, err := p.marshal(a, stands, false)
			if err == nil {
				err = x.charge(len(text))
			}
			if err != nil {
				return err
			}
			return n.expandText(nil, text)
		case p.kind == kindPointer:
			p, a, stands = p.elem, *(*unsafe.Pointer)(a), Addressable
		case p.kind == kindInterface:
			e, held, err := p.interfaceValue(a)
			if err != nil {
				return err
			}
			if p, a, stands = e, held, Unaddressable; p == nil {
				a = nil
			}
		default:
			return n.expandValue(p, a, stands)
		}
		if a == nil {
			return errInsideNull()
		}
	}
}

func errInsideNull() error { return fmt.Errorf("%w: inside null", ErrPath) }

func (n *node) expandValue(p *plan, a unsafe.Pointer, stands Addressability) error {
	in := &contents{plan: p, original: a, addressable: stands}
	count := 0
	switch p.kind {
	case kindStruct:
	case kindGoMap:
		if p.value(a).IsNil() {
			return errInsideNull()
		}
	case kindSlice:
		if p.value(a).IsNil() {
			return errInsideNull()
		}
		in.array, count = true, p.value(a).Len()
	case kindArray:
		in.array, count = true, p.length
	case kindList, kindMap:
		in.array = p.kind == kindList
		in.header = *(*header)(a)
		in.nodes = map[unsafe.Pointer]*node{}
		if in.header.journal != nil { // not from a store: its boxes may be written to by others
			var w walk
			if w.detachCollection(p, unsafe.Pointer(&in.header)); w.err != nil {
				return w.err
			}
		}
	default:
		return fmt.Errorf("%w: nothing is inside a %s", ErrPath, p.typ)
	}
	if p.kind == kindSlice || p.kind == kindArray {
		in.elements = make([]arrayElement, count)
		for i := range in.elements {
			in.elements[i].original = i
		}
	}
	n.contents = in
	return nil
}

// expandText goes into text, which has to become a p; nil is of no type.
func (n *node) expandText(p *plan, text []byte) error {
	in := &contents{addressable: Addressable}
	switch text = bytes.TrimSpace(text); text[0] {
	case 'n':
		return errInsideNull()
	case '[':
		in.array = true
		in.plan = p.asArrayOrObject(true)
		var elements []json.RawMessage
		if err := json.Unmarshal(text, &elements); err != nil {
			return err
		}
		in.elements = make([]arrayElement, len(elements))
		for i, e := range elements {
			in.elements[i].node = in.newElement().setText(e, n.writtenBy)
		}
	case '{':
		in.plan = p.asArrayOrObject(false)
		var members map[string]json.RawMessage
		if err := json.Unmarshal(text, &members); err != nil {
			return err
		}
		in.members = make(map[string]*node, len(members))
		for name, e := range members {
			in.members[name] = in.newMember(name, true).setText(e, n.writtenBy)
		}
	default:
		return fmt.Errorf("%w: nothing is inside %.20s", ErrPath, text)
	}
	n.contents = in
	return nil
}

// asArrayOrObject is the plan of an array or an object that p is or points to, nil if
// there is none: then what is inside is of no type.
func (p *plan) asArrayOrObject(array bool) *plan {
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
	case kindStruct, kindGoMap, kindMap:
		if !array {
			return p
		}
	}
	return nil
}

// newElement is an empty node for an element of in.
func (in *contents) newElement() *node {
	if in.plan == nil {
		return &node{plan: anyPlan(), addressable: Addressable}
	}
	n := &node{plan: in.plan.elem, addressable: in.addressable}
	switch in.plan.kind {
	case kindGoMap:
		n.addressable = Unaddressable
	case kindSlice, kindList, kindMap:
		n.addressable = Addressable
	}
	return n
}

// location is an empty node for the member of in with that name; nil if there
// can be none. With folded, a name in other letters will do, as it does for
// encoding/json; and one that no field has is of no type.
func (in *contents) newMember(name string, folded bool) *node {
	if in.plan == nil || in.plan.kind != kindStruct {
		return in.newElement()
	}
	f, behind := in.plan.fieldByName(name, folded)
	if f == nil {
		if folded {
			return &node{plan: anyPlan(), addressable: Addressable}
		}
		return nil
	}
	stands := in.addressable
	if behind {
		stands = Addressable
	}
	return &node{plan: f.plan, addressable: stands, quoted: f.inString(stands)}
}

// setText makes n what text says, by that operation.
//
//go:noinline
func (n *node) setText(text []byte, by int) *node {
	n.original, n.json, n.contents, n.writtenBy = nil, text, nil, by
	return n
}

// clone is a node like n, which shares nothing with it that is written to.
func (n *node) clone() (*node, error) {
	c := *n
	if c.contents == nil || c.writtenBy == 0 {
		c.contents = nil
		return &c, nil
	}
	in := *c.contents
	c.contents = &in
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
	in.members = make(map[string]*node, len(n.contents.members))
	for name, m := range n.contents.members {
		in.members[name] = cloned(m)
	}
	in.elements = make([]arrayElement, len(n.contents.elements))
	for i, s := range n.contents.elements {
		in.elements[i] = arrayElement{cloned(s.node), s.original}
	}
	if n.contents.nodes != nil {
		in.nodes = map[unsafe.Pointer]*node{}
		var w walk
		in.header = header{tree: in.header.sealed(true, func(box unsafe.Pointer) unsafe.Pointer {
			m := cloned(n.contents.nodes[box])
			if m == nil {
				return box
			}
			fresh := w.detachedBox(in.plan, box)
			in.nodes[fresh] = m
			return fresh
		})}
		if w.err != nil {
			failed = w.err
		}
	}
	return &c, failed
}
