package hook

import (
	"strconv"
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

var listening = map[string]bool{}

// listen adds the document's listener for an event, once. Where the page has the script
// of package early, that finds the handlers: in Go each step would be a call of the
// browser.
func listen(event string) {
	if listening[event] {
		return
	}
	listening[event] = true
	var links *linkHandler
	if event == "click" {
		links = takeOverLinks()
	}
	if script := js.Global().Get("atomsaga"); script.Truthy() {
		script.Call("listen", event, js.FuncOf(func(number js.Value, args []js.Value) any {
			callHandler(number.Int(), args[0])
			return nil
		}), links.jsFunc())
		return
	}
	root := js.Global().Get("document").Get("documentElement")
	root.Call("addEventListener", event, listener(event, links))
}

// listener does what the script does. It uses syscall/js, since go-app's values would
// make two of each.
func listener(event string, links *linkHandler) js.Func {
	selector, attribute := "[data-on-"+event+"]", js.ValueOf("data-on-"+event)
	if links != nil {
		selector += ",a"
	}
	handled, nested := js.ValueOf(selector), js.ValueOf(":is("+selector+") :is("+selector+")")
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		e := args[0]
		at := e.Get("target").Call("closest", handled)
		for !at.IsNull() {
			if number := at.Call("getAttribute", attribute); number.IsNull() {
				links.handle(e)
			} else if n, err := strconv.Atoi(number.String()); err == nil {
				callHandler(n, e)
			}
			if !at.Call("matches", nested).Bool() || e.Get("cancelBubble").Bool() {
				break
			}
			at = at.Get("parentElement").Call("closest", handled)
		}
		return nil
	})
}

// callHandler calls the handler with a number, if it is still on the page.
func callHandler(number int, e js.Value) {
	if h := handlerOf[number]; h != nil {
		h.call(app.Event{Value: app.ValueOf(e)})
	}
}

// call handles an event. One that comes before the component is mounted, such as those
// that package early has kept, waits until it is.
func (h *handler) call(e app.Event) {
	if h.bind.stage == rendered {
		h.bind.events = append(h.bind.events, func() { h.handle(e) })
		return
	}
	h.handle(e)
}

// A linkHandler has go-app handle clicks on links, and no others. At each click on the
// page go-app's UI goroutine would look for a link, and render afterwards, which takes
// longer than the click itself. Here the browser finds the link.
type linkHandler struct{ onclick js.Value } // go-app's listener

func takeOverLinks() *linkHandler {
	l := &linkHandler{js.Global().Get("onclick")}
	js.Global().Set("onclick", nil)
	return l
}

// jsFunc returns handle as a function for a script, or null if l is nil.
func (l *linkHandler) jsFunc() js.Value {
	if l == nil {
		return js.Null()
	}
	return js.FuncOf(func(_ js.Value, args []js.Value) any { l.handle(args[0]); return nil }).Value
}

func (l *linkHandler) handle(e js.Value) {
	if l.onclick.Truthy() && js.Global().Get("onclick").IsNull() { // otherwise another engine has come, and listens itself
		l.onclick.Invoke(e)
	}
}
