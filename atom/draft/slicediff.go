package draft

import (
	"reflect"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/align"
)

func (d *differ) diffSlice(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	x, y := *(*slice)(a), *(*slice)(b)
	if (x.data == nil) != (y.data == nil) {
		d.replace(p, a, b, s)
		return
	}
	if x.data == y.data && x.len == y.len || !d.enter(p, y.data) {
		return
	}
	from, to, inPlace := d.editedRange(p.elem, x, y)
	if inPlace || !d.diffReordered(p, a, b, s) {
		d.diffInPlace(p, a, b, from, to, s)
	}
	d.leave(y.data)
}

// editedRange tells which elements may have been edited where they are: those from
// one position up to another. It is not in place if elements may have come,
// gone or moved. Keyed elements have not if their keys agree. Without keys,
// several that differ may be edited, or one shift.
func (d *differ) editedRange(e *plan, x, y slice) (from, to int, inPlace bool) {
	to = min(x.len, y.len)
	switch {
	case x.len != y.len:
		return 0, to, false
	case e.keyed():
		for i := range to {
			if !d.sameID(e, e.at(x.data, i), e.at(y.data, i)) {
				return 0, to, false
			}
		}
		return 0, to, true
	}
	for from < to && d.equal(e, e.at(x.data, from), e.at(y.data, from)) {
		from++
	}
	for from < to && d.equal(e, e.at(x.data, to-1), e.at(y.data, to-1)) {
		to--
	}
	return from, to, to-from <= 1
}

// diffInPlace compares the elements from one position up to another with those
// at the same positions.
func (d *differ) diffInPlace(p *plan, a, b unsafe.Pointer, from, to int, s *lazyCopy) {
	x, y, e := *(*slice)(a), *(*slice)(b), p.elem
	for i := from; i < to; i++ {
		old, draft := e.at(x.data, i), e.at(y.data, i)
		if !e.hasParts() && d.equal(e, old, draft) {
			continue
		}
		d.push(ElementStep(i, e.idImmutable(old)))
		changed := d.diffOwned(e, old, draft, Addressable)
		d.pop()
		if changed != nil {
			next := (*slice)(s.at(a))
			if next.data == x.data {
				p.cloneSlice(unsafe.Pointer(next))
			}
			e.assign(e.at(next.data, i), changed)
		}
	}
}

// diffReordered records what came, went and moved between two slices, and what
// changed in the elements that both have, or false if all are where they were.
func (d *differ) diffReordered(p *plan, a, b unsafe.Pointer, s *lazyCopy) bool {
	x, y, e := *(*slice)(a), *(*slice)(b), p.elem
	var match []int
	if e.keyed() {
		match = e.matchByID(x, y)
	} else {
		match = align.ByValue(x.len, y.len, func(i, j int) bool { return d.equal(e, e.at(x.data, i), e.at(y.data, j)) })
	}
	edits, ok := align.Script(units(x.len), match)
	switch {
	case !ok:
		d.replace(p, a, b, s)
	case len(edits) > 0:
		d.recordSliceEdits(p, a, x, y, match, edits, s)
	}
	return !ok || len(edits) > 0
}

// units is the sizes of n pieces that are one element each.
func units(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

// matchByID matches elements by identity, those of one identity in order.
func (p *plan) matchByID(x, y slice) []int {
	at := make(map[any][]int, x.len)
	for i := range x.len {
		id := p.id(p.at(x.data, i))
		at[id] = append(at[id], i)
	}
	match := make([]int, y.len)
	for j := range y.len {
		match[j] = noElement
		id := p.id(p.at(y.data, j))
		if l := at[id]; len(l) > 0 {
			match[j], at[id] = l[0], l[1:]
		}
	}
	return match
}

// recordSliceEdits records the edits that lead from x to y, then what changed in
// the elements that both have.
func (d *differ) recordSliceEdits(p *plan, a unsafe.Pointer, x, y slice, match []int, edits []align.Edit, s *lazyCopy) {
	e := p.elem
	next := reflect.MakeSlice(p.typ, y.len, y.len)
	p.value(s.at(a)).Set(next)
	out := next.UnsafePointer()
	for j, i := range match {
		if i != noElement {
			e.assign(e.at(out, j), e.at(x.data, i))
		} else {
			d.copyDetached(e, e.at(out, j), e.at(y.data, j))
		}
	}
	id := func(s slice, i int) any {
		if i == noElement {
			return nil
		}
		return e.id(e.at(s.data, i))
	}
	for _, t := range edits {
		c := change{op: opOf[t.Op], from: int32(t.From), plan: e, addressable: Addressable}
		in := y
		switch t.Op {
		case align.Remove:
			in, c.old = x, e.at(x.data, t.Element)
		case align.Add:
			c.new = e.at(out, t.Element)
		}
		if e.keyed() {
			c.predecessors = &predecessors{old: id(in, t.OldPredecessor), new: id(in, t.NewPredecessor)}
		}
		d.push(ElementStep(t.At, id(in, t.Element)))
		d.record(c)
		d.pop()
	}
	for j, i := range match {
		if i == noElement {
			continue
		}
		old := e.at(x.data, i)
		d.push(ElementStep(j, e.idImmutable(old)))
		next := d.diffOwned(e, old, e.at(y.data, j), Addressable)
		d.pop()
		if next != nil {
			e.assign(e.at(out, j), next)
		}
	}
}
