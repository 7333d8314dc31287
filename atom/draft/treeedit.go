package draft

import "unsafe"

// insert returns t with box inserted as element i.
func (t *treeNode) insert(i int, box unsafe.Pointer, writable bool, o owner) *treeNode {
	if t == nil {
		t = &treeNode{owner: o}
	}
	t, right := t.insertBelow(i, box, writable, o)
	if right != nil {
		top := &treeNode{owner: o, height: t.height + 1, n: 2, size: t.size + right.size}
		top.slots[0], top.slots[1] = unsafe.Pointer(t), unsafe.Pointer(right)
		return top
	}
	return t
}

// insertBelow inserts box as element i into t. If t was full it is split: right is its new
// neighbour.
func (t *treeNode) insertBelow(i int, box unsafe.Pointer, writable bool, o owner) (left, right *treeNode) {
	t = t.ownedBy(o)
	k := i
	if t.height > 0 {
		k = 0
		for ; k < int(t.n)-1 && i > int(t.child(k).size); k++ {
			i -= int(t.child(k).size)
		}
		child, more := t.child(k).insertBelow(i, box, writable, o)
		t.slots[k] = unsafe.Pointer(child)
		if more == nil {
			t.size++
			return t, nil
		}
		k, box, writable = k+1, unsafe.Pointer(more), false
	}
	if t.n < fanout {
		t.insertSlot(k, box, writable)
		t.size++
		return t, nil
	}
	at := fanout / 2
	if k == fanout { // appending: keep the left node full
		at = fanout
	}
	right = t.split(at, o)
	if k <= at && at < fanout {
		t.insertSlot(k, box, writable)
	} else {
		right.insertSlot(k-at, box, writable)
	}
	t.recount()
	right.recount()
	return t, right
}

// insertSlot inserts p at slot k. It does not update the size.
//
//go:noinline
func (t *treeNode) insertSlot(k int, p unsafe.Pointer, writable bool) {
	copy(t.slots[k+1:t.n+1], t.slots[k:t.n])
	t.slots[k] = p
	t.n++
	low := t.writableBits & (1<<k - 1)
	t.writableBits = low | (t.writableBits&^low)<<1
	if writable {
		t.writableBits |= 1 << k
	}
}

// removeSlot removes slot k. It does not update the size.
//
//go:noinline
func (t *treeNode) removeSlot(k int) {
	copy(t.slots[k:], t.slots[k+1:t.n])
	t.n--
	t.slots[t.n] = nil
	low := t.writableBits & (1<<k - 1)
	t.writableBits = low | t.writableBits>>1&^(1<<k-1)
}

// split moves the slots from at on to a new node.
//
//go:noinline
func (t *treeNode) split(at int, o owner) *treeNode {
	r := &treeNode{owner: o, height: t.height, n: t.n - uint8(at)}
	copy(r.slots[:], t.slots[at:t.n])
	clear(t.slots[at:t.n])
	t.n = uint8(at)
	if at < fanout {
		r.writableBits = t.writableBits >> at
		t.writableBits &= 1<<at - 1
	}
	return r
}

// recount computes the size from the slots.
func (t *treeNode) recount() {
	if t.height == 0 {
		t.size = int32(t.n)
		return
	}
	t.size = 0
	for i := range t.n {
		t.size += t.child(int(i)).size
	}
}

// remove returns t without element i.
func (t *treeNode) remove(i int, o owner) *treeNode {
	t = t.removeBelow(i, o)
	for t != nil && t.height > 0 && t.n == 1 {
		t = t.child(0)
	}
	if t.size == 0 {
		return nil
	}
	return t
}

// removeBelow removes element i from t, which may then have too few slots, or none.
func (t *treeNode) removeBelow(i int, o owner) *treeNode {
	t = t.ownedBy(o)
	t.size--
	if t.height == 0 {
		t.removeSlot(i)
		return t
	}
	k := 0
	for ; i >= int(t.child(k).size); k++ {
		i -= int(t.child(k).size)
	}
	child := t.child(k).removeBelow(i, o)
	t.slots[k] = unsafe.Pointer(child)
	switch {
	case child.size == 0: // it had one element, as a new neighbour of a full node has
		t.removeSlot(k)
	case child.n < fanout/4 && t.n > 1:
		t.rebalance(max(k-1, 0), o)
	}
	return t
}

// rebalance merges children k and k+1, or distributes their slots evenly if they do not fit
// into one node.
func (t *treeNode) rebalance(k int, o owner) {
	a, b := t.child(k).ownedBy(o), t.child(k+1)
	var all [2 * fanout]unsafe.Pointer
	n := copy(all[:], a.slots[:a.n])
	n += copy(all[n:], b.slots[:b.n])
	writable := uint64(a.writableBits)
	if b.owner.sameUser(o) {
		writable |= uint64(b.writableBits) << a.n
	}
	half := n
	if n > fanout {
		half = (n + 1) / 2
		b = b.ownedBy(o)
		b.setSlots(all[half:n], uint16(writable>>half))
		t.slots[k+1] = unsafe.Pointer(b)
	} else {
		t.removeSlot(k + 1)
	}
	a.setSlots(all[:half], uint16(writable&(1<<half-1)))
	t.slots[k] = unsafe.Pointer(a)
}

// setSlots fills t with slots.
func (t *treeNode) setSlots(slots []unsafe.Pointer, writable uint16) {
	clear(t.slots[copy(t.slots[:], slots):])
	t.n, t.writableBits = uint8(len(slots)), writable
	t.recount()
}
