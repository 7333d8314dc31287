package components

import (
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// wantedItems returns the items whose rows are to be on the page.
func (c *ListCompo[T]) wantedItems() []T {
	items, v := c.Props.items, &c.viewport
	if v.list == nil {
		return items
	}
	v.from, v.to = v.window(len(items))
	v.focusedRow = c.findFocusedRow()
	window := items[v.from:v.to]
	switch {
	case v.focusedRow < 0:
		return window
	case v.focusedRow < v.from:
		return append([]T{items[v.focusedRow]}, window...)
	default:
		return append(slices.Clone(window), items[v.focusedRow])
	}
}

// findFocusedRow returns the item whose row has the focus if it is outside the window, and -1
// otherwise. Without its row the focus would be lost.
func (c *ListCompo[T]) findFocusedRow() int {
	row := rowOf(c.viewport.list, app.Window().Get("document").Get("activeElement"))
	if row == nil {
		return -1
	}
	i := slices.IndexFunc(c.rows, func(r listRow[T]) bool { return r.ui.JSValue().Equal(row) })
	if i < 0 {
		return -1
	}
	key := c.keyOf(c.rows[i].item)
	at := slices.IndexFunc(c.Props.items, func(item T) bool { return c.keyOf(item) == key })
	if at >= c.viewport.from && at < c.viewport.to {
		return -1
	}
	return at
}

// windowRows returns the rows of the window, without the one that is there for its focus.
func (c *ListCompo[T]) windowRows() []listRow[T] {
	v := &c.viewport
	if v.focusedRow >= 0 && v.focusedRow < v.to {
		return c.rows[1:]
	}
	return c.rows[:min(len(c.rows), v.to-v.from)]
}

// onScroll is called by the browser.
func (c *ListCompo[T]) onScroll() {
	c.ctx.Dispatch(func(ctx app.Context) {
		ctx.PreventUpdate()
		if from, to := c.viewport.window(len(c.Props.items)); from != c.viewport.from || to != c.viewport.to {
			c.reconcile()
		}
	})
}

func (c *ListCompo[T]) measure() (changed bool) { return c.viewport.measure(elements(c.windowRows())) }

// layOut gives a windowed list the height of all its rows, and its rows their positions.
func (c *ListCompo[T]) layOut() {
	v, n := &c.viewport, len(c.Props.items)
	above, below := v.from, n-v.to
	switch {
	case v.focusedRow >= v.to:
		below--
		v.setPosition(c.rows[len(c.rows)-1].ui, v.focusedRow, n)
	case v.focusedRow >= 0:
		above--
		v.setPosition(c.rows[0].ui, v.focusedRow, n)
	}
	for i, r := range c.windowRows() {
		v.setPosition(r.ui, v.from+i, n)
	}
	v.pad(above, below) // writes come before measure, which has the browser lay the list out
	if c.measure() {
		v.pad(above, below)
	}
}
