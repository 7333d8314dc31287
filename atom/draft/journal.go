package draft

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// header is what a List or a Map consists of: a sealed tree, and a journal once it has been
// edited in place. Assignment copies the header, and the copy keeps its state: version tells
// how many edits of the journal belong to it.
type header struct {
	tree    *treeNode // before the first edit
	journal *journal
	version int
}

// journal is the edits of a List or Map, and the tree that they lead to.
type journal struct {
	tree  *treeNode
	edits []treeEdit
	owner atomic.Uint64 // an owner; snapshot increments it
	first [1]treeEdit   // memory of edits: most journals have one
}

// treeEdit is one edit of a tree, by position.
type treeEdit struct {
	box      unsafe.Pointer // added, or put in place of old
	old      unsafe.Pointer // removed or replaced
	at, from int
	op       Op
}

// current returns the tree with the edits of h.
func (h *header) current() *treeNode {
	switch {
	case h.journal == nil:
		return h.tree
	case h.version == len(h.journal.edits):
		return h.journal.tree
	}
	return h.replayedJournal().tree
}

// snapshot is current for iterators, during which the caller may go on editing: the nodes
// that were made so far are not written to any more.
func (h *header) snapshot() *treeNode {
	if h.journal != nil && h.version == len(h.journal.edits) {
		h.journal.owner.Add(1)
	}
	return h.current()
}

// replayedJournal returns a new journal for a header whose journal has got later edits, of a
// copy of the header.
func (h *header) replayedJournal() *journal {
	j := &journal{tree: h.tree}
	j.owner.Store(uint64(newOwner()))
	for _, e := range h.journal.edits[:h.version] {
		j.apply(e)
	}
	return j
}

// startJournal makes j the journal of h, which has none.
func (h *header) startJournal(j *journal) {
	j.tree, j.edits = h.tree, j.first[:0]
	h.journal = j
}

// writableJournal returns the journal of h, to which edits can be appended.
func (h *header) writableJournal() *journal {
	switch j := h.journal; {
	case j == nil:
		h.startJournal(new(journal))
	case h.version != len(j.edits):
		h.journal = h.replayedJournal()
	}
	if owner(h.journal.owner.Load()).user() == 0 {
		h.journal.owner.Store(uint64(newOwner()))
	}
	return h.journal
}

// apply applies e to the tree of h.
func (h *header) apply(e treeEdit) {
	j := h.writableJournal()
	j.apply(e)
	h.version = len(j.edits)
}

// writableBox returns box i of h for writing: the present one if this journal made it, or
// else the one that clone makes of it.
func (h *header) writableBox(i int, clone func(unsafe.Pointer) unsafe.Pointer) unsafe.Pointer {
	j := h.writableJournal()
	var leaf *treeNode
	var k int
	j.tree, leaf, k = j.tree.writableLeaf(i, owner(j.owner.Load()))
	if leaf.writableBits>>k&1 == 1 {
		return leaf.slots[k]
	}
	e := treeEdit{op: OpReplace, at: i, old: leaf.slots[k], box: clone(leaf.slots[k])}
	leaf.setSlot(k, e.box, true)
	j.edits = append(j.edits, e)
	h.version = len(j.edits)
	return e.box
}

// apply applies e to the tree and appends it to the journal.
func (j *journal) apply(e treeEdit) {
	o := owner(j.owner.Load())
	switch e.op {
	case OpReplace:
		j.tree = j.tree.set(e.at, e.box, true, o)
	case OpAdd:
		j.tree = j.tree.insert(e.at, e.box, true, o)
	case OpRemove:
		j.tree = j.tree.remove(e.at, o)
	case OpMove:
		box, writable := j.tree.at(e.from), j.tree.isWritable(e.from, o)
		j.tree = j.tree.remove(e.from, o).insert(e.at, box, writable, o)
	case opClear:
		j.tree = nil
	}
	j.edits = append(j.edits, e)
}

// end makes everything that the journal made immutable.
func (j *journal) end() { j.owner.Store(0) }

// onlyReplaces reports whether all edits replaced elements in place.
func (j *journal) onlyReplaces() bool {
	return !slices.ContainsFunc(j.edits, func(e treeEdit) bool { return e.op != OpReplace })
}

// originalBoxes maps each box that replaced another to the first one in that place.
//
//go:noinline
func (j *journal) originalBoxes() map[unsafe.Pointer]unsafe.Pointer {
	from := map[unsafe.Pointer]unsafe.Pointer{}
	for _, e := range j.edits {
		if e.op == OpReplace {
			old := e.old
			if o, ok := from[old]; ok {
				old = o
			}
			from[e.box] = old
		}
	}
	return from
}
