package draft

import (
	"sync/atomic"
	"unsafe"
)

// fanout is how many elements or children a node has at most: with 13, a node
// fills one of the allocator's size classes, 128 bytes.
const fanout = 13

// A treeNode is a node of the tree that a List or a Map is: a B+ tree without
// keys of its own, in which an element is found by its position, from the
// sizes of the nodes. All leaves have the same height, 0; a tree without
// elements is nil.
//
// Elements are pointers to boxes. A List's box is the element, a Map's box is
// key and value. So nodes are the same for every type, a box stays where it is
// while others come and go, and one engine serves all.
//
// A tree is immutable but for nodes made under a mark that its user still
// holds: those, and the boxes flagged as own in them, nobody else can see yet.
type treeNode struct {
	slots        [fanout]unsafe.Pointer // *treeNode, or boxes in a leaf
	index        atomic.Pointer[positions]
	owner        owner
	size         int32  // elements below
	writableBits uint16 // of a leaf: the boxes made under its mark, by bit
	n            uint8  // slots in use
	height       uint8
}

// A owner tells who may write to a node. The upper half is one user's own; the
// lower half is counted up when what was made so far must stay as it is.
type owner uint64

var lastOwner atomic.Uint64

// newOwner is a mark that no node has.
func newOwner() owner { return owner(lastOwner.Add(1) << 32) }

func (m owner) sameUser(n owner) bool { return m>>32 == n>>32 }

func (t *treeNode) len() int {
	if t == nil {
		return 0
	}
	return int(t.size)
}

func (t *treeNode) child(i int) *treeNode { return (*treeNode)(t.slots[i]) }

// ownedBy is t if it was made under m, or else a copy.
func (t *treeNode) ownedBy(m owner) *treeNode {
	if t.owner == m {
		return t
	}
	c := new(treeNode)
	c.slots, c.owner, c.size, c.n, c.height = t.slots, m, t.size, t.n, t.height
	if t.owner.sameUser(m) {
		c.writableBits = t.writableBits
	}
	return c
}

// leafOf is the leaf with element i, and where in it that is.
func (t *treeNode) leafOf(i int) (*treeNode, int) {
	for t.height > 0 {
		k := 0
		for ; i >= int(t.child(k).size); k++ {
			i -= int(t.child(k).size)
		}
		t = t.child(k)
	}
	return t, i
}

// at is box i.
func (t *treeNode) at(i int) unsafe.Pointer {
	l, k := t.leafOf(i)
	return l.slots[k]
}

// A cursor finds the leaves of elements that are asked for one after the other.
type cursor struct {
	tree  *treeNode
	last  *treeNode // the leaf that was found last
	first int       // its first element
}

// leafOf is the leaf with element i, and where in it that is.
func (c *cursor) leafOf(i int) (leaf *treeNode, at int) {
	if c.last == nil || i < c.first || i-c.first >= int(c.last.size) {
		c.last, at = c.tree.leafOf(i)
		c.first = i - at
	}
	return c.last, i - c.first
}

// isWritable tells whether box i was made under m or an earlier mark of its user.
func (t *treeNode) isWritable(i int, m owner) bool {
	l, k := t.leafOf(i)
	return l.owner.sameUser(m) && l.writableBits>>k&1 == 1
}

// expandNodes is t with the leaf of element i and the nodes above it writable, that
// leaf, and where in it the element is.
func (t *treeNode) writableLeaf(i int, m owner) (top, leaf *treeNode, at int) {
	top = t.ownedBy(m)
	leaf = top
	for leaf.height > 0 {
		k := 0
		for ; i >= int(leaf.child(k).size); k++ {
			i -= int(leaf.child(k).size)
		}
		kid := leaf.child(k).ownedBy(m)
		leaf.slots[k] = unsafe.Pointer(kid)
		leaf = kid
	}
	return top, leaf, i
}

// set is t with box i replaced.
func (t *treeNode) set(i int, box unsafe.Pointer, own bool, m owner) *treeNode {
	t, leaf, at := t.writableLeaf(i, m)
	leaf.setSlot(at, box, own)
	return t
}

// location puts box into slot i of a leaf that can be written to.
func (t *treeNode) setSlot(i int, box unsafe.Pointer, own bool) {
	t.slots[i] = box
	t.writableBits &^= 1 << i
	if own {
		t.writableBits |= 1 << i
	}
}

// buildTree is the tree with the given boxes, evenly filled. No box is own.
func buildTree(boxes []unsafe.Pointer) *treeNode {
	var height uint8
	for len(boxes) > 1 || height == 0 && len(boxes) > 0 {
		nodes := (len(boxes) + fanout - 1) / fanout
		up := make([]unsafe.Pointer, nodes)
		for i := range up {
			t := &treeNode{height: height}
			t.setSlots(boxes[i*len(boxes)/nodes:(i+1)*len(boxes)/nodes], 0)
			up[i] = unsafe.Pointer(t)
		}
		boxes = up
		height++
	}
	if len(boxes) == 0 {
		return nil
	}
	return (*treeNode)(boxes[0])
}

// each calls f with every box in order until it returns false.
func (t *treeNode) each(f func(unsafe.Pointer) bool) bool {
	if t == nil {
		return true
	}
	for _, p := range t.slots[:t.n] {
		if t.height > 0 {
			if !(*treeNode)(p).each(f) {
				return false
			}
		} else if !f(p) {
			return false
		}
	}
	return true
}

// firstBox is the first box.
func (t *treeNode) firstBox() unsafe.Pointer {
	for t.height > 0 {
		t = t.child(0)
	}
	return t.slots[0]
}

// replaceWritable is t with every own box replaced by what f makes of it; nodes
// without any stay. With all set, every box is replaced.
func (t *treeNode) replaceWritable(m owner, all bool, f func(unsafe.Pointer) unsafe.Pointer) *treeNode {
	if t == nil || !all && (m>>32 == 0 || !t.owner.sameUser(m)) {
		return t
	}
	c := &treeNode{slots: t.slots, size: t.size, n: t.n, height: t.height}
	for i := range c.slots[:c.n] {
		if c.height > 0 {
			c.slots[i] = unsafe.Pointer(c.child(i).replaceWritable(m, all, f))
		} else if all || t.writableBits>>i&1 == 1 {
			c.slots[i] = f(c.slots[i])
		}
	}
	return c
}
