package draft

import "unsafe"

// insert is t with box as element i.
func (t *treeNode) insert(i int, box unsafe.Pointer, own bool, m owner) *treeNode {
	if t == nil {
		t = &treeNode{owner: m}
	}
	t, right := t.insertBelow(i, box, own, m)
	if right != nil {
		top := &treeNode{owner: m, height: t.height + 1, n: 2, size: t.size + right.size}
		top.slots[0], top.slots[1] = unsafe.Pointer(t), unsafe.Pointer(right)
		return top
	}
	return t
}

// insertBelow inserts below t, which gets a right neighbour if it was full.
func (t *treeNode) insertBelow(i int, box unsafe.Pointer, own bool, m owner) (left, right *treeNode) {
	t = t.ownedBy(m)
	k := i
	if t.height > 0 {
		k = 0
		for ; k < int(t.n)-1 && i > int(t.child(k).size); k++ {
			i -= int(t.child(k).size)
		}
		kid, more := t.child(k).insertBelow(i, box, own, m)
		t.slots[k] = unsafe.Pointer(kid)
		if more == nil {
			t.size++
			return t, nil
		}
		k, box, own = k+1, unsafe.Pointer(more), false
	}
	if t.n < fanout {
		t.insertSlot(k, box, own)
		t.size++
		return t, nil
	}
	at := fanout / 2
	if k == fanout { // at the end: lists grow there, and then the left one stays full
		at = fanout
	}
	right = t.split(at, m)
	if k <= at && at < fanout {
		t.insertSlot(k, box, own)
	} else {
		right.insertSlot(k-at, box, own)
	}
	t.recount()
	right.recount()
	return t, right
}

// insertSlot makes room at slot k, without counting what is below.
//
//go:noinline
func (t *treeNode) insertSlot(k int, p unsafe.Pointer, own bool) {
	copy(t.slots[k+1:t.n+1], t.slots[k:t.n])
	t.slots[k] = p
	t.n++
	low := t.writableBits & (1<<k - 1)
	t.writableBits = low | (t.writableBits&^low)<<1
	if own {
		t.writableBits |= 1 << k
	}
}

// removeSlot removes slot k, without counting what is below.
//
//go:noinline
func (t *treeNode) removeSlot(k int) {
	copy(t.slots[k:], t.slots[k+1:t.n])
	t.n--
	t.slots[t.n] = nil
	low := t.writableBits & (1<<k - 1)
	t.writableBits = low | t.writableBits>>1&^(1<<k-1)
}

// split moves the slots from at on to a new right neighbour.
//
//go:noinline
func (t *treeNode) split(at int, m owner) *treeNode {
	r := &treeNode{owner: m, height: t.height, n: t.n - uint8(at)}
	copy(r.slots[:], t.slots[at:t.n])
	clear(t.slots[at:t.n])
	t.n = uint8(at)
	if at < fanout {
		r.writableBits = t.writableBits >> at
		t.writableBits &= 1<<at - 1
	}
	return r
}

// recount sets the size from what is below.
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

// remove is t without element i.
func (t *treeNode) remove(i int, m owner) *treeNode {
	t = t.removeBelow(i, m)
	for t != nil && t.height > 0 && t.n == 1 {
		t = t.child(0)
	}
	if t.size == 0 {
		return nil
	}
	return t
}

func (t *treeNode) removeBelow(i int, m owner) *treeNode {
	t = t.ownedBy(m)
	t.size--
	if t.height == 0 {
		t.removeSlot(i)
		return t
	}
	k := 0
	for ; i >= int(t.child(k).size); k++ {
		i -= int(t.child(k).size)
	}
	kid := t.child(k).removeBelow(i, m)
	t.slots[k] = unsafe.Pointer(kid)
	if kid.n < fanout/4 && t.n > 1 {
		t.rebalance(max(k-1, 0), m)
	}
	return t
}

// rebalance joins children k and k+1, or evens them out if they are too many
// for one.
func (t *treeNode) rebalance(k int, m owner) {
	a, b := t.child(k).ownedBy(m), t.child(k+1)
	var all [2 * fanout]unsafe.Pointer
	n := copy(all[:], a.slots[:a.n])
	n += copy(all[n:], b.slots[:b.n])
	own := uint64(a.writableBits)
	if b.owner.sameUser(m) {
		own |= uint64(b.writableBits) << a.n
	}
	half := n
	if n > fanout {
		half = (n + 1) / 2
		b = b.ownedBy(m)
		b.setSlots(all[half:n], uint16(own>>half))
		t.slots[k+1] = unsafe.Pointer(b)
	} else {
		t.removeSlot(k + 1)
	}
	a.setSlots(all[:half], uint16(own&(1<<half-1)))
	t.slots[k] = unsafe.Pointer(a)
}

func (t *treeNode) setSlots(slots []unsafe.Pointer, own uint16) {
	clear(t.slots[copy(t.slots[:], slots):])
	t.n, t.writableBits = uint8(len(slots)), own
	t.recount()
}
