package components

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// An interaction is what the user is doing in an element.
type interaction struct {
	focused bool
	typed   bool // the text differs from what the element was given, and is not committed
	text    string
	caret   caret
}

// resumeAt lets the user go on in the element with an id. It reports whether there is one.
func (i interaction) resumeAt(id string) bool {
	if id == "" {
		return false
	}
	el := app.Window().GetElementByID(id)
	if !el.Truthy() {
		return false
	}
	if i.typed {
		el.Set("value", i.text)
	}
	if i.focused {
		el.Call("focus")
		lastFocused = el // in the background a page has no focusin event
		i.caret.restore(el, el.Get("value").String())
	} else if i.typed { // the user has left the field, which commits
		el.Call("dispatchEvent", app.Window().Get("Event").New("change"))
	}
	return true
}
