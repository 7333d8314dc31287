package components

import (
	"unicode/utf16"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A caret is the selection in an element; a caret proper is an empty one.
// Positions count UTF-16 code units, as the DOM does.
type caret struct {
	text       string // in which it stands
	start, end int
	direction  string
	there      bool // some elements have none, as those for numbers and dates
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
		there:     true,
	}
}

// restore puts the caret to the same place in the text that el says now.
func (c caret) restore(el app.Value, text string) {
	if !c.there {
		return
	}
	from, to := utf16.Encode([]rune(c.text)), utf16.Encode([]rune(text))
	el.Call("setSelectionRange", shifted(c.start, from, to), shifted(c.end, from, to), c.direction)
}

// shifted returns where a position in from is in to: both are compared from
// both ends, and what differs between is taken as one replacement.
func shifted(at int, from, to []uint16) int {
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
	case at <= head:
		return at
	case at >= len(from)-tail:
		return at + len(to) - len(from)
	default:
		return len(to) - tail
	}
}
