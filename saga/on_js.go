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
	marked := js.ValueOf(selector)
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
			if at = at.Get("parentElement"); at.IsNull() || e.Get("cancelBubble").Bool() {
				break
			}
			at = at.Call("closest", marked)
		}
		return nil
	}))
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
