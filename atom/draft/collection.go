package draft

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// collection is implemented by List and Map, for every type of elements.
type collection interface{ shape() shape }

// shape is what a plan takes from a List or Map type.
type shape struct {
	self, key, elem, box reflect.Type
	value                uintptr // the offset of the element in its box
	clone                func(box unsafe.Pointer) unsafe.Pointer
}

var (
	collectionType = reflect.TypeFor[collection]()
	headerType     = reflect.TypeFor[header]()
	errLostMethods = errors.New("declare it as atom.List[...] or atom.Map[...]: a type of its own has none of the methods")
)

// shapeOf returns the shape of t, and whether t is a List or Map. A type that embeds one has
// its methods too, but is none.
func shapeOf(t reflect.Type) (s shape, ok bool) {
	if t.Kind() != reflect.Struct || !t.Implements(collectionType) {
		return s, false
	}
	s = reflect.Zero(t).Interface().(collection).shape()
	return s, s.self == t
}

// compileCollection compiles the plan of a List or Map.
func (c compiler) compileCollection(p *plan, s shape) (err error) {
	p.kind, p.hasPointers, p.hasSharedMemory = kindList, true, true
	if s.key != nil {
		p.kind = kindMap
		if p.order = keyOrderOf(s.key); p.order == orderNone {
			return fmt.Errorf("%w: %s: a key must be a string, an integer, or have MarshalText", ErrType, s.self)
		}
		if p.key, err = c.compile(s.key); err != nil {
			return err
		}
	}
	if p.box, err = c.compile(s.box); err != nil {
		return err
	}
	p.box.cloneFunc.Store(&s.clone)
	p.elem, err = c.compile(s.elem)
	p.elemOffset = s.value
	return err
}

// element returns the address of the element in a box of the List or Map p.
func (p *plan) element(box unsafe.Pointer) unsafe.Pointer { return unsafe.Add(box, p.elemOffset) }

// hasCollection reports whether a p has a List or Map in its own memory.
func (p *plan) hasCollection() bool {
	switch p.kind {
	case kindList, kindMap:
		return true
	case kindArray:
		return p.elem.hasCollection()
	case kindStruct:
		return slices.ContainsFunc(p.fields, func(f *field) bool { return f.plan.hasCollection() })
	}
	return false
}

// dropJournals seals the Lists and Maps in the p at a without copying their boxes.
func (p *plan) dropJournals(a unsafe.Pointer) {
	switch p.kind {
	case kindList, kindMap:
		*(*header)(a) = header{tree: (*header)(a).current()}
	case kindArray:
		for i := range p.length {
			p.elem.dropJournals(p.elem.at(a, i))
		}
	case kindStruct:
		for _, f := range p.fields {
			f.plan.dropJournals(unsafe.Add(a, f.offset))
		}
	}
}

// detachedBox returns a copy of box that shares nothing with it.
func (w *walk) detachedBox(p *plan, box unsafe.Pointer) unsafe.Pointer {
	n := p.box.clone(box)
	if p.elem.hasSharedMemory {
		w.detach(p.elem, p.element(n))
	}
	return n
}

// detachCollection seals the List or Map at a if it has a journal: the boxes that somebody
// may still write to are copied, and the rest is shared.
func (w *walk) detachCollection(p *plan, a unsafe.Pointer) {
	h := (*header)(a)
	if h.journal == nil && !w.everything || !w.enter(p, a) {
		return
	}
	*h = header{tree: h.sealed(w.everything, func(box unsafe.Pointer) unsafe.Pointer { return w.detachedBox(p, box) })}
	w.leave(a)
}

// sealed returns the tree of h with the writable boxes, or all of them, replaced.
func (h *header) sealed(all bool, replace func(unsafe.Pointer) unsafe.Pointer) *treeNode {
	if h.journal == nil {
		return h.tree.replaceWritable(0, all, replace)
	}
	j := h.journal
	if h.version != len(j.edits) {
		j = h.replayedJournal()
	}
	return j.tree.replaceWritable(owner(j.owner.Load()), all, replace)
}

// detachElement detaches the value of type t at a, which becomes an element. It panics with
// the error if there is one, and the update returns that.
func detachElement(t reflect.Type, a unsafe.Pointer) {
	p := mustPlan(t)
	if !p.hasSharedMemory {
		return
	}
	var w walk
	if w.detach(p, a); w.err != nil {
		panic(w.err)
	}
}

// mustPlan returns the plan of t. It panics with the error for a type that has none, and an
// update returns that.
func mustPlan(t reflect.Type) *plan {
	p, err := planOf(t)
	if err != nil {
		panic(err)
	}
	return p
}
