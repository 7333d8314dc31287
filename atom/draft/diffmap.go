package draft

import (
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// diffMap records the changes from the Map from to v, in the order of the keys. The journal
// tells which keys were edited. Without one, the parts that the trees do not share are
// compared side by side.
func (d *differ) diffMap(p *plan, from *treeNode, v *laterTree) {
	if !v.fromEarlier {
		d.diffMapPieces(p, from, v)
		return
	}
	var edited []unsafe.Pointer // boxes with the keys that were edited
	for _, e := range v.journal.edits {
		if e.op == opClear {
			d.diffMapPieces(p, from, v)
			return
		}
		if e.op == OpRemove {
			edited = append(edited, e.old)
		} else {
			edited = append(edited, e.box)
		}
	}
	if len(edited) > 1 {
		sorting.By(edited, func(x, y *unsafe.Pointer) bool { return p.compareKeys(*x, *y) < 0 })
		n := 1 // slices.CompactFunc would be compiled for this alone
		for _, box := range edited[1:] {
			if p.compareKeys(edited[n-1], box) != 0 {
				edited[n] = box
				n++
			}
		}
		edited = edited[:n]
	}
	d.reserve(len(edited))
	for _, box := range edited {
		k := p.order.keyAt(box, p.key.typ)
		i, was := from.search(k, p.key.typ)
		j, is := v.tree.search(k, p.key.typ)
		switch {
		case was && is:
			d.diffMapElement(p, from.at(i), v, j)
		case was:
			d.removeMapElement(p, from.at(i))
		case is:
			d.addMapElement(p, v, j, v.tree.at(j))
		}
	}
}

// compareKeys compares the keys of the Map elements in boxes x and y.
func (p *plan) compareKeys(x, y unsafe.Pointer) int {
	k := p.order.keyAt(x, p.key.typ)
	return k.compare(y, p.key.typ)
}

// diffMapPieces is diffMap without a journal.
func (d *differ) diffMapPieces(p *plan, from *treeNode, v *laterTree) {
	xs, ys := unsharedPieces(from, v.tree)
	d.reserve(len(ys) - len(xs)) // at least as many were added
	at := 0
	for len(xs) > 0 || len(ys) > 0 {
		switch {
		case len(ys) == 0:
			xs = expandFirst(xs)
			d.removeMapElement(p, xs[0].box)
			xs = xs[1:]
			continue
		case len(xs) == 0:
			ys = expandFirst(ys)
			d.addMapElement(p, v, at, ys[0].box)
			at, ys = at+1, ys[1:]
			continue
		case xs[0].identity() == ys[0].identity():
			at += ys[0].size()
			xs, ys = xs[1:], ys[1:]
			continue
		}
		// A shared node is split only if an element was added or removed inside its range of keys.
		if xs[0].node != nil && ys[0].node == nil && p.compareKeys(ys[0].box, xs[0].node.firstBox()) < 0 {
			d.addMapElement(p, v, at, ys[0].box)
			at, ys = at+1, ys[1:]
			continue
		}
		if ys[0].node != nil && xs[0].node == nil && p.compareKeys(xs[0].box, ys[0].node.firstBox()) < 0 {
			d.removeMapElement(p, xs[0].box)
			xs = xs[1:]
			continue
		}
		xs, ys = expandFirst(xs), expandFirst(ys)
		switch c := p.compareKeys(xs[0].box, ys[0].box); {
		case c < 0:
			d.removeMapElement(p, xs[0].box)
			xs = xs[1:]
		case c > 0:
			d.addMapElement(p, v, at, ys[0].box)
			at, ys = at+1, ys[1:]
		default:
			d.diffMapElement(p, xs[0].box, v, at)
			at, xs, ys = at+1, xs[1:], ys[1:]
		}
	}
}

// pushKey appends the step to the element in box, which is immutable.
func (d *differ) pushKey(p *plan, box unsafe.Pointer) { d.push(KeyStep(p.key.loadImmutable(box))) }

func (d *differ) removeMapElement(p *plan, old unsafe.Pointer) {
	d.pushKey(p, old)
	d.record(change{op: OpRemove, plan: p.elem, old: p.element(old), addressable: Addressable})
	d.pop()
}

func (d *differ) addMapElement(p *plan, v *laterTree, i int, box unsafe.Pointer) {
	if v.journal != nil && v.tree.isWritable(i, v.owner) {
		box = d.detachedBox(p, box)
		v.set(i, box)
	}
	d.pushKey(p, box)
	d.record(change{op: OpAdd, plan: p.elem, new: p.element(box), addressable: Addressable})
	d.pop()
}

func (d *differ) diffMapElement(p *plan, old unsafe.Pointer, v *laterTree, i int) {
	box := v.tree.at(i)
	if box == old {
		return
	}
	d.pushKey(p, old)
	v.set(i, d.diffBox(p, old, box))
	d.pop()
}
