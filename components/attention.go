package components

import (
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// What the user attends to. It is noted in the very moment of the event, not
// when go-app gets round to it.
var (
	// composing is the element into which an input method is composing text; a
	// value written to it would end the composition. Nil when there is none.
	composing app.Value

	// attended is the element that has the focus, or had it when it was taken
	// off the page, until it is known which one has it then. Nil when none has.
	attended app.Value
)

// attend begins to keep them, for as long as the program runs.
var attend = sync.OnceFunc(func() {
	document := app.Window().Get("document")
	listen := func(event string, f func(target app.Value)) {
		document.Call("addEventListener", event, app.FuncOf(func(_ app.Value, args []app.Value) any {
			f(args[0].Get("target"))
			return nil
		}), true)
	}
	listen("compositionstart", func(target app.Value) { composing = target })
	listen("compositionend", func(app.Value) { composing = nil })

	settle := app.FuncOf(func(app.Value, []app.Value) any {
		if attended != nil && !focused(attended) {
			attended = nil
		}
		return nil
	})
	listen("focusin", func(target app.Value) { attended = target })
	listen("focusout", func(app.Value) { app.Window().Call("setTimeout", settle, 0) })
})

func focused(el app.Value) bool {
	return el.Equal(app.Window().Get("document").Get("activeElement"))
}

// takenAway returns the element with an id if it had the focus when it was
// taken off the page, nil if not.
func takenAway(id string) app.Value {
	if attended == nil || attended.Get("isConnected").Bool() || attended.Get("id").String() != id {
		return nil
	}
	return attended
}
