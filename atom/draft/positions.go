package draft

import (
	"math/bits"
	"unsafe"
)

// positions is an index of the elements of a List by identity. It is built when somebody
// asks for an element, and kept in the root of the tree. The next version of the List
// inherits it, together with the edits in between as long as they are few.
type positions struct {
	first         map[any]int32 // of each identity, the position of the first element
	hasDuplicates bool          // an identity occurs more than once
	last          *shift        // the last edit since the index was built
}

// shift is an edit of a List as positions see it.
type shift struct {
	op       Op
	at, from int
	id       any    // of an added element
	previous *shift // the edit before this one
	count    int    // how many edits there are up to this one
}

// maxScanLen is the length up to which a List is searched rather than indexed.
const maxScanLen = 32

// maxShifts returns how many edits an index of a List of n elements may be followed by. When
// there are more the index is built anew, so that finding an element stays cheap, and the
// cost of looking at n elements is shared by many edits.
func maxShifts(n int) int { return max(64, 1<<(bits.Len(uint(n))/2)) }

// inheritIndex passes the index of t to next, to which shifts lead. t and next may be the
// same node, if it was edited in place.
func (t *treeNode) inheritIndex(next *treeNode, shifts ...shift) {
	if t == nil || next == nil {
		return
	}
	index := t.index.Load()
	if index != nil && len(shifts) > 0 {
		index = index.withShifts(shifts, t.len())
	}
	if index != nil || next == t {
		next.index.Store(index)
	}
}

// inheritIndexAfter is inheritIndex after steps, of which each edits the List by one element.
func (t *treeNode) inheritIndexAfter(next *treeNode, steps []change) {
	var shifts []shift
	if t != nil && t.index.Load() != nil {
		shifts = make([]shift, min(len(steps), maxShifts(t.len())+1))
		for i := range shifts {
			_, last := steps[i].path.split()
			shifts[i] = shift{op: steps[i].op, at: last.index, from: int(steps[i].from), id: last.key}
		}
	}
	t.inheritIndex(next, shifts...)
}

// withShifts returns the index of a List of n elements after shifts, or nil if there are too
// many of them.
func (x *positions) withShifts(shifts []shift, n int) *positions {
	last, count := x.last, 0
	if last != nil {
		count = last.count
	}
	if count+len(shifts) > maxShifts(n) {
		return nil
	}
	for i, s := range shifts {
		s.previous, s.count = last, count+i+1
		last = &s
	}
	return &positions{first: x.first, hasDuplicates: x.hasDuplicates, last: last}
}

// candidate is the position at which the element with some identity is expected, while it is
// followed through edits.
type candidate struct {
	at        int
	found     bool // there is such an element
	ambiguous bool // there may be another one, too
}

// after returns c after an edit. addsIt says that the edit adds an element with the identity.
func (c candidate) after(op Op, at, from int, addsIt bool) candidate {
	switch {
	case addsIt:
		inPlace := op == OpReplace && at == c.at
		return candidate{at: at, found: true, ambiguous: c.ambiguous || c.found && !inPlace}
	case op == opClear, op == OpRemove && at == c.at:
		c.found = false
	case op == OpAdd:
		c.at = afterInsert(c.at, at)
	case op == OpRemove:
		c.at = afterRemove(c.at, at)
	case op == OpMove && from == c.at:
		c.at = at
	case op == OpMove:
		c.at = afterInsert(afterRemove(c.at, from), at)
	}
	return c
}

// afterInsert returns position i after an element was inserted at position at.
func afterInsert(i, at int) int {
	if i >= at {
		i++
	}
	return i
}

// afterRemove returns position i after the element at position at was removed.
func afterRemove(i, at int) int {
	if i > at {
		i--
	}
	return i
}

// follow returns c after s and all shifts before it.
func (s *shift) follow(c candidate, id any) candidate {
	if s == nil {
		return c
	}
	return s.previous.follow(c, id).after(s.op, s.at, s.from, s.op == OpAdd && s.id == id)
}

// resolve returns the position of the first element of t that has the identity id, of which c
// is the candidate.
func (c candidate) resolve(t *treeNode, p *plan, id any) int {
	switch {
	case c.ambiguous, c.found && (c.at >= t.len() || !p.hasID(t.at(c.at), id)):
		return t.scan(p, id)
	case c.found:
		return c.at
	}
	return noElement
}

// scan returns the position of the first element p that has the identity id, or noElement. It
// looks at one element after the other.
func (t *treeNode) scan(p *plan, id any) int {
	i, at := 0, noElement
	t.each(func(box unsafe.Pointer) bool {
		if p.hasID(box, id) {
			at = i
		}
		i++
		return at == noElement
	})
	return at
}

// positions returns the index of the elements p, which it builds if there is none.
func (t *treeNode) positions(p *plan) *positions {
	if index := t.index.Load(); index != nil {
		return index
	}
	index := &positions{first: make(map[any]int32, t.size)}
	i := int32(0)
	t.each(func(box unsafe.Pointer) bool {
		if id := p.id(box); id != nil {
			if _, ok := index.first[id]; ok {
				index.hasDuplicates = true
			} else {
				index.first[id] = i
			}
		}
		i++
		return true
	})
	t.index.Store(index)
	return index
}

// candidate looks id up in the index.
func (t *treeNode) candidate(p *plan, id any) candidate {
	index := t.positions(p)
	at, found := index.first[id]
	return index.last.follow(candidate{int(at), found, index.hasDuplicates}, id)
}

// indexOf returns the position of the first element p with the identity id in the sealed tree
// t, or noElement.
func (t *treeNode) indexOf(p *plan, id any) int {
	if t.len() <= maxScanLen {
		return t.scan(p, id)
	}
	return t.candidate(p, id).resolve(t, p, id)
}

// indexOf returns the position of the first element p with the identity id, or noElement. In
// a draft it uses the index of the List before, and follows the edits.
func (h *header) indexOf(p *plan, id any) int {
	if id == nil || !p.keyed() || !p.canBeID(id) {
		return noElement
	}
	t := h.current()
	switch {
	case h.journal == nil:
		return t.indexOf(p, id)
	case t.len() <= maxScanLen || h.tree.len() <= maxScanLen || h.version > t.len():
		return t.scan(p, id)
	}
	c := h.tree.candidate(p, id)
	for i := range h.journal.edits[:h.version] {
		e := &h.journal.edits[i]
		addsIt := (e.op == OpAdd || e.op == OpReplace) && p.hasID(e.box, id)
		c = c.after(e.op, e.at, e.from, addsIt)
	}
	return c.resolve(t, p, id)
}
