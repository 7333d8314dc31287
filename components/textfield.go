package components

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A textField is the <input> or <textarea> of an Input. The element itself has the text;
// kept here is what was last written to it, so that a difference means that the user has
// typed. go-app always gets the same value: otherwise it would overwrite what is being
// typed, and move the caret.
type textField struct {
	element   app.UI // the mounted one
	inputType string
	multiline bool   // the element is a <textarea>
	initial   string // the value that go-app gets, in each rendering
	written   string // the text when it was last written or committed
	committed bool   // the text was committed
}

// reset begins with an element that go-app is about to mount, with text in it.
func (f *textField) reset(element app.UI, props *inputProps, text string) {
	f.element, f.inputType, f.multiline = element, props.inputType, props.multiline
	f.initial, f.written, f.committed = text, f.sanitize(props.value), false
}

// fits reports whether the element is of the kind that the Input needs.
func (f *textField) fits(props *inputProps) bool { return f.multiline == props.multiline }

func (f *textField) mounted() bool { return f.element != nil && f.element.Mounted() }

// js returns the element in the browser's document, or nil.
func (f *textField) js() app.Value {
	if app.IsServer || !f.mounted() {
		return nil
	}
	return f.element.JSValue()
}

// text returns the text, and whether the user has changed it.
func (f *textField) text() (text string, typed bool) {
	el := f.js()
	if el == nil {
		return f.written, false
	}
	text = el.Get("value").String()
	return text, text != f.written
}

// interactionIn returns what the user is doing in el, which is the element of f, or was.
func (f *textField) interactionIn(el app.Value) interaction {
	text := el.Get("value").String()
	inside := focused(el) || !el.Get("isConnected").Bool() // see removedWithFocus
	return interaction{focused: inside, typed: text != f.written, text: text, caret: caretOf(el)}
}

func (f *textField) markCommitted(text string) { f.written, f.committed = text, true }

// follow writes the value, unless the user is typing.
func (f *textField) follow(value string) {
	if text, typed := f.text(); !typed && !f.isComposing() && text != f.sanitize(value) {
		f.write(value)
	}
}

// isComposing reports whether an input method is composing text in the element.
func (f *textField) isComposing() bool {
	el := f.js()
	return el != nil && composing != nil && composing.Equal(el)
}

// write writes the value to the element. The caret keeps its place in the text.
func (f *textField) write(value string) {
	el := f.js()
	if el == nil {
		return
	}
	caret, hasFocus := caretOf(el), focused(el)
	el.Set("value", value)
	f.written, f.committed = el.Get("value").String(), false // the element may have changed it, see sanitize
	if hasFocus {
		caret.restore(el, f.written)
	}
}

// sanitize returns the text that the element has after value was written to it, by the value
// sanitization algorithm of the HTML standard.
func (f *textField) sanitize(value string) string {
	switch {
	case f.multiline:
		return normalizeLineBreaks(value)
	case app.IsServer, f.inputType == "", f.inputType == "text", f.inputType == "search", f.inputType == "tel", f.inputType == "password":
		return stripLineBreaks(value)
	default:
		probe := app.Window().Get("document").Call("createElement", "input")
		probe.Set("type", f.inputType)
		probe.Set("value", value)
		return probe.Get("value").String()
	}
}

func normalizeLineBreaks(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

func stripLineBreaks(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r", ""), "\n", "")
}
