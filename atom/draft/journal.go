package draft

import (
	"reflect"
	"slices"
	"sync/atomic"
	"unsafe"
)

// A root is what a List or a Map is made of: a sealed tree, and, once it has
// been edited where it stands, the journal of the edits. A copy of a root, as
// an assignment makes it, stays what it was: the version says how many of the
// edits belong to it.
type root struct {
	tree    *treeNode // as it was before the first edit
	journal *journal
	version int
}

// A journal is the edits of a List or a Map, and the tree they lead to.
type journal struct {
	tree  *treeNode
	log   []entryEdit
	mark  atomic.Uint64 // a mark; readers count it up, see root.snapshot
	first [1]entryEdit  // of the log: most have one
}

// An entryEdit is one edit of a tree, by position.
type entryEdit struct {
	box      unsafe.Pointer // added or put in place
	old      unsafe.Pointer // removed or replaced
	at, from int
	op       Op
}

// current is the tree as r sees it.
func (r *root) current() *treeNode {
	switch {
	case r.journal == nil:
		return r.tree
	case r.version == len(r.journal.log):
		return r.journal.tree
	}
	return r.replayed().tree
}

// snapshot is current for those who read while others may edit: what has been
// made so far is not written to again.
func (r *root) snapshot() *treeNode {
	if r.journal != nil && r.version == len(r.journal.log) {
		r.journal.mark.Add(1)
	}
	return r.current()
}

// replayed is a journal of its own for a root whose journal went on without it.
func (r *root) replayed() *journal {
	j := &journal{tree: r.tree}
	j.mark.Store(uint64(newMark()))
	for _, e := range r.journal.log[:r.version] {
		j.do(e)
	}
	return j
}

// begin gives r, which has none, the journal j.
func (r *root) begin(j *journal) {
	j.tree, j.log = r.tree, j.first[:0]
	r.journal = j
}

// edits is the journal of r, to be written to.
func (r *root) edits() *journal {
	switch j := r.journal; {
	case j == nil:
		r.begin(new(journal))
	case r.version != len(j.log):
		r.journal = r.replayed()
	}
	if r.journal.mark.Load()>>32 == 0 {
		r.journal.mark.Store(uint64(newMark()))
	}
	return r.journal
}

// edit carries out e at r.
func (r *root) edit(e entryEdit) {
	j := r.edits()
	j.do(e)
	r.version = len(j.log)
}

// private is box i of r, to be written to: the one that is there if this
// journal made it, or else what copied makes of it.
func (r *root) private(i int, copied func(unsafe.Pointer) unsafe.Pointer) unsafe.Pointer {
	j := r.edits()
	var leaf *treeNode
	var k int
	j.tree, leaf, k = j.tree.open(i, mark(j.mark.Load()))
	if leaf.own>>k&1 == 1 {
		return leaf.slots[k]
	}
	e := entryEdit{op: OpReplace, at: i, old: leaf.slots[k], box: copied(leaf.slots[k])}
	leaf.place(k, e.box, true)
	j.log = append(j.log, e)
	r.version = len(j.log)
	return e.box
}

func (j *journal) do(e entryEdit) {
	m := mark(j.mark.Load())
	switch e.op {
	case OpReplace:
		j.tree = j.tree.set(e.at, e.box, true, m)
	case OpAdd:
		j.tree = j.tree.insert(e.at, e.box, true, m)
	case OpRemove:
		j.tree = j.tree.remove(e.at, m)
	case OpMove:
		box, own := j.tree.at(e.from), j.tree.owned(e.from, m)
		j.tree = j.tree.remove(e.from, m).insert(e.at, box, own, m)
	case opClear:
		j.tree = nil
	}
	j.log = append(j.log, e)
}

// close ends the journal: what it has made is immutable from here on.
func (j *journal) close() { j.mark.Store(0) }

// inPlace tells whether all edits were of elements where they are.
func (j *journal) inPlace() bool {
	return !slices.ContainsFunc(j.log, func(e entryEdit) bool { return e.op != OpReplace })
}

// detachDraft makes the value of type t at a, which comes into a box, share nothing
// that could be written to. It panics with what is wrong with the value, which
// an update returns.
func detachDraft(t reflect.Type, a unsafe.Pointer) {
	p := mustPlan(t)
	if !p.shares {
		return
	}
	var w walk
	if w.detach(p, a); w.err != nil {
		panic(w.err)
	}
}

// origins maps the boxes that were put in place of others to those they
// stand for in the end.
//
//go:noinline
func (j *journal) origins() map[unsafe.Pointer]unsafe.Pointer {
	from := map[unsafe.Pointer]unsafe.Pointer{}
	for _, e := range j.log {
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

// pieces are the parts of two trees that are not the same nodes, in order: a
// run of elements stands for a node that both have. To see this, only the
// nodes that differ are opened.
func pieces(x, y *treeNode) (xs, ys []piece) {
	xs, ys = pieceOf(x), pieceOf(y)
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
		xs, ys = open(xs, h, shared), open(ys, h, shared)
	}
	return xs, ys
}

// A piece is a box, or the node of several.
type piece struct {
	node *treeNode
	box  unsafe.Pointer
}

func pieceOf(t *treeNode) []piece {
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

// open replaces the nodes of height h that are not shared by what is in them.
func open(l []piece, h int, shared map[unsafe.Pointer]bool) []piece {
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

// id is what a piece is known by.
func (p piece) id() unsafe.Pointer {
	if p.node != nil {
		return unsafe.Pointer(p.node)
	}
	return p.box
}
