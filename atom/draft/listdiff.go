package draft

import (
	"slices"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/align"
)

// diffList records what leads from the list from to v. When elements were only
// edited where they are, the journal says which, and nothing else is looked
// at. Otherwise the parts that the trees do not share are aligned: boxes are
// the same element when they are the same or stand for the same, elements that
// were made anew when they have the same identity or value. It returns true,
// and has recorded nothing, if the list was shuffled and is better replaced.
func (d *differ) diffList(p *plan, from *treeNode, v *laterTree) (whole bool) {
	if v.fromEarlier {
		log, at := v.journal.edits, cursor{tree: v.tree}
		switch inPlace := v.journal.onlyReplaces(); {
		case inPlace && !d.identitiesEdited(p, v, &at):
			d.compareEdited(p, v, &at)
			from.inheritIndex(v.tree)
			return false
		case !inPlace && len(log) == 1 && log[0].op != opClear:
			d.recordEdit(p, from, v)
			return false
		}
	}
	xs, ys := unsharedPieces(from, v.tree)
	match := d.matchPieces(p, xs, ys, v)
	edits, ok := align.Script(sizes(xs), match)
	if slices.ContainsFunc(edits, func(e align.Edit) bool { return e.Op == align.Move && ys[e.Element].node != nil }) {
		// Whole nodes went past others: that is told element by element.
		xs, ys = allBoxes(xs), allBoxes(ys)
		match = d.matchPieces(p, xs, ys, v)
		edits, ok = align.Script(sizes(xs), match)
	}
	if ok {
		d.recordListEdits(p, from, xs, ys, match, edits, v)
	}
	return !ok
}

// diffElement compares element i and returns the box of the next one.
func (d *differ) diffElement(p *plan, i int, old, draft unsafe.Pointer) unsafe.Pointer {
	d.push(ElementStep(i, p.elem.idImmutable(old)))
	next := d.diffBox(p, old, draft)
	d.pop()
	return next
}

// identitiesEdited tells whether an element has got another identity: then it
// is another element.
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

