package draft

import (
	"slices"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/align"
)

// diffList records the changes from the List from to v. If elements were only edited in
// place, the journal tells which, and no others are compared. Otherwise the parts that the
// trees do not share are aligned. Two boxes are the same element if they are the same box,
// or one replaced the other; elements in new boxes are matched by identity or by value. It
// returns true, with nothing recorded, if so many elements moved that the List is better
// replaced as a whole.
func (d *differ) diffList(p *plan, from *treeNode, v *laterTree) (whole bool) {
	if v.fromEarlier {
		edits, at := v.journal.edits, cursor{tree: v.tree}
		switch inPlace := v.journal.onlyReplaces(); {
		case inPlace && !d.identitiesEdited(p, v, &at):
			d.compareEdited(p, v, &at)
			from.inheritIndex(v.tree)
			return false
		case !inPlace && len(edits) == 1 && edits[0].op != opClear:
			d.recordSingleEdit(p, from, v)
			return false
		}
	}
	xs, ys := unsharedPieces(from, v.tree)
	match := d.matchPieces(p, xs, ys, v)
	edits, ok := align.Script(sizes(xs), match)
	if slices.ContainsFunc(edits, func(e align.Edit) bool { return e.Op == align.Move && ys[e.Element].node != nil }) {
		// A node moved as a whole: its elements have to move one by one.
		xs, ys = allBoxes(xs), allBoxes(ys)
		match = d.matchPieces(p, xs, ys, v)
		edits, ok = align.Script(sizes(xs), match)
	}
	if !ok {
		return true
	}
	first := len(d.steps)
	d.recordEdits(p.elem, edits, versions{
		old: func(i int) unsafe.Pointer { return xs[i].lastBox() },
		new: func(i int) unsafe.Pointer { return ys[i].lastBox() },
		added: func(t align.Edit) unsafe.Pointer {
			box := ys[t.Element].box
			if v.tree.isWritable(t.At, v.owner) {
				box = d.detachedBox(p, box)
				v.set(t.At, box)
			}
			return box
		},
	})
	recorded := d.steps[first:]
	i := 0
	for k, j := range match {
		if j != noElement && xs[j].identity() != ys[k].identity() {
			v.set(i, d.diffElement(p, i, xs[j].box, ys[k].box))
		}
		i += ys[k].size()
	}
	from.inheritIndexAfter(v.tree, recorded)
	return false
}

// diffElement compares element i and returns the box of the next one.
func (d *differ) diffElement(p *plan, i int, old, draft unsafe.Pointer) unsafe.Pointer {
	d.push(ElementStep(i, p.elem.idImmutable(old)))
	next := d.diffBox(p, old, draft)
	d.pop()
	return next
}

// identitiesEdited reports whether an edited element has another identity than before, and
// so is another element.
func (d *differ) identitiesEdited(p *plan, v *laterTree, at *cursor) bool {
	if !p.elem.keyed() {
		return false
	}
	for i := range v.journal.edits {
		e := &v.journal.edits[i]
		if leaf, k := at.leafOf(e.at); !d.sameID(p.elem, e.old, leaf.slots[k]) {
			return true
		}
	}
	return false
}

// compareEdited compares the elements that were edited in place.
func (d *differ) compareEdited(p *plan, v *laterTree, at *cursor) {
	d.reserve(len(v.journal.edits))
	for i := range v.journal.edits {
		e := &v.journal.edits[i]
		leaf, k := at.leafOf(e.at)
		if leaf.writableBits>>k&1 == 0 || !leaf.owner.sameUser(v.owner) {
			continue // handled at its first edit
		}
		box := d.diffElement(p, e.at, e.old, leaf.slots[k])
		if leaf.owner == v.owner {
			leaf.setSlot(k, box, false)
		} else {
			v.set(e.at, box)
			*at = cursor{tree: v.tree}
		}
	}
}

// recordSingleEdit records the only edit that leads from the List from to v. Nothing has to be
// aligned.
func (d *differ) recordSingleEdit(p *plan, from *treeNode, v *laterTree) {
	t, e := v.journal.edits[0], p.elem
	c := change{op: t.op, from: int32(t.from)}
	in, oldPredecessor, newPredecessor := v.tree, noElement, noElement // positions
	switch t.op {
	case OpRemove:
		in, oldPredecessor = from, t.at-1
		c.old = from.at(t.at)
	case OpAdd:
		newPredecessor = t.at - 1
		c.new = d.detachedBox(p, v.tree.at(t.at))
		v.set(t.at, c.new)
	case OpMove:
		newPredecessor = t.at - 1
		if oldPredecessor = t.from - 1; oldPredecessor >= t.at {
			oldPredecessor++ // as a position in the new List
		}
	}
	id := func(i int) any {
		if i == noElement {
			return nil
		}
		return e.id(in.at(i))
	}
	element := id(t.at)
	d.recordEdit(e, c, t.at, element, id(oldPredecessor), id(newPredecessor))
	from.inheritIndex(v.tree, shift{op: t.op, at: t.at, from: t.from, id: element})
}
