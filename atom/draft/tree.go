package draft

import (
	"sync/atomic"
	"unsafe"
)

// fanout is the largest number of slots of a node. With 13, a node fills one of the
// allocator's size classes, 128 bytes.
const fanout = 13

// treeNode is a node of the tree of a List or Map: a B+ tree without keys, in which an element
// is found by its position, which the sizes of the nodes give. All leaves have height 0; the
// tree without elements is nil.
//
// The slots of a leaf point to boxes. A box is the memory of one element; in a Map the key
// comes first, see [mapBox]. So nodes are the same for every type, and a box stays where it
// is while others are added, removed and moved.
//
// A tree is immutable, except for the nodes of an owner that still edits it, and the boxes
// that are flagged as writable in those: nobody else has seen them yet.
type treeNode struct {
	slots        [fanout]unsafe.Pointer    // *treeNode, or the boxes of a leaf
	index        atomic.Pointer[positions] // of the root of a List: positions by identity, once asked for
	owner        owner
	size         int32  // number of elements below
	writableBits uint16 // of a leaf: the boxes that its owner made, by bit
	n            uint8  // slots in use
	height       uint8
}

// owner says who may write to a node. The upper half identifies the user, such as a journal
// or an applier. The lower half is incremented when everything that was made so far becomes
// immutable.
type owner uint64

var lastOwner atomic.Uint64

// newOwner returns an owner that no node has.
func newOwner() owner { return owner(lastOwner.Add(1) << 32) }

// user returns the upper half. 0 is nobody.
func (o owner) user() uint64 { return uint64(o >> 32) }

func (o owner) sameUser(other owner) bool { return o.user() == other.user() }

func (t *treeNode) len() int {
	if t == nil {
		return 0
	}
	return int(t.size)
}

func (t *treeNode) child(i int) *treeNode { return (*treeNode)(t.slots[i]) }

// ownedBy returns t if it belongs to o, or else a copy that does.
func (t *treeNode) ownedBy(o owner) *treeNode {
	if t.owner == o {
		return t
	}
	c := new(treeNode)
	c.slots, c.owner, c.size, c.n, c.height = t.slots, o, t.size, t.n, t.height
	if t.owner.sameUser(o) {
		c.writableBits = t.writableBits
	}
	return c
}

// leafOf returns the leaf of element i, and its slot there.
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

// at returns box i.
func (t *treeNode) at(i int) unsafe.Pointer {
	l, k := t.leafOf(i)
	return l.slots[k]
}

// cursor finds the leaves of elements that are asked for in order of their positions.
type cursor struct {
	tree  *treeNode
	last  *treeNode // the last leaf that was found
	first int       // the position of its first element
}

// leafOf returns the leaf of element i, and its slot there.
func (c *cursor) leafOf(i int) (leaf *treeNode, at int) {
	if c.last == nil || i < c.first || i-c.first >= int(c.last.size) {
		c.last, at = c.tree.leafOf(i)
		c.first = i - at
	}
	return c.last, i - c.first
}

// isWritable reports whether box i was made by the user of o.
func (t *treeNode) isWritable(i int, o owner) bool {
	l, k := t.leafOf(i)
	return l.owner.sameUser(o) && l.writableBits>>k&1 == 1
}

// writableLeaf returns t, the leaf of element i and its slot there, with the leaf and the
// nodes above it owned by o.
func (t *treeNode) writableLeaf(i int, o owner) (top, leaf *treeNode, at int) {
	top = t.ownedBy(o)
	leaf = top
	for leaf.height > 0 {
		k := 0
		for ; i >= int(leaf.child(k).size); k++ {
			i -= int(leaf.child(k).size)
		}
		child := leaf.child(k).ownedBy(o)
		leaf.slots[k] = unsafe.Pointer(child)
		leaf = child
	}
	return top, leaf, i
}

// set returns t with box i replaced.
func (t *treeNode) set(i int, box unsafe.Pointer, writable bool, o owner) *treeNode {
	t, leaf, at := t.writableLeaf(i, o)
	leaf.setSlot(at, box, writable)
	return t
}

// setSlot puts box into slot i of a leaf that is owned.
func (t *treeNode) setSlot(i int, box unsafe.Pointer, writable bool) {
	t.slots[i] = box
	t.writableBits &^= 1 << i
	if writable {
		t.writableBits |= 1 << i
	}
}

// buildTree returns the tree of boxes, evenly filled. None of the boxes is writable.
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

// each calls f for every box in order until f returns false, and reports whether it never
// did.
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

// firstBox returns the first box.
func (t *treeNode) firstBox() unsafe.Pointer {
	for t.height > 0 {
		t = t.child(0)
	}
	return t.slots[0]
}

// replaceWritable returns t with every box that is writable for the user of o replaced by
// what f returns. Nodes without such boxes are shared. If all is set, it replaces every box.
func (t *treeNode) replaceWritable(o owner, all bool, f func(unsafe.Pointer) unsafe.Pointer) *treeNode {
	if t == nil || !all && (o.user() == 0 || !t.owner.sameUser(o)) {
		return t
	}
	c := &treeNode{slots: t.slots, size: t.size, n: t.n, height: t.height}
	for i := range c.slots[:c.n] {
		if c.height > 0 {
			c.slots[i] = unsafe.Pointer(c.child(i).replaceWritable(o, all, f))
		} else if all || t.writableBits>>i&1 == 1 {
			c.slots[i] = f(c.slots[i])
		}
	}
	return c
}
