package components

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// editing is the text in an input or textarea. The element itself holds it;
// kept here is only what it was last made to say, so that a difference means
// that the user has typed. go-app is left out of it: it would write a value
// over what is being typed, and move the caret.
type editing struct {
	element   app.UI // the mounted one
	kind      string // its type
	multiline bool   // it is a textarea
	first     string // what go-app wrote when it was mounted, and is told ever after
	written   string // what the element said when it was last written to, or committed
	committed bool   // it was committed
}

// begin notes an element that go-app is about to mount, with what it says then.
func (e *editing) begin(element app.UI, given *inputProps, text string) {
	e.element, e.kind, e.multiline = element, given.kind, given.multiline
	e.first, e.written, e.committed = text, e.sanitized(given.value), false
}

// fits reports whether the element is one that the input would still have.
func (e *editing) fits(given *inputProps) bool { return e.multiline == given.multiline }

func (e *editing) mounted() bool { return e.element != nil && e.element.Mounted() }

// js returns the element in the browser's document; nil when there is none.
func (e *editing) js() app.Value {
	if app.IsServer || !e.mounted() {
		return nil
	}
	return e.element.JSValue()
}

// text returns what the element says, and whether the user has changed it.
func (e *editing) text() (text string, typed bool) {
	el := e.js()
	if el == nil {
		return e.written, false
	}
	text = el.Get("value").String()
	return text, text != e.written
}

// in returns what the user is doing in an element, which is or was this one.
func (e *editing) in(el app.Value) typing {
	text := el.Get("value").String()
	there := focused(el) || !el.Get("isConnected").Bool() // then it was: see takenAway
	return typing{focused: there, typed: text != e.written, text: text, caret: caretOf(el)}
}

// commit notes that the text has been handed on.
func (e *editing) commit(text string) { e.written, e.committed = text, true }

// follow makes the element say value, unless the user is at it.
func (e *editing) follow(value string) {
	if text, typed := e.text(); !typed && !e.composed() && text != e.sanitized(value) {
		e.write(value)
	}
}

// composed reports whether an input method is at work in the element.
func (e *editing) composed() bool {
	el := e.js()
	return el != nil && composing != nil && composing.Equal(el)
}

// write makes the element say value. The caret keeps its place in the text.
func (e *editing) write(value string) {
	el := e.js()
	if el == nil {
		return
	}
	caret, kept := caretOf(el), focused(el)
	el.Set("value", value)
	e.written, e.committed = el.Get("value").String(), false // an element may say it in its own way
	if kept {
		caret.restore(el, e.written)
	}
}

func manyLines(value string) string {
	return strings.ReplaceAll(strings.ReplaceAll(value, "\r\n", "\n"), "\r", "\n")
}

func oneLine(value string) string {
	return strings.ReplaceAll(strings.ReplaceAll(value, "\r", ""), "\n", "")
}

// sanitized returns what the element makes of a value that it is given: the
// value sanitization algorithm of the HTML standard.
func (e *editing) sanitized(value string) string {
	switch {
	case e.multiline:
		return manyLines(value)
	case app.IsServer, e.kind == "", e.kind == "text", e.kind == "search", e.kind == "tel", e.kind == "password":
		return oneLine(value)
	default:
		probe := app.Window().Get("document").Call("createElement", "input")
		probe.Set("type", e.kind)
		probe.Set("value", value)
		return probe.Get("value").String()
	}
}
