package draft

import (
	"slices"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// diffTable records what leads from the Map from to v, in the order of the
// keys. The journal says which keys were touched; without one, the parts that
// the trees do not share are gone through side by side.
func (d *differ) diffTable(p *plan, from *treeNode, v *version) {
	if !v.follows {
		d.diffPieces(p, from, v)
		return
	}
	var touched []unsafe.Pointer // boxes, for their keys
	for _, e := range v.journal.log {
		if e.op == opClear {
			d.diffPieces(p, from, v)
			return
		}
		if e.op == OpRemove {
			touched = append(touched, e.old)
		} else {
			touched = append(touched, e.box)
		}
	}
	if len(touched) > 1 {
		sorting.By(touched, func(x, y *unsafe.Pointer) bool { return p.compareKeys(*x, *y) < 0 })
		touched = slices.CompactFunc(touched, func(x, y unsafe.Pointer) bool { return p.compareKeys(x, y) == 0 })
	}
	d.expect(len(touched))
	for _, box := range touched {
		k := p.order.keyIn(box, p.key.typ)
		i, was := from.search(k, p.key.typ)
		j, is := v.tree.search(k, p.key.typ)
		switch {
		case was && is:
			d.diffEntry(p, from.at(i), v, j)
		case was:
			d.removeEntry(p, from.at(i))
		case is:
			d.addEntry(p, v, j, v.tree.at(j))
		}
	}
}

// compareKeys compares the keys of two boxes.
func (p *plan) compareKeys(x, y unsafe.Pointer) int {
	k := p.order.keyIn(x, p.key.typ)
	return k.compare(y, p.key.typ)
}

// diffPieces is diffTable without a journal.
func (d *differ) diffPieces(p *plan, from *treeNode, v *version) {
	xs, ys := pieces(from, v.tree)
	d.expect(len(ys) - len(xs)) // have been added, at least
	at := 0
	for len(xs) > 0 || len(ys) > 0 {
		switch {
		case len(ys) == 0:
			xs = opened(xs)
			d.removeEntry(p, xs[0].box)
			xs = xs[1:]
			continue
		case len(xs) == 0:
			ys = opened(ys)
			d.addEntry(p, v, at, ys[0].box)
			at, ys = at+1, ys[1:]
			continue
		case xs[0].id() == ys[0].id():
			at += ys[0].size()
			xs, ys = xs[1:], ys[1:]
			continue
		}
		// A node that both have is opened only where something was put beside it.
		if xs[0].node != nil && ys[0].node == nil && p.compareKeys(ys[0].box, xs[0].node.first()) < 0 {
			d.addEntry(p, v, at, ys[0].box)
			at, ys = at+1, ys[1:]
			continue
		}
		if ys[0].node != nil && xs[0].node == nil && p.compareKeys(xs[0].box, ys[0].node.first()) < 0 {
			d.removeEntry(p, xs[0].box)
			xs = xs[1:]
			continue
		}
		xs, ys = opened(xs), opened(ys)
		switch c := p.compareKeys(xs[0].box, ys[0].box); {
		case c < 0:
			d.removeEntry(p, xs[0].box)
			xs = xs[1:]
		case c > 0:
			d.addEntry(p, v, at, ys[0].box)
			at, ys = at+1, ys[1:]
		default:
			d.diffEntry(p, xs[0].box, v, at)
			at, xs, ys = at+1, xs[1:], ys[1:]
		}
	}
}

// pushKey goes to the element in box, which is never written to again.
func (d *differ) pushKey(p *plan, box unsafe.Pointer) { d.push(KeyStep(p.key.loadIn(box))) }

func (d *differ) removeEntry(p *plan, old unsafe.Pointer) {
	d.pushKey(p, old)
	d.record(change{op: OpRemove, plan: p.elem, old: p.element(old), stands: Addressed})
	d.pop()
}

func (d *differ) addEntry(p *plan, v *version, i int, box unsafe.Pointer) {
	if v.journal != nil && v.tree.owned(i, v.mark) {
		box = d.detachedBox(p, box)
		v.set(i, box)
	}
	d.pushKey(p, box)
	d.record(change{op: OpAdd, plan: p.elem, new: p.element(box), stands: Addressed})
	d.pop()
}

func (d *differ) diffEntry(p *plan, old unsafe.Pointer, v *version, i int) {
	box := v.tree.at(i)
	if box == old {
		return
	}
	d.pushKey(p, old)
	v.set(i, d.diffBox(p, old, box))
	d.pop()
}
