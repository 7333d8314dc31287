package atom

import (
	"math/bits"
	"slices"
)

// An edit is one step on the way from one sequence of elements to another.
// Positions are those at the moment of the step, as in RFC 6902.
type edit struct {
	op   Op
	at   int // the position added to, removed from, or moved to
	from int // of a move: the position it is taken from
	item int // the element meant: its position in the old sequence for remove, in the new one otherwise

	// The elements in front of it before and after, as item, or none.
	behindOld, behindNew int
}

const none = -1

// maxMoves bounds the moves of one script. Beyond it a sequence was shuffled,
// and is better told as a whole.
const maxMoves = 1000

// script finds the edits that lead from a sequence of n elements to one of
// len(match), where match[j] is the old position of new element j, or -1 for
// an added one: first what goes, from the back; then moves, the fewest there
// can be, by leaving the longest increasing run of matches in place; then what
// comes, from the front. It is nil, false when there would be too many moves.
func script(n int, match []int) (edits []edit, ok bool) {
	stays := make([]int, n) // 1 for a matched old element, then its rank among them
	for _, i := range match {
		if i >= 0 {
			stays[i] = 1
		}
	}
	for i := n - 1; i >= 0; i-- {
		if stays[i] == 0 {
			edits = append(edits, edit{op: OpRemove, at: i, item: i, behindOld: i - 1, behindNew: none})
		}
	}
	kept := 0
	for i, s := range stays {
		stays[i] = kept
		kept += s
	}
	order := make([]int, 0, kept) // ranks in the new order
	items := make([]int, 0, kept)
	for j, i := range match {
		if i >= 0 {
			order, items = append(order, stays[i]), append(items, j)
		}
	}
	if !slices.IsSorted(order) {
		moves := moveEdits(order, items)
		if len(moves) > maxMoves {
			return nil, false
		}
		edits = append(edits, moves...)
	}
	for j, i := range match {
		if i < 0 {
			edits = append(edits, edit{op: OpAdd, at: j, item: j, behindOld: none, behindNew: j - 1})
		}
	}
	return edits, true
}

// moveEdits sorts the elements 0 to len(order)-1 into the given order. What is
// on the longest increasing run stays. Every other element goes right behind
// the one before it in the new order; where that is at the moment is counted
// by a Fenwick tree over all places that are ever taken.
func moveEdits(order, items []int) []edit {
	fixed := increasing(order)
	oldSlot, newSlot := make([]int, len(order)), make([]int, len(order))
	item := make([]int, 2*len(order)) // of the element at a place
	slots, t := 0, 0
	take := func() { // the places of the moved ones that follow in the new order
		for ; t < len(order) && !fixed[order[t]]; t++ {
			newSlot[order[t]], item[slots] = slots, items[t]
			slots++
		}
	}
	take()
	for r := range order {
		oldSlot[r] = slots
		slots++
		if fixed[r] {
			newSlot[r] = oldSlot[r]
			t++
			take()
		}
	}
	present := make(counts, slots+1)
	for k, r := range order {
		item[oldSlot[r]] = items[k]
		present.add(oldSlot[r], 1)
	}
	behind := func(place int) int {
		if place == 0 {
			return none
		}
		return item[present.find(place-1)]
	}
	var edits []edit
	for k, r := range order {
		if fixed[r] {
			continue
		}
		from := present.below(oldSlot[r])
		before := behind(from)
		present.add(oldSlot[r], -1)
		to := present.below(newSlot[r])
		after := behind(to)
		present.add(newSlot[r], 1)
		if from != to {
			edits = append(edits, edit{op: OpMove, at: to, from: from, item: items[k], behindOld: before, behindNew: after})
		}
	}
	return edits
}

// counts is a Fenwick tree: how many are present below a place, in O(log n).
type counts []int

func (c counts) add(i, n int) {
	for i++; i < len(c); i += i & -i {
		c[i] += n
	}
}

func (c counts) below(i int) (n int) {
	for ; i > 0; i -= i & -i {
		n += c[i]
	}
	return n
}

