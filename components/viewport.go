package components

import (
	"fmt"
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A viewport is what can be seen of a windowed list, all of whose rows are of one
// height. The zero viewport is that of a list that is not windowed.
type viewport struct {
	list     app.Value
	scroller app.Value // what the list is scrolled in, nil for the page
	listener app.Func

	height float64 // of a row, in CSS pixels; 0 until one was measured
	from   int     // the first of the rows that are shown
	to     int     // the first one behind them
	apart  int     // the one in which the user is, when it is not among them; -1 when it is
}

// watch begins to call scrolled.
func (v *viewport) watch(list app.Value, scrolled func()) {
	v.list, v.scroller = list, scrollerOf(list)
	v.listener = app.FuncOf(func(app.Value, []app.Value) any { scrolled(); return nil })
	app.Window().Call("addEventListener", "scroll", v.listener, map[string]any{"capture": true, "passive": true})
	app.Window().Call("addEventListener", "resize", v.listener)
}

func (v *viewport) leave() {
	if v.list == nil {
		return
	}
	app.Window().Call("removeEventListener", "scroll", v.listener, true)
	app.Window().Call("removeEventListener", "resize", v.listener)
	v.listener.Release()
	*v = viewport{}
}

func scrollerOf(list app.Value) app.Value {
	for el := list.Get("parentElement"); el.Truthy(); el = el.Get("parentElement") {
		if o := app.Window().Call("getComputedStyle", el).Get("overflowY").String(); o == "auto" || o == "scroll" {
			return el
		}
	}
	return nil
}

// step is by how many rows the part that is shown moves.
const step = 16

// part returns which of n rows have to be shown: those that can be seen, and as
// many again before and behind them.
func (v *viewport) part(n int) (from, to int) {
	if v.height == 0 {
		return 0, min(n, first)
	}
	top, bottom := 0.0, app.Window().Get("innerHeight").Float()
	if v.scroller != nil {
		box := v.scroller.Call("getBoundingClientRect")
		top, bottom = max(top, box.Get("top").Float()), min(bottom, box.Get("bottom").Float())
	}
	above := top - v.list.Call("getBoundingClientRect").Get("top").Float()
	seen := int(max(0, bottom-top)/v.height) + 1
	at := min(int(max(0, above)/v.height), max(0, n-seen))
	from = max(0, at-seen) / step * step
	to = min(n, (at+2*seen+step)/step*step)
	return from, to
}

// wanted returns the items whose rows are to be on the page.
func (c *ListControl[T]) wanted() []T {
	items, v := c.Given.items, &c.viewport
	if v.list == nil {
		return items
	}
	v.from, v.to = v.part(len(items))
	v.apart = c.apart()
	shown := items[v.from:v.to]
	switch {
	case v.apart < 0:
		return shown
	case v.apart < v.from:
		return append([]T{items[v.apart]}, shown...)
	default:
		return append(slices.Clone(shown), items[v.apart])
	}
}

// apart returns which item has the focus in its row and is out of sight; -1 when
// there is none. Without its row the focus would be lost.
func (c *ListControl[T]) apart() int {
	row := rowOf(c.viewport.list, app.Window().Get("document").Get("activeElement"))
	if row == nil {
		return -1
	}
	i := slices.IndexFunc(c.rows, func(r listRow[T]) bool { return r.ui.JSValue().Equal(row) })
	if i < 0 {
		return -1
	}
	key := c.keyOf(c.rows[i].item)
	at := slices.IndexFunc(c.Given.items, func(item T) bool { return c.keyOf(item) == key })
	if at >= c.viewport.from && at < c.viewport.to {
		return -1
	}
	return at
}

// look is called when the list may have been scrolled.
func (c *ListControl[T]) look() {
	c.ctx.Dispatch(func(ctx app.Context) {
		ctx.PreventUpdate()
		if from, to := c.viewport.part(len(c.Given.items)); from != c.viewport.from || to != c.viewport.to {
			c.follow()
		}
	})
}

// settle gives a windowed list the height of all its rows, and has those that are
// there say which ones they are.
func (c *ListControl[T]) settle() {
	v, n := &c.viewport, len(c.Given.items)
	if v.list == nil {
		return
	}
	shown := c.rows[:min(len(c.rows), v.to-v.from)]
	above, below := v.from, n-v.to
	switch {
	case v.apart >= v.to:
		below--
		v.number(c.rows[len(c.rows)-1].ui, v.apart, n)
	case v.apart >= 0:
		above--
		v.number(c.rows[0].ui, v.apart, n)
		shown = c.rows[1:]
	}
	for i, r := range shown {
		v.number(r.ui, v.from+i, n)
	}
	v.pad(above, below) // before anything has the browser look at the list
	before := v.height
	if v.measure(elements(shown)); v.height == before {
		return
	}
	if before == 0 {
		c.follow() // it is known now what can be seen
	} else {
		v.pad(above, below)
	}
}

// pad leaves the place for rows that are not there.
func (v *viewport) pad(above, below int) {
	style := v.list.Get("style")
	style.Set("paddingTop", fmt.Sprintf("%.2fpx", float64(above)*v.height))
	style.Set("paddingBottom", fmt.Sprintf("%.2fpx", float64(below)*v.height))
}

// number has a row say, for those who do not see it, that it is the one at i of n.
func (v *viewport) number(row app.UI, i, n int) {
	row.JSValue().Call("setAttribute", "aria-posinset", i+1)
	row.JSValue().Call("setAttribute", "aria-setsize", n)
}

// measure finds out the height of rows that stand below each other.
func (v *viewport) measure(rows []app.UI) {
	if len(rows) == 0 {
		return
	}
	top := rows[0].JSValue().Call("getBoundingClientRect").Get("top").Float()
	bottom := rows[len(rows)-1].JSValue().Call("getBoundingClientRect").Get("bottom").Float()
	if h := (bottom - top) / float64(len(rows)); h > 0 {
		v.height = h
	}
}
