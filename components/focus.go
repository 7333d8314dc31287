package components

import (
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Where the user is. Both are set within the browser's event: when go-app handles it, the
// page may have changed.
var (
	// composing is the element into which an input method is composing text, or nil.
	// Writing a value to it would end the composition.
	composing app.Value

	// lastFocused is the element that has the focus, or nil. An element that was removed
	// from the page with the focus stays here until another one has it.
	lastFocused app.Value
)

// trackFocus sets composing and lastFocused from now on, for as long as the program runs.
var trackFocus = sync.OnceFunc(func() {
	document := app.Window().Get("document")
	listen := func(event string, f func(target app.Value)) {
		document.Call("addEventListener", event, app.FuncOf(func(_ app.Value, args []app.Value) any {
			f(args[0].Get("target"))
			return nil
		}), true)
	}
	listen("compositionstart", func(target app.Value) { composing = target })
	listen("compositionend", func(app.Value) { composing = nil })

	forget := app.FuncOf(func(app.Value, []app.Value) any {
		if lastFocused != nil && !focused(lastFocused) {
			lastFocused = nil
		}
		return nil
	})
	listen("focusin", func(target app.Value) { lastFocused = target })
	listen("focusout", func(app.Value) { app.Window().Call("setTimeout", forget, 0) })
})

func focused(el app.Value) bool {
	return el.Equal(app.Window().Get("document").Get("activeElement"))
}

// removedWithFocus returns the element with an id if it had the focus when it was removed
// from the page, and nil otherwise.
func removedWithFocus(id string) app.Value {
	if lastFocused == nil || lastFocused.Get("isConnected").Bool() || lastFocused.Get("id").String() != id {
		return nil
	}
	return lastFocused
}
