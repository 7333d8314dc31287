package components

import (
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func commonHead[T comparable](rows []listRow[T], want []T) int {
	n := min(len(rows), len(want))
	for i := range n {
		if rows[i].item != want[i] {
			return i
		}
	}
	return n
}

func commonTail[T comparable](rows []listRow[T], want []T) int {
	n := min(len(rows), len(want))
	for i := range n {
		if rows[len(rows)-1-i].item != want[len(want)-1-i] {
			return i
		}
	}
	return n
}

// place moves the rows to where they belong, in front of those behind them, as
// few as possible, and never the one in which the user is.
func (c *ListControl[T]) place(m *match[T], behind []listRow[T]) {
	stays := staying(m.from, c.attended(m))
	list, atEnd := c.ul.JSValue(), len(behind) == 0
	var next any
	if !atEnd {
		next = behind[0].ui.JSValue()
	}
	for i := len(m.rows) - 1; i >= 0; i-- {
		el := m.rows[i].ui.JSValue()
		atEnd = atEnd && !stays[i]
		mounted := m.from[i] < 0 // at the end
		if !stays[i] && !(mounted && atEnd) {
			list.Call("insertBefore", el, next)
		}
		next = el
	}
}

// attended returns which of the rows has the focus and was there before, -1 if
// none.
func (c *ListControl[T]) attended(m *match[T]) int {
	if slices.IsSorted(m.from) {
		return -1 // none of them moves
	}
	row := rowOf(c.ul.JSValue(), app.Window().Get("document").Get("activeElement"))
	if row == nil {
		return -1
	}
	return slices.IndexFunc(m.rows, func(r listRow[T]) bool { return r.ui.JSValue().Equal(row) })
}

// rowOf returns the child of a list that an element is in, nil if it is in none.
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

// staying marks a longest part of the places that increases, and so is in order
// already; the i-th is in it, unless i is -1. Places of -1 are in none.
func staying(places []int, i int) (stays []bool) {
	stays = make([]bool, len(places))
	previous := make([]int, len(places))
	var last []int // index of the last place of the best part of each length
	for k, place := range places {
		if place < 0 || i >= 0 && k != i && (k < i) != (place < places[i]) {
			continue
		}
		n, _ := slices.BinarySearchFunc(last, place, func(k, place int) int { return places[k] - place })
		previous[k] = -1
		if n > 0 {
			previous[k] = last[n-1]
		}
		if n == len(last) {
			last = append(last, k)
		}
		last[n] = k
	}
	if len(last) > 0 {
		for k := last[len(last)-1]; k >= 0; k = previous[k] {
			stays[k] = true
		}
	}
	return stays
}
