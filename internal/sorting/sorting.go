// Package sorting sorts slices with package sort, which every page contains already. The
// sort functions of package slices are compiled once for each type of element.
package sorting

import "sort"

// sorting implements sort.Interface by functions.
type sorting struct {
	n    int
	less func(i, j int) bool
	swap func(i, j int)
}

func (s sorting) Len() int           { return s.n }
func (s sorting) Less(i, j int) bool { return s.less(i, j) }
func (s sorting) Swap(i, j int)      { s.swap(i, j) }

// By sorts list in the order that less defines. The sort is not stable.
func By[E any](list []E, less func(a, b *E) bool) {
	sort.Sort(sorting{
		n:    len(list),
		less: func(i, j int) bool { return less(&list[i], &list[j]) },
		swap: func(i, j int) { list[i], list[j] = list[j], list[i] },
	})
}
