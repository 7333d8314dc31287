package components

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A viewport is the part of a windowed list that is on the page. The zero viewport is that of
// a list that is not windowed.
type viewport struct {
	list     app.Value
	scroller app.Value // the element that scrolls the list; nil when the page does
	listener app.Func

	height     float64 // of a row, in CSS pixels; 0 until a row was measured
	from, to   int     // the items in [from, to) have a row
	focusedRow int     // the item outside [from, to) that has a row since it has the focus; -1 when there is none
}

// listen calls onScroll when the list may have been scrolled, until stop is called.
func (v *viewport) listen(list app.Value, onScroll func()) {
	v.list, v.scroller = list, scrollerOf(list)
	v.listener = app.FuncOf(func(app.Value, []app.Value) any { onScroll(); return nil })
	app.Window().Call("addEventListener", "scroll", v.listener, map[string]any{"capture": true, "passive": true})
	app.Window().Call("addEventListener", "resize", v.listener)
}

func (v *viewport) stop() {
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

// windowStep is by how many rows the window moves: it does not change at each scroll event.
const windowStep = 16

// window returns which of n items are to have a row: those that can be seen, and as many
// again before and after them.
func (v *viewport) window(n int) (from, to int) {
	if v.height == 0 {
		return 0, min(n, initialRows)
	}
	top, bottom := 0.0, app.Window().Get("innerHeight").Float()
	if v.scroller != nil {
		box := v.scroller.Call("getBoundingClientRect")
		top, bottom = max(top, box.Get("top").Float()), min(bottom, box.Get("bottom").Float())
	}
	above := top - v.list.Call("getBoundingClientRect").Get("top").Float()
	visible := int(max(0, bottom-top)/v.height) + 1
	first := min(int(max(0, above)/v.height), max(0, n-visible))
	from = max(0, first-visible) / windowStep * windowStep
	to = min(n, (first+2*visible+windowStep)/windowStep*windowStep)
	return from, to
}

// pad leaves the space of the items above and below that have no row.
func (v *viewport) pad(above, below int) {
	style := v.list.Get("style")
	style.Set("paddingTop", fmt.Sprintf("%.2fpx", float64(above)*v.height))
	style.Set("paddingBottom", fmt.Sprintf("%.2fpx", float64(below)*v.height))
}

// setPosition tells assistive technology that a row is that of item i of n.
func (v *viewport) setPosition(row app.UI, i, n int) {
	row.JSValue().Call("setAttribute", "aria-posinset", i+1)
	row.JSValue().Call("setAttribute", "aria-setsize", n)
}

// measure sets the height from rows that follow each other. It reports whether the height has
// changed.
func (v *viewport) measure(rows []app.UI) (changed bool) {
	if len(rows) == 0 {
		return false
	}
	top := rows[0].JSValue().Call("getBoundingClientRect").Get("top").Float()
	bottom := rows[len(rows)-1].JSValue().Call("getBoundingClientRect").Get("bottom").Float()
	h := (bottom - top) / float64(len(rows))
	if h <= 0 || h == v.height {
		return false
	}
	v.height = h
	return true
}
