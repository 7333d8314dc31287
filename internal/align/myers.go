package align

import "slices"

// maxDistance is the largest number of edits of which [ByValue] finds the shortest script.
const maxDistance = 96

// ByValue matches the elements of two sequences of lengths n and m, where same(i, j) compares
// an old element with a new one. For each new element it returns the old one that it matches,
// or None.
//
// ByValue finds a longest common subsequence (E. Myers, "An O(ND) Difference Algorithm and Its
// Variations", 1986) if no more than maxDistance edits are needed, and otherwise matches by
// position. Then it pairs the elements between two matches: those count as edited.
func ByValue(n, m int, same func(i, j int) bool) []int {
	match := make([]int, m)
	for j := range match {
		match[j] = None
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
		if match[j] != None {
			i = match[j] + 1
			continue
		}
		next := n - hi // the first old element that is taken by a later match
		for k := j + 1; k < m-hi; k++ {
			if match[k] != None {
				next = match[k]
				break
			}
		}
		for ; j < m-hi && match[j] == None; j++ {
			if i < next {
				match[j] = i
				i++
			}
		}
		j--
	}
	return match
}

// shortest calls match for the matches of a shortest edit script between sequences of lengths n
// and m, or not at all if it needs more than maxDistance edits.
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
				reach[offset+k] = unreachable
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

// unreachable marks a diagonal on which no further step is possible.
const unreachable = -1 << 30

// walkBack follows a finished search back from its end, and calls match for its diagonals.
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
