package draft

import (
	"reflect"
	"slices"
	"sync/atomic"
	"unsafe"
)

// A header is what a List or a Map is made of: a sealed tree, and, once it has
// been edited where it stands, the journal of the edits. A copy of a root, as
// an assignment makes it, stays what it was: the version says how many of the
// edits belong to it.
type header struct {
	tree    *treeNode // as it was before the first edit
	journal *journal
	version int
}

// A journal is the edits of a List or a Map, and the tree they lead to.
type journal struct {
	tree  *treeNode
	edits []treeEdit
	owner atomic.Uint64 // a mark; readers count it up, see root.snapshot
	first [1]treeEdit   // of the log: most have one
}

// An treeEdit is one edit of a tree, by position.
type treeEdit struct {
	box      unsafe.Pointer // added or put in place
	old      unsafe.Pointer // removed or replaced
	at, from int
	op       Op
}

// current is the tree as r sees it.
func (r *header) current() *treeNode {
	switch {
	case r.journal == nil:
		return r.tree
	case r.version == len(r.journal.edits):
		return r.journal.tree
	}
	return r.replayedJournal().tree
}

// snapshot is current for those who read while others may edit: what has been
// made so far is not written to again.
func (r *header) snapshot() *treeNode {
	if r.journal != nil && r.version == len(r.journal.edits) {
		r.journal.owner.Add(1)
	}
	return r.current()
}

// replayedJournal is a journal of its own for a root whose journal went on without it.
func (r *header) replayedJournal() *journal {
	j := &journal{tree: r.tree}
	j.owner.Store(uint64(newOwner()))
	for _, e := range r.journal.edits[:r.version] {
		j.apply(e)
	}
	return j
}

// startJournal gives r, which has none, the journal j.
func (r *header) startJournal(j *journal) {
	j.tree, j.edits = r.tree, j.first[:0]
	r.journal = j
}

// writableJournal is the journal of r, to be written to.
func (r *header) writableJournal() *journal {
	switch j := r.journal; {
	case j == nil:
		r.startJournal(new(journal))
	case r.version != len(j.edits):
		r.journal = r.replayedJournal()
	}
	if r.journal.owner.Load()>>32 == 0 {
		r.journal.owner.Store(uint64(newOwner()))
	}
	return r.journal
}

// apply carries out e at r.
func (r *header) apply(e treeEdit) {
	j := r.writableJournal()
	j.apply(e)
	r.version = len(j.edits)
}

// writableBox is box i of r, to be written to: the one that is there if this
// journal made it, or else what copied makes of it.
func (r *header) writableBox(i int, copied func(unsafe.Pointer) unsafe.Pointer) unsafe.Pointer {
	j := r.writableJournal()
	var leaf *treeNode
	var k int
	j.tree, leaf, k = j.tree.writableLeaf(i, owner(j.owner.Load()))
	if leaf.writableBits>>k&1 == 1 {
		return leaf.slots[k]
	}
	e := treeEdit{op: OpReplace, at: i, old: leaf.slots[k], box: copied(leaf.slots[k])}
	leaf.setSlot(k, e.box, true)
	j.edits = append(j.edits, e)
	r.version = len(j.edits)
	return e.box
}

func (j *journal) apply(e treeEdit) {
	m := owner(j.owner.Load())
	switch e.op {
	case OpReplace:
		j.tree = j.tree.set(e.at, e.box, true, m)
	case OpAdd:
		j.tree = j.tree.insert(e.at, e.box, true, m)
	case OpRemove:
		j.tree = j.tree.remove(e.at, m)
	case OpMove:
		box, own := j.tree.at(e.from), j.tree.isWritable(e.from, m)
		j.tree = j.tree.remove(e.from, m).insert(e.at, box, own, m)
	case opClear:
		j.tree = nil
	}
	j.edits = append(j.edits, e)
}

// end ends the journal: what it has made is immutable from here on.
func (j *journal) end() { j.owner.Store(0) }

// onlyReplaces tells whether all edits were of elements where they are.
func (j *journal) onlyReplaces() bool {
	return !slices.ContainsFunc(j.edits, func(e treeEdit) bool { return e.op != OpReplace })
}

// detachElement makes the value of type t at a, which comes into a box, share nothing
// that could be written to. It panics with what is wrong with the value, which
// an update returns.
func detachElement(t reflect.Type, a unsafe.Pointer) {
	p := mustPlan(t)
	if !p.hasSharedMemory {
		return
	}
	var w walk
	if w.detach(p, a); w.err != nil {
		panic(w.err)
	}
}

// originalBoxes maps the boxes that were put in place of others to those they
// stand for in the end.
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

// unsharedPieces are the parts of two trees that are not the same nodes, in order: a
// callEdit of elements stands for a node that both have. To see this, only the
// nodes that differ are opened.
func unsharedPieces(x, y *treeNode) (xs, ys []piece) {
	xs, ys = wholeTree(x), wholeTree(y)
	height := max(height(x), height(y))
	for h := height; h >= 0; h-- {
		shared := map[unsafe.Pointer]bool{}
		for _, p := range xs {
			if p.node != nil && int(p.node.height) == h {
				shared[unsafe.Pointer(p.node)] = false
			}
		}
		for _, p := range ys {
			if _, ok := shared[unsafe.Pointer(p.node)]; ok {
				shared[unsafe.Pointer(p.node)] = true
			}
		}
		xs, ys = expandNodes(xs, h, shared), expandNodes(ys, h, shared)
	}
	return xs, ys
}

// A piece is a box, or the node of several.
type piece struct {
	node *treeNode
	box  unsafe.Pointer
}

func wholeTree(t *treeNode) []piece {
	if t == nil {
		return nil
	}
	return []piece{{node: t}}
}

func height(t *treeNode) int {
	if t == nil {
		return -1
	}
	return int(t.height)
}

// expandNodes replaces the nodes of height h that are not shared by what is in them.
func expandNodes(l []piece, h int, shared map[unsafe.Pointer]bool) []piece {
	out := l[:0:0]
	for _, p := range l {
		if p.node == nil || int(p.node.height) != h || shared[unsafe.Pointer(p.node)] {
			out = append(out, p)
			continue
		}
		out = slices.Grow(out, int(p.node.n))
		for _, s := range p.node.slots[:p.node.n] {
			if h > 0 {
				out = append(out, piece{node: (*treeNode)(s)})
			} else {
				out = append(out, piece{box: s})
			}
		}
	}
	return out
}

// size is the number of elements.
func (p piece) size() int {
	if p.node != nil {
		return int(p.node.size)
	}
	return 1
}

// identity is what a piece is known by.
func (p piece) identity() unsafe.Pointer {
	if p.node != nil {
		return unsafe.Pointer(p.node)
	}
	return p.box
}
