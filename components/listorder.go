package components

import (
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/align"
)

// move moves the rows of a match into their order, in front of the rows after them. It moves
// as few as possible, and never the one that has the focus, which would lose it.
func (c *ListCompo[T]) move(m *match[T], after []listRow[T]) {
	stays := longestIncreasing(m.from, c.focusedMatch(m))
	list, atEnd := c.ul.JSValue(), len(after) == 0
	var next any
	if !atEnd {
		next = after[0].ui.JSValue()
	}
	for i := len(m.rows) - 1; i >= 0; i-- {
		el := m.rows[i].ui.JSValue()
		atEnd = atEnd && !stays[i]
		added := m.from[i] < 0 // and at the end of the list
		if !stays[i] && !(added && atEnd) {
			list.Call("insertBefore", el, next)
		}
		next = el
	}
}

// focusedMatch returns the index of the row that has the focus, or -1. It need not be known
// when no row moves.
func (c *ListCompo[T]) focusedMatch(m *match[T]) int {
	if slices.IsSorted(m.from) {
		return -1
	}
	row := rowOf(c.ul.JSValue(), app.Window().Get("document").Get("activeElement"))
	if row == nil {
		return -1
	}
	return slices.IndexFunc(m.rows, func(r listRow[T]) bool { return r.ui.JSValue().Equal(row) })
}

// rowOf returns the child of list that contains el, or nil.
func rowOf(list, el app.Value) app.Value {
	for el.Truthy() {
		parent := el.Get("parentElement")
		if list.Equal(parent) {
			return el
		}
		el = parent
	}
	return nil
}

// longestIncreasing marks the indexes of a longest increasing subsequence of positions, which
// contains index fixed unless that is -1. Positions of -1 are in none.
func longestIncreasing(positions []int, fixed int) (marked []bool) {
	return align.LongestIncreasing(positions, func(i int) bool {
		return positions[i] >= 0 && (fixed < 0 || i == fixed || (i < fixed) == (positions[i] < positions[fixed]))
	})
}
