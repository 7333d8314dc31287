package draft

import "unsafe"

// insert is t with box as element i.
func (t *treeNode) insert(i int, box unsafe.Pointer, own bool, m mark) *treeNode {
	if t == nil {
		t = &treeNode{mark: m}
	}
	t, right := t.grow(i, box, own, m)
	if right != nil {
		top := &treeNode{mark: m, height: t.height + 1, n: 2, size: t.size + right.size}
		top.slots[0], top.slots[1] = unsafe.Pointer(t), unsafe.Pointer(right)
		return top
	}
	return t
}

// grow inserts below t, which gets a right neighbour if it was full.
func (t *treeNode) grow(i int, box unsafe.Pointer, own bool, m mark) (left, right *treeNode) {
	t = t.writable(m)
	k := i
	if t.height > 0 {
		k = 0
		for ; k < int(t.n)-1 && i > int(t.kid(k).size); k++ {
			i -= int(t.kid(k).size)
		}
		kid, more := t.kid(k).grow(i, box, own, m)
		t.slots[k] = unsafe.Pointer(kid)
		if more == nil {
			t.size++
			return t, nil
		}
		k, box, own = k+1, unsafe.Pointer(more), false
	}
	if t.n < fan {
		t.put(k, box, own)
		t.size++
		return t, nil
	}
	at := fan / 2
	if k == fan { // at the end: lists grow there, and then the left one stays full
		at = fan
	}
	right = t.split(at, m)
	if k <= at && at < fan {
		t.put(k, box, own)
	} else {
		right.put(k-at, box, own)
	}
	t.count()
	right.count()
	return t, right
}

// put makes room at slot k, without counting what is below.
//
//go:noinline
func (t *treeNode) put(k int, p unsafe.Pointer, own bool) {
	copy(t.slots[k+1:t.n+1], t.slots[k:t.n])
	t.slots[k] = p
	t.n++
	low := t.own & (1<<k - 1)
	t.own = low | (t.own&^low)<<1
	if own {
		t.own |= 1 << k
	}
}

// take removes slot k, without counting what is below.
//
//go:noinline
func (t *treeNode) take(k int) {
	copy(t.slots[k:], t.slots[k+1:t.n])
	t.n--
	t.slots[t.n] = nil
	low := t.own & (1<<k - 1)
	t.own = low | t.own>>1&^(1<<k-1)
}

// split moves the slots from at on to a new right neighbour.
//
//go:noinline
func (t *treeNode) split(at int, m mark) *treeNode {
	r := &treeNode{mark: m, height: t.height, n: t.n - uint8(at)}
	copy(r.slots[:], t.slots[at:t.n])
	clear(t.slots[at:t.n])
	t.n = uint8(at)
	if at < fan {
		r.own = t.own >> at
		t.own &= 1<<at - 1
	}
	return r
}

// count sets the size from what is below.
func (t *treeNode) count() {
	if t.height == 0 {
		t.size = int32(t.n)
		return
	}
	t.size = 0
	for i := range t.n {
		t.size += t.kid(int(i)).size
	}
}

// remove is t without element i.
func (t *treeNode) remove(i int, m mark) *treeNode {
	t = t.shrink(i, m)
	for t != nil && t.height > 0 && t.n == 1 {
		t = t.kid(0)
	}
	if t.size == 0 {
		return nil
	}
	return t
}

func (t *treeNode) shrink(i int, m mark) *treeNode {
	t = t.writable(m)
	t.size--
	if t.height == 0 {
		t.take(i)
		return t
	}
	k := 0
	for ; i >= int(t.kid(k).size); k++ {
		i -= int(t.kid(k).size)
	}
	kid := t.kid(k).shrink(i, m)
	t.slots[k] = unsafe.Pointer(kid)
	if kid.n < fan/4 && t.n > 1 {
		t.balance(max(k-1, 0), m)
	}
	return t
}

// balance joins children k and k+1, or evens them out if they are too many
// for one.
func (t *treeNode) balance(k int, m mark) {
	a, b := t.kid(k).writable(m), t.kid(k+1)
	var all [2 * fan]unsafe.Pointer
	n := copy(all[:], a.slots[:a.n])
	n += copy(all[n:], b.slots[:b.n])
	own := uint64(a.own)
	if b.mark.sameUser(m) {
		own |= uint64(b.own) << a.n
	}
	half := n
	if n > fan {
		half = (n + 1) / 2
		b = b.writable(m)
		b.refill(all[half:n], uint16(own>>half))
		t.slots[k+1] = unsafe.Pointer(b)
	} else {
		t.take(k + 1)
	}
	a.refill(all[:half], uint16(own&(1<<half-1)))
	t.slots[k] = unsafe.Pointer(a)
}

func (t *treeNode) refill(slots []unsafe.Pointer, own uint16) {
	clear(t.slots[copy(t.slots[:], slots):])
	t.n, t.own = uint8(len(slots)), own
	t.count()
}
