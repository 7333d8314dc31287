package saga

import (
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

var listening = map[string]bool{}

// listen has the document tell of an event. It is the browser's own interface that
// is called here: go-app's makes two values of each.
func listen(event string) {
	if listening[event] {
		return
	}
	listening[event] = true
	selector, attribute := "[data-on-"+event+"]", js.ValueOf("data-on-"+event)
	var links *links
	if event == "click" {
		links = takeOverLinks()
		selector += ",a"
	}
	marked, nested := js.ValueOf(selector), js.ValueOf(":is("+selector+") :is("+selector+")")
	root := js.Global().Get("document").Get("documentElement")
	root.Call("addEventListener", event, js.FuncOf(func(_ js.Value, args []js.Value) any {
		e := args[0]
		at := e.Get("target").Call("closest", marked)
		for !at.IsNull() {
			name := at.Call("getAttribute", attribute)
			if name.IsNull() {
				links.follow(e)
			} else if x := handling[name.String()]; x != nil {
				x.call(app.Event{Value: app.ValueOf(e)})
			}
			if !at.Call("matches", nested).Bool() || e.Get("cancelBubble").Bool() {
				break
			}
			at = at.Get("parentElement").Call("closest", marked)
		}
		return nil
	}))
}

// call tells the handler of an event. One that comes before its component is
// mounted, as those that package early has kept, waits until it is.
func (x *handler) call(e app.Event) {
	if x.bind.stage == rendered {
		x.bind.early = append(x.bind.early, func() { x.handle(e) })
		return
	}
	x.handle(e)
}

// links is what go-app does when the user clicks on one. It has the UI goroutine
// look for a link at every click on the page, which then counts as something to
// render for: that is more work than the click itself. Here the browser says
// where there is one.
type links struct{ clicked js.Value }

func takeOverLinks() *links {
	l := &links{js.Global().Get("onclick")}
	js.Global().Set("onclick", nil)
	return l
}

func (l *links) follow(e js.Value) {
	if l.clicked.Truthy() && js.Global().Get("onclick").IsNull() { // else an engine has come that does it
		l.clicked.Invoke(e)
	}
}
