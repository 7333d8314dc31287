package align

import "math/bits"

// fenwick is a Fenwick tree (P. Fenwick, "A New Data Structure for Cumulative Frequency
// Tables", 1994). It counts the elements below a slot in O(log n).
type fenwick []int

// add adds n to the count of slot i.
func (c fenwick) add(i, n int) {
	for i++; i < len(c); i += i & -i {
		c[i] += n
	}
}

// below returns the sum of the counts of the slots below i.
func (c fenwick) below(i int) (n int) {
	for ; i > 0; i -= i & -i {
		n += c[i]
	}
	return n
}

// find returns the slot of the element that has n other elements below it.
func (c fenwick) find(n int) (i int) {
	for step := 1 << bits.Len(uint(len(c))); step > 0; step /= 2 {
		if i+step < len(c) && c[i+step] <= n {
			i += step
			n -= c[i]
		}
	}
	return i
}