// find is the place of the one that has n below it.
func (c counts) find(n int) (i int) {
	for step := 1 << bits.Len(uint(len(c))); step > 0; step /= 2 {
		if i+step < len(c) && c[i+step] <= n {
			i += step
			n -= c[i]
		}
	}
	return i
}

// increasing marks the values of a longest increasing run in a permutation
// (patience sorting).
func increasing(order []int) []bool {
	tails, back := []int{}, make([]int, len(order)) // positions in order
	for k, v := range order {
		i, _ := slices.BinarySearchFunc(tails, v, func(t, v int) int { return order[t] - v })
		back[k] = -1
		if i > 0 {
			back[k] = tails[i-1]
		}
		if i == len(tails) {
			tails = append(tails, k)
		} else {
			tails[i] = k
		}
	}
	on := make([]bool, len(order))
	if len(tails) > 0 {
		for k := tails[len(tails)-1]; k >= 0; k = back[k] {
			on[order[k]] = true
		}
	}
	return on
}

// maxDistance bounds the search for a shortest script between sequences of
// elements without identity.
const maxDistance = 96

// matchByValue matches the elements of two sequences of lengths n and m by
// same(i, j). It finds a longest common subsequence (Myers, "An O(ND) Difference
// Algorithm and Its Variations", 1986) if the sequences are no further apart
// than maxDistance, and otherwise matches by position. Elements between two
// matches are then paired one to one: those are taken as edited.
func matchByValue(n, m int, same func(i, j int) bool) []int {
	match := make([]int, m)
	for j := range match {
		match[j] = -1
	}
	lo := 0
	for lo < n && lo < m && same(lo, lo) {
		match[lo] = lo
		lo++
	}
	hi := 0
	for hi < n-lo && hi < m-lo && same(n-1-hi, m-1-hi) {
		match[m-1-hi] = n - 1 - hi
		hi++
	}
	a, b := n-lo-hi, m-lo-hi
	if a > 0 && b > 0 && a+b > 2 {
		shortest(a, b, func(i, j int) bool { return same(lo+i, lo+j) }, func(i, j int) { match[lo+j] = lo + i })
	}
	i := lo
	for j := lo; j < m-hi; j++ {
		if match[j] >= 0 {
			i = match[j] + 1
			continue
		}
		next := n - hi // the first old element that is taken by a later match
		for k := j + 1; k < m-hi; k++ {
			if match[k] >= 0 {
				next = match[k]
				break
			}
		}
		for ; j < m-hi && match[j] < 0; j++ {
			if i < next {
				match[j] = i
				i++
			}
		}
		j--
	}
	return match
}

// shortest reports the matches of a shortest edit script of at most
// maxDistance edits between sequences of lengths n and m, or nothing.
func shortest(n, m int, same func(i, j int) bool, match func(i, j int)) {
	limit := min(n+m, maxDistance)
	if d := n - m; d > limit || -d > limit {
		return
	}
	offset := limit + 1
	reach := make([]int, 2*limit+3)
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(reach[offset-d-1:offset+d+2]))
		for k := -d; k <= d; k += 2 {
			i := reach[offset+k-1] + 1
			if k == -d || k != d && reach[offset+k-1] < reach[offset+k+1] {
				i = reach[offset+k+1]
			}
			if i < 0 || i > n || i-k > m { // over the edge
				reach[offset+k] = beyond
				continue
			}
			for i < n && i-k < m && same(i, i-k) {
				i++
			}
			reach[offset+k] = i
			if i == n && i-k == m {
				walkBack(trace, n, m, match)
				return
			}
		}
	}
}

// beyond marks a diagonal on which no further step leads anywhere.
const beyond = -1 << 30

// walkBack follows a finished search from its end and reports its diagonals.
func walkBack(trace [][]int, i, j int, match func(i, j int)) {
	for d := len(trace) - 1; d > 0; d-- {
		reach := trace[d] // before round d: diagonals -d-1 to d+1
		at := func(k int) int { return reach[k+d+1] }
		k := i - j
		before := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			before = k + 1
		}
		start := at(before)
		if before < k {
			start++
		}
		for i > start {
			i, j = i-1, j-1
			match(i, j)
		}
		i = at(before)
		j = i - before
	}
	for i > 0 {
		i, j = i-1, j-1
		match(i, j)
	}
}
