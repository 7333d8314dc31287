package align

import "slices"

// LongestIncreasing marks the positions of a longest increasing subsequence of values, by
// patience sorting in O(n log n). Only positions for which use returns true can be part of it;
// if use is nil, all can.
func LongestIncreasing(values []int, use func(k int) bool) (marked []bool) {
	marked = make([]bool, len(values))
	previous := make([]int, len(values))
	var tails []int // the position that ends the best run of each length
	for k, v := range values {
		if use != nil && !use(k) {
			continue
		}
		n, _ := slices.BinarySearchFunc(tails, v, func(k, v int) int { return values[k] - v })
		previous[k] = -1
		if n > 0 {
			previous[k] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, k)
		}
		tails[n] = k
	}
	if len(tails) > 0 {
		for k := tails[len(tails)-1]; k >= 0; k = previous[k] {
			marked[k] = true
		}
	}
	return marked
}
