package components

import (
	"unicode/utf16"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A caret is the selection in an element, which may be empty. Positions count UTF-16 code
// units, as in the DOM.
type caret struct {
	text       string // of the element
	start, end int
	direction  string
	known      bool // some elements have none, such as those for numbers and dates
}

func caretOf(el app.Value) caret {
	start := el.Get("selectionStart")
	if start.Type() != app.TypeNumber {
		return caret{}
	}
	return caret{
		text:      el.Get("value").String(),
		start:     start.Int(),
		end:       el.Get("selectionEnd").Int(),
		direction: el.Get("selectionDirection").String(),
		known:     true,
	}
}

// restore sets the caret of el, which now contains text, to the corresponding place.
func (c caret) restore(el app.Value, text string) {
	if !c.known {
		return
	}
	from, to := utf16.Encode([]rune(c.text)), utf16.Encode([]rune(text))
	el.Call("setSelectionRange", mapPosition(c.start, from, to), mapPosition(c.end, from, to), c.direction)
}

// mapPosition returns the position in to that corresponds to pos in from. What is between
// the common head and tail of both counts as one replacement.
func mapPosition(pos int, from, to []uint16) int {
	shorter := min(len(from), len(to))
	head := 0
	for head < shorter && from[head] == to[head] {
		head++
	}
	tail := 0
	for tail < shorter-head && from[len(from)-1-tail] == to[len(to)-1-tail] {
		tail++
	}
	switch {
	case pos <= head:
		return pos
	case pos >= len(from)-tail:
		return pos + len(to) - len(from)
	default:
		return len(to) - tail
	}
}
