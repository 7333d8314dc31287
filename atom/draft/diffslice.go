package draft

import (
	"reflect"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/align"
)

// diffSlice compares two slices.
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

// editedRange returns the range of positions at which elements differ, and whether those
// elements were edited in place, so that none was added, removed or moved. Keyed elements
// were if their identities agree position by position. Without identities, a range of more
// than one element may be a shift, and is not in place.
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

// diffInPlace compares the elements from one position up to another with those at the same
// positions.
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

// diffReordered records which elements were added, removed and moved, and what changed in
// those that both slices have. It returns false, with nothing recorded, if all are where
// they were.
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

// units returns the sizes of n pieces of one element each.
func units(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

// matchByID matches the elements of two slices by identity. Elements with the same identity
// are matched in order.
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

// recordSliceEdits records the edits that lead from x to y, and what changed in the elements
// that both have.
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
	d.recordEdits(e, edits, versions{
		old:   func(i int) unsafe.Pointer { return e.at(x.data, i) },
		new:   func(i int) unsafe.Pointer { return e.at(y.data, i) },
		added: func(t align.Edit) unsafe.Pointer { return e.at(out, t.Element) },
	})
	for j, i := range match {
		if i == noElement {
			continue
		}
		old := e.at(x.data, i)
		d.push(ElementStep(j, e.idImmutable(old)))
		changed := d.diffOwned(e, old, e.at(y.data, j), Addressable)
		d.pop()
		if changed != nil {
			e.assign(e.at(out, j), changed)
		}
	}
}
