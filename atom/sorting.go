package atom

import "sort"

// sorting is a sort.Interface of functions. package sort is in every client
// already, and package slices comes anew for each element type.
type sorting struct {
	n    int
	less func(i, j int) bool
	swap func(i, j int)
}

func (s sorting) Len() int           { return s.n }
func (s sorting) Less(i, j int) bool { return s.less(i, j) }
func (s sorting) Swap(i, j int)      { s.swap(i, j) }

// sortBy sorts list by less.
func sortBy[E any](list []E, less func(a, b *E) bool) {
	sort.Sort(sorting{
		n:    len(list),
		less: func(i, j int) bool { return less(&list[i], &list[j]) },
		swap: func(i, j int) { list[i], list[j] = list[j], list[i] },
	})
}
