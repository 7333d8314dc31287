package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"unsafe"
)

// node is a place in the document that a patch is applied to: the JSON form of a value. Only
// places that the patch goes to become nodes. What is in the document is defined by the nodes
// alone, as RFC 6902 has it, whatever a Go value could express. At the end the nodes that
// were written to are built into the next value.
type node struct {
	plan        *plan          // of the place, which says what can be there
	addressable Addressability // whether the value at original is
	quoted      bool           // whether the option ",string" applies
	original    unsafe.Pointer // the original value, which is immutable
	json        []byte         // or the text that the patch has put there
	writtenBy   int            // the last operation that wrote here, from 1; 0 for none
	contents    *contents      // nil until something in it is needed
}

// contents is what is in an object or array.
type contents struct {
	plan        *plan          // of the object or array; nil if it has no type: in an any, or in a JSON form of its own
	original    unsafe.Pointer // the original object or array; nil if it came from the patch
	addressable Addressability
	array       bool

	members  map[string]*node // of an object: those needed so far, or all if original is nil; a nil node is removed
	elements []arrayElement   // of an array
	header   header           // of an original List or Map, edited
	nodes    map[unsafe.Pointer]*node
}

// arrayElement is an element of an array: a node, or an element of the original value.
type arrayElement struct {
	node     *node
	original int
}

// anyPlan returns the plan of what has no type.
func anyPlan() *plan {
	p, err := planOf(reflect.TypeFor[any]())
	if err != nil {
		panic(err) // any can always be drafted
	}
	return p
}

// expand makes the contents of the object or array at n: of what a pointer leads to, what an
// interface holds, or of the JSON form of a type that has its own.
func (x *patcher) expand(n *node) error {
	if n.contents != nil {
		return nil
	}
	if n.json != nil {
		return n.expandText(n.plan, n.json)
	}
	for p, a, addressable := n.plan, n.original, n.addressable; ; {
		switch {
		case p.hasOwnForm(addressable):
			text, err := p.marshal(a, addressable, false)
			if err == nil {
				err = x.charge(len(text))
			}
			if err != nil {
				return err
			}
			return n.expandText(nil, text)
		case p.kind == kindPointer:
			p, a, addressable = p.elem, *(*unsafe.Pointer)(a), Addressable
		case p.kind == kindInterface:
			e, held, err := p.interfaceValue(a)
			if err != nil {
				return err
			}
			if p, a, addressable = e, held, Unaddressable; p == nil {
				a = nil
			}
		default:
			return n.expandValue(p, a, addressable)
		}
		if a == nil {
			return errInsideNull()
		}
	}
}

func errInsideNull() error { return fmt.Errorf("%w: inside null", ErrPath) }

func (n *node) expandValue(p *plan, a unsafe.Pointer, addressable Addressability) error {
	in := &contents{plan: p, original: a, addressable: addressable}
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
		if in.header.journal != nil { // others may still write to its boxes
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

// expandText makes the contents of text, which is to become a p. p is nil for what has no
// type.
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

// asArrayOrObject returns the plan of the array, or of the object, that p is or points to. It
// is nil if there is none: what is in such a place has no type.
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

// newElement returns an empty node for an element of c.
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

// newMember returns an empty node for the member name of c, or nil if there can be none. If
// folded, the case of letters is ignored as encoding/json does, and a name that no field has
// has no type.
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
	addressable := in.addressable
	if behind {
		addressable = Addressable
	}
	return &node{plan: f.plan, addressable: addressable, quoted: f.inString(addressable)}
}

// setText makes n what text says, written by operation op.
//
//go:noinline
func (n *node) setText(text []byte, by int) *node {
	n.original, n.json, n.contents, n.writtenBy = nil, text, nil, by
	return n
}

// clone returns a copy of n that shares nothing with it that may be written to.
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
