package components

import (
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// composing is the element into which an input method is composing text; nil
// when there is none. It is written to in the very moment of the event, not
// when go-app gets round to it: a value written in between would end the
// composition.
var composing app.Value

// watchComposing begins to keep composing, for as long as the program runs.
var watchComposing = sync.OnceFunc(func() {
	document := app.Window().Get("document")
	document.Call("addEventListener", "compositionstart", app.FuncOf(func(_ app.Value, args []app.Value) any {
		composing = args[0].Get("target")
		return nil
	}), true)
	document.Call("addEventListener", "compositionend", app.FuncOf(func(app.Value, []app.Value) any {
		composing = nil
		return nil
	}), true)
})
