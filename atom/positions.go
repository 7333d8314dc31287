package atom

import (
	"slices"
	"unsafe"
)

// positions is where the elements of a List are, by identity. It is made when
// somebody first asks, kept with the tree, and handed on to the next version
// with what was moved in between, as long as that is little.
type positions struct {
	at       map[any]int32
	repeated bool // an identity is there more than once; the first is in at
	shifts   []shift
}

// A shift is one edit that moved elements.
type shift struct {
	op       Op
	at, from int
	id       any // of an added element
}

// maxShifts bounds the work of finding an element through shifts.
const maxShifts = 64

// few is the length up to which a List is searched rather than indexed.
const few = 32

// find is the position of the element id, which may be wrong if identities
// were edited.
func (p *positions) find(id any) (int, bool) {
	at, ok := p.at[id]
	i := int(at)
	for _, s := range p.shifts {
		i, ok = s.follow(i, ok, s.op == OpAdd && s.id == id)
	}
	return i, ok
}

// follow is where the element at i is after s; itself tells that s adds it.
func (s shift) follow(i int, ok, itself bool) (int, bool) {
	switch {
	case itself:
		return s.at, true
	case s.op == OpAdd && i >= s.at:
		i++
	case s.op == OpRemove && i == s.at, s.op == opClear:
		return i, false
	case s.op == OpRemove && i > s.at:
		i--
	case s.op == OpMove && i == s.from:
		i = s.at
	case s.op == OpMove:
		if i > s.from {
			i--
		}
		if i >= s.at {
			i++
		}
	}
	return i, ok
}

// handOn gives next, which shifts lead to from t, what t knows of positions.
// They may be one node, if it was written to.
func (t *treeNode) handOn(next *treeNode, shifts ...shift) {
	if t == nil || next == nil {
		return
	}
	p := t.index.Load()
	switch {
	case p != nil && len(p.shifts)+len(shifts) > maxShifts:
		p = nil
	case p != nil && len(shifts) > 0:
		p = &positions{at: p.at, repeated: p.repeated, shifts: append(slices.Clip(p.shifts), shifts...)}
	}
	if p != nil || next == t {
		next.index.Store(p)
	}
}

// indexOf is the position of the element id in the sealed tree t of elements
// of p, or -1.
func (t *treeNode) indexOf(p *plan, id any) int {
	if t.len() <= few {
		return t.scan(p, id)
	}
	known := t.index.Load()
	if known == nil {
		known = &positions{at: make(map[any]int32, t.size)}
		i := int32(0)
		t.each(func(box unsafe.Pointer) bool {
			if id := p.id(box); id != nil {
				if _, ok := known.at[id]; ok {
					known.repeated = true
				} else {
					known.at[id] = i
				}
			}
			i++
			return true
		})
		t.index.Store(known)
	}
	if i, ok := known.find(id); ok && i < t.len() && p.id(t.at(i)) == id {
		return i
	} else if ok || known.repeated {
		return t.scan(p, id)
	}
	return none
}

// scan is indexOf by looking at every element.
func (t *treeNode) scan(p *plan, id any) int {
	i, at := 0, none
	t.each(func(box unsafe.Pointer) bool {
		if p.id(box) == id {
			at = i
		}
		i++
		return at == none
	})
	return at
}

// indexOf is the position of the element id of p, or -1. In a draft it follows
// what was moved since.
func (r *root) indexOf(p *plan, id any) int {
	if id == nil || !p.keyed() {
		return none
	}
	t := r.current()
	if r.journal == nil || t.len() <= few || r.tree.len() <= few || r.version > maxShifts {
		if r.journal == nil {
			return t.indexOf(p, id)
		}
		return t.scan(p, id)
	}
	i := r.tree.indexOf(p, id)
	ok := i != none
	for _, e := range r.journal.log[:r.version] {
		i, ok = shift{op: e.op, at: e.at, from: e.from}.follow(i, ok, (e.op == OpAdd || e.op == OpReplace) && p.id(e.box) == id)
	}
	if ok && i < t.len() && p.id(t.at(i)) == id {
		return i
	}
	for _, e := range r.journal.log[:r.version] {
		if ok || e.op == OpReplace { // an identity was edited
			return t.scan(p, id)
		}
	}
	return none
}
