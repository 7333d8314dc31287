package draft

import (
	"math/bits"
	"unsafe"
)

// positions is where the elements of a List are, by identity. It is made when
// somebody first asks, kept with the tree, and handed on to the next version
// with what was moved in between, as long as that is little.
type positions struct {
	at            map[any]int32
	hasDuplicates bool   // an identity is there more than once; the first is in at
	shifts        *shift // the last edit that moved elements since at was made
}

// A shift is one edit that moved elements.
type shift struct {
	op       Op
	at, from int
	id       any    // of an added element
	previous *shift // the edit before it
	count    int    // of the edits up to this one
}

// maxShifts bounds the work of finding an element in a List of n through
// shifts. When there are more, positions are made anew: this many edits share
// the cost of looking at n elements.
func maxShifts(n int) int { return max(64, 1<<(bits.Len(uint(n))/2)) }

// maxScanLen is the length up to which a List is searched rather than indexed.
const maxScanLen = 32

// locate is the position after s, and all before it, of the element that was at
// i, if ok, or that one of them added.
func (s *shift) locate(i int, ok bool, id any) (int, bool) {
	if s == nil {
		return i, ok
	}
	i, ok = s.previous.locate(i, ok, id)
	return s.moved(i, ok, s.op == OpAdd && s.id == id)
}

// moved is where the element at i is after s; itself tells that s adds it.
func (s shift) moved(i int, ok, itself bool) (int, bool) {
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

// inheritIndex gives next, which shifts lead to from t, what t knows of positions.
// They may be one node, if it was written to.
func (t *treeNode) inheritIndex(next *treeNode, shifts ...shift) {
	if t == nil || next == nil {
		return
	}
	p := t.index.Load()
	if p != nil && len(shifts) > 0 {
		p = p.withShifts(shifts, t.len())
	}
	if p != nil || next == t {
		next.index.Store(p)
	}
}

// withShifts is the positions in a List of n elements after shifts, nil if there
// are too many of them.
func (p *positions) withShifts(shifts []shift, n int) *positions {
	since, count := p.shifts, len(shifts)
	if since != nil {
		count += since.count
	}
	if count > maxShifts(n) {
		return nil
	}
	repeated := p.hasDuplicates
	for i, s := range shifts {
		if s.op == OpAdd && s.id != nil && !repeated {
			at, ok := p.at[s.id]
			_, repeated = since.locate(int(at), ok, s.id)
		}
		s.previous, s.count = since, count-len(shifts)+i+1
		since = &s
	}
	return &positions{at: p.at, hasDuplicates: repeated, shifts: since}
}

// indexOf is the position of the element id in the sealed tree t of elements
// of p, or none.
func (t *treeNode) indexOf(p *plan, id any) int {
	if t.len() <= maxScanLen {
		return t.scan(p, id)
	}
	known := t.positions(p)
	at, ok := known.at[id]
	i, ok := known.shifts.locate(int(at), ok, id)
	switch {
	case ok && !known.hasDuplicates && i < t.len() && p.hasID(t.at(i), id):
		return i
	case !ok && !known.hasDuplicates:
		return noElement
	}
	return t.scan(p, id) // it is one of several, or identities were edited
}

// positions is what is known of the elements' positions, or found out now.
func (t *treeNode) positions(p *plan) *positions {
	if known := t.index.Load(); known != nil {
		return known
	}
	known := &positions{at: make(map[any]int32, t.size)}
	i := int32(0)
	t.each(func(box unsafe.Pointer) bool {
		if id := p.id(box); id != nil {
			if _, ok := known.at[id]; ok {
				known.hasDuplicates = true
			} else {
				known.at[id] = i
			}
		}
		i++
		return true
	})
	t.index.Store(known)
	return known
}

// scan is indexOf by looking at every element.
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

// indexOf is the position of the element id of p, or none. In a draft it
// follows what was moved since.
func (r *header) indexOf(p *plan, id any) int {
	if id == nil || !p.keyed() || !p.canBeID(id) {
		return noElement
	}
	t := r.current()
	switch {
	case r.journal == nil:
		return t.indexOf(p, id)
	case t.len() <= maxScanLen || r.tree.len() <= maxScanLen || r.version > t.len():
		return t.scan(p, id)
	}
	i := r.tree.indexOf(p, id)
	ok, repeated := i != noElement, r.tree.positions(p).hasDuplicates
	for k := range r.journal.edits[:r.version] {
		e := &r.journal.edits[k]
		itself := (e.op == OpAdd || e.op == OpReplace) && p.hasID(e.box, id)
		repeated = repeated || itself && ok && !(e.op == OpReplace && e.at == i)
		i, ok = shift{op: e.op, at: e.at, from: e.from}.moved(i, ok, itself)
	}
	switch {
	case ok && !repeated && i < t.len() && p.hasID(t.at(i), id):
		return i
	case !ok && !repeated: // nor has an edited element become it
		return noElement
	}
	return t.scan(p, id)
}
