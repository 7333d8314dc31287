// Package sorting sorts slices by package sort, which every page has already; what package
// slices has for it is compiled anew for each element type.
package sorting

import "sort"

// sorting is a sort.Interface of functions.
type sorting struct {
	n    int
	less func(i, j int) bool
	swap func(i, j int)
}

func (s sorting) Len() int           { return s.n }
func (s sorting) Less(i, j int) bool { return s.less(i, j) }
func (s sorting) Swap(i, j int)      { s.swap(i, j) }

// By sorts list by less.
func By[E any](list []E, less func(a, b *E) bool) {
	sort.Sort(sorting{
		n:    len(list),
		less: func(i, j int) bool { return less(&list[i], &list[j]) },
		swap: func(i, j int) { list[i], list[j] = list[j], list[i] },
	})
}
