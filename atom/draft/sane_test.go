package draft

import "unsafe"

// checkSane checks the invariants of every List and Map in the p at a: of their trees, their
// indexes and their journals. It reports whether all of them are sealed, which have no journal.
func checkSane(t failer, p *plan, a unsafe.Pointer) (sealed bool) {
	t.Helper()
	c := saneChecker{failer: t, sealed: true}
	c.check(p, a)
	return c.sealed
}

// checkSaneNext is checkSane of two values, one of which an update made of the other: if that
// is sealed, both are.
func checkSaneNext(t failer, p *plan, prev, next unsafe.Pointer) {
	t.Helper()
	if checkSane(t, p, prev) && !checkSane(t, p, next) {
		t.Fatalf("the next %s has a journal", p.typ)
	}
}

type saneChecker struct {
	failer
	walk
	sealed bool
}

func (c *saneChecker) check(p *plan, a unsafe.Pointer) {
	c.Helper()
	switch p.kind {
	case kindStruct:
		for _, f := range p.fields {
			c.check(f.plan, unsafe.Add(a, f.offset))
		}
	case kindArray:
		for i := range p.length {
			c.check(p.elem, p.elem.at(a, i))
		}
	case kindSlice:
		if s := *(*slice)(a); c.enter(p, s.data) {
			for i := range s.len {
				c.check(p.elem, p.elem.at(s.data, i))
			}
			c.leave(s.data)
		}
	case kindPointer:
		if q := *(*unsafe.Pointer)(a); q != nil && c.enter(p, q) {
			c.check(p.elem, q)
			c.leave(q)
		}
	case kindList, kindMap:
		c.header(p, (*header)(a))
	}
}

func (c *saneChecker) header(p *plan, h *header) {
	c.Helper()
	checkTree(c, h.tree, true)
	c.elements(p, h.tree)
	j := h.journal
	if j == nil {
		return
	}
	c.sealed = false
	if h.version > len(j.edits) {
		c.Fatalf("version %d of a journal of %d edits", h.version, len(j.edits))
	}
	checkTree(c, j.tree, true)
	if owner(j.owner.Load()).user() == 0 {
		return // it has ended, and its boxes were replaced by immutable ones
	}
	current, replayed := h.current(), h.replayedJournal().tree
	if current.len() != replayed.len() {
		c.Fatalf("the edits of a %s lead to %d elements, not to %d", p.typ, replayed.len(), current.len())
	}
	for i, box := range replayed.boxes() {
		// A draft that is edited after its update has other boxes, of the same elements.
		if other := current.at(i); other != box && (p.kind == kindMap && p.compareKeys(other, box) != 0 || p.elem.id(p.element(other)) != p.elem.id(p.element(box))) {
			c.Fatalf("the edits of a %s lead to another element %d", p.typ, i)
		}
	}
	c.elements(p, current)
}

// elements checks the elements in a tree, their order in a Map, and the index of a List.
func (c *saneChecker) elements(p *plan, t *treeNode) {
	c.Helper()
	boxes := t.boxes()
	for i, box := range boxes {
		c.check(p.elem, p.element(box))
		if p.kind == kindMap && i > 0 && p.compareKeys(boxes[i-1], box) >= 0 {
			c.Fatalf("the keys of a %s are out of order at %d", p.typ, i)
		}
	}
	if p.kind != kindList || t == nil || t.index.Load() == nil {
		return
	}
	for _, box := range boxes {
		id := p.elem.id(box)
		if id == nil {
			continue
		}
		if i, want := t.indexOf(p.elem, id), t.scan(p.elem, id); i != want {
			c.Fatalf("the index of a %s has %v at %d, not at %d", p.typ, id, i, want)
		}
	}
}

// checkTree checks a node and everything below it.
func checkTree(t failer, n *treeNode, top bool) {
	t.Helper()
	if n == nil {
		return
	}
	if n.n == 0 || top && n.height > 0 && n.n < 2 {
		t.Fatalf("a node of height %d has %d slots", n.height, n.n)
	}
	if n.writableBits != 0 && (n.height > 0 || n.owner.user() == 0) {
		t.Fatalf("a node of height %d has writable boxes that nobody owns", n.height)
	}
	size := int32(0)
	for i, s := range n.slots {
		switch {
		case i >= int(n.n):
			if s != nil || n.writableBits>>i&1 == 1 {
				t.Fatalf("slot %d of %d is in use", i, n.n)
			}
		case n.height == 0:
			if s == nil {
				t.Fatalf("slot %d has no box", i)
			}
			size++
		default:
			if n.child(i).height != n.height-1 {
				t.Fatalf("a node of height %d in one of height %d", n.child(i).height, n.height)
			}
			checkTree(t, n.child(i), false)
			size += n.child(i).size
		}
	}
	if size != n.size {
		t.Fatalf("a node of %d elements counts %d", size, n.size)
	}
}
