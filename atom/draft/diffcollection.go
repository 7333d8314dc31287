package draft

import "unsafe"

// laterTree is the later one of two trees that are compared. Its writable boxes are replaced
// by immutable ones on the way, so that in the end it is the tree of the next value.
type laterTree struct {
	tree        *treeNode
	journal     *journal // the edits that led to it, if they are known
	owner       owner
	fromEarlier bool // the edits of journal begin at the earlier tree
}

// diffCollection compares two Lists or Maps.
func (d *differ) diffCollection(p *plan, a, b unsafe.Pointer, s *lazyCopy) {
	earlier := (*header)(a).current()
	later := d.later(p, earlier, *(*header)(b))
	if later.tree == earlier || !d.enter(p, b) {
		return
	}
	if later.owner.user() == 0 {
		later.owner = newOwner()
	}
	steps, whole := len(d.steps), false
	if p.kind == kindMap {
		d.diffMap(p, earlier, &later)
	} else {
		whole = d.diffList(p, earlier, &later)
	}
	d.leave(b)
	switch {
	case d.err != nil:
		return
	case whole:
		later.tree = later.tree.replaceWritable(later.owner, false, func(box unsafe.Pointer) unsafe.Pointer { return d.detachedBox(p, box) })
		d.record(change{op: OpReplace, plan: p, old: a, new: s.at(a)})
	case len(d.steps) == steps:
		return
	}
	if later.journal != nil {
		later.journal.end()
	}
	*(*header)(s.at(a)) = header{tree: later.tree}
}

// later returns the tree of h, a List or Map p in the draft, with what is known of how earlier
// became it.
func (d *differ) later(p *plan, earlier *treeNode, h header) laterTree {
	j := h.journal
	switch {
	case j == nil:
		return laterTree{tree: h.tree}
	case d.given:
		return laterTree{tree: h.sealed(false, func(box unsafe.Pointer) unsafe.Pointer { return d.detachedBox(p, box) })}
	case h.version != len(j.edits):
		j = h.replayedJournal()
	}
	return laterTree{tree: j.tree, journal: j, owner: owner(j.owner.Load()), fromEarlier: h.tree == earlier}
}

// set replaces box i.
//
//go:noinline
func (t *laterTree) set(i int, box unsafe.Pointer) {
	t.tree = t.tree.set(i, box, false, t.owner)
	if t.journal != nil {
		t.journal.tree = t.tree
	}
}

// diffBox compares the elements in two boxes. It returns the box of the next element, which
// is old if nothing changed.
func (d *differ) diffBox(p *plan, old, draft unsafe.Pointer) unsafe.Pointer {
	to, outer := lazyCopy{plan: p.box, old: old}, d.addressable
	d.addressable = Addressable
	d.diff(p.elem, p.element(old), p.element(draft), &to)
	d.addressable = outer
	if to.next == nil {
		return old
	}
	return to.next
}

// equalCollections reports whether two Lists or Maps are equal. It compares only what their
// trees do not share.
func (w *walk) equalCollections(p *plan, a, b unsafe.Pointer) bool {
	x, y := (*header)(a).current(), (*header)(b).current()
	if x == y || x.len() != y.len() {
		return x == y
	}
	if !w.enter(p, a) {
		return false
	}
	defer w.leave(a)
	xs, ys := unsharedPieces(x, y)
	for len(xs) > 0 {
		if xs[0].identity() == ys[0].identity() {
			xs, ys = xs[1:], ys[1:]
			continue
		}
		xs, ys = expandFirst(xs), expandFirst(ys)
		if xs[0].identity() != ys[0].identity() && !w.equal(p.box, xs[0].box, ys[0].box) {
			return false
		}
		xs, ys = xs[1:], ys[1:]
	}
	return true
}