// compareEdited compares the elements that were edited where they are.
func (d *differ) compareEdited(p *plan, v *laterTree, at *cursor) {
	d.reserve(len(v.journal.edits))
	for i := range v.journal.edits {
		e := &v.journal.edits[i]
		leaf, k := at.leafOf(e.at)
		if leaf.writableBits>>k&1 == 0 || !leaf.owner.sameUser(v.owner) {
			continue // not the first edit of it
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

// recordEdit records the one edit that leads from the list from to v, for
// which nothing has to be aligned.
func (d *differ) recordEdit(p *plan, from *treeNode, v *laterTree) {
	t, e := v.journal.edits[0], p.elem
	c := change{op: t.op, from: int32(t.from), plan: e, addressable: Addressable}
	in, behindOld, behindNew := v.tree, noElement, noElement // tree positions
	switch t.op {
	case OpRemove:
		in, behindOld = from, t.at-1
		c.old = from.at(t.at)
	case OpAdd:
		behindNew = t.at - 1
		c.new = d.detachedBox(p, v.tree.at(t.at))
		v.set(t.at, c.new)
	case OpMove:
		behindNew = t.at - 1
		if behindOld = t.from - 1; behindOld >= t.at {
			behindOld++ // as the new list counts it
		}
	}
	id := func(i int) any {
		if i == noElement {
			return nil
		}
		return e.id(in.at(i))
	}
	if e.keyed() {
		c.predecessors = &predecessors{old: id(behindOld), new: id(behindNew)}
	}
	item := id(t.at)
	d.push(ElementStep(t.at, item))
	d.record(c)
	d.pop()
	from.inheritIndex(v.tree, shift{op: t.op, at: t.at, from: t.from, id: item})
}

func sizes(l []piece) []int {
	s := make([]int, len(l))
	for i, p := range l {
		s[i] = p.size()
	}
	return s
}

func allBoxes(l []piece) (boxes []piece) {
	for _, p := range l {
		boxes = p.appendBoxes(boxes)
	}
	return boxes
}

// matchPieces finds for each of ys which of xs it is, or -1.
func (d *differ) matchPieces(p *plan, xs, ys []piece, v *laterTree) []int {
	origins := map[unsafe.Pointer]unsafe.Pointer{}
	if v.journal != nil {
		origins = v.journal.originalBoxes()
	}
	origin := func(y piece) unsafe.Pointer {
		if o, ok := origins[y.identity()]; ok && p.elem.id(o) == p.elem.id(y.box) {
			return o
		}
		return y.identity()
	}
	match, taken := make([]int, len(ys)), make([]bool, len(xs))
	for j := range match {
		match[j] = noElement
	}
	lo, hi := 0, 0
	for ; lo < len(xs) && lo < len(ys) && xs[lo].identity() == origin(ys[lo]); lo++ {
		match[lo], taken[lo] = lo, true
	}
	for ; hi < len(xs)-lo && hi < len(ys)-lo && xs[len(xs)-1-hi].identity() == origin(ys[len(ys)-1-hi]); hi++ {
		match[len(ys)-1-hi], taken[len(xs)-1-hi] = len(xs)-1-hi, true
	}
	if lo+hi == len(xs) || lo+hi == len(ys) {
		return match
	}
	at := make(map[unsafe.Pointer]int, len(xs)-lo-hi)
	for i := lo; i < len(xs)-hi; i++ {
		at[xs[i].identity()] = i
	}
	for j := lo; j < len(ys)-hi; j++ {
		if i, ok := at[origin(ys[j])]; ok && !taken[i] {
			match[j], taken[i] = i, true
		}
	}
	if p.elem.keyed() {
		matchIdentities(p, xs, ys, match, taken)
	} else if slices.IsSorted(matched(match)) {
		d.matchGaps(p, xs, ys, match)
	}
	return match
}

//go:noinline
func matched(match []int) (l []int) {
	for _, i := range match {
		if i != noElement {
			l = append(l, i)
		}
	}
	return l
}

// matchIdentities matches boxes of elements with the same identity.
func matchIdentities(p *plan, xs, ys []piece, match []int, taken []bool) {
	at := map[any][]int{}
	for i, x := range xs {
		if !taken[i] && x.node == nil {
			id := p.elem.id(x.box)
			at[id] = append(at[id], i)
		}
	}
	for j, y := range ys {
		if match[j] == noElement && y.node == nil {
			id := p.elem.id(y.box)
			if l := at[id]; len(l) > 0 {
				match[j], at[id] = l[0], l[1:]
				taken[l[0]] = true
			}
		}
	}
}

// matchGaps matches the boxes between two matches by value.
func (d *differ) matchGaps(p *plan, xs, ys []piece, match []int) {
	i := 0
	for j := 0; j < len(ys); j++ {
		if match[j] != noElement {
			i = match[j] + 1
			continue
		}
		end, next := j, len(xs)
		for end < len(ys) && match[end] == noElement {
			end++
		}
		if end < len(ys) {
			next = match[end]
		}
		gap := xs[i:next]
		if slices.ContainsFunc(gap, func(p piece) bool { return p.node != nil }) {
			continue
		}
		for k, g := range align.ByValue(len(gap), end-j, func(a, b int) bool {
			return d.equal(p.elem, p.element(gap[a].box), p.element(ys[j+b].box))
		}) {
			if g != noElement {
				match[j+k] = i + g
			}
		}
		j = end - 1
	}
}

// recordListEdits records the edits that lead from xs to ys, then what changed in
// the elements that both have.
func (d *differ) recordListEdits(p *plan, from *treeNode, xs, ys []piece, match []int, edits []align.Edit, v *laterTree) {
	e := p.elem
	id := func(l []piece, i int) any {
		if i == noElement {
			return nil
		}
		if n := l[i].node; n != nil {
			return e.id(n.at(n.len() - 1))
		}
		return e.id(l[i].box)
	}
	var shifts []shift
	for _, t := range edits {
		c := change{op: opOf[t.Op], from: int32(t.From), plan: e, addressable: Addressable}
		in := ys
		switch t.Op {
		case align.Remove:
			in, c.old = xs, xs[t.Element].box
		case align.Add:
			box := ys[t.Element].box
			if v.tree.isWritable(t.At, v.owner) {
				box = d.detachedBox(p, box)
				v.set(t.At, box)
			}
			c.new = box
		}
		item := id(in, t.Element)
		if e.keyed() {
			c.predecessors = &predecessors{old: id(in, t.OldPredecessor), new: id(in, t.NewPredecessor)}
		}
		d.push(ElementStep(t.At, item))
		d.record(c)
		d.pop()
		if len(shifts) <= maxShifts(from.len()) {
			shifts = append(shifts, shift{op: opOf[t.Op], at: t.At, from: t.From, id: item})
		}
	}
	at := 0
	for j, i := range match {
		if i != noElement && xs[i].identity() != ys[j].identity() {
			v.set(at, d.diffElement(p, at, xs[i].box, ys[j].box))
		}
		at += ys[j].size()
	}
	from.inheritIndex(v.tree, shifts...)
}
