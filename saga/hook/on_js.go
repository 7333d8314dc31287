package hook

import (
	"strconv"
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

var listening = map[string]bool{}

// listen has the document tell of an event. Where the page has package early's script,
// that finds out which handlers it is for: for a program that is many calls.
func listen(event string) {
	if listening[event] {
		return
	}
	listening[event] = true
	var links *links
	if event == "click" {
		links = takeOverLinks()
	}
	if script := js.Global().Get("atomsaga"); script.Truthy() {
		script.Call("listen", event, js.FuncOf(func(number js.Value, args []js.Value) any {
			tell(number.Int(), args[0])
			return nil
		}), links.listener())
		return
	}
	root := js.Global().Get("document").Get("documentElement")
	root.Call("addEventListener", event, finding(event, links))
}

// finding does what the script does. It is the browser's own interface that is called
// here: go-app's makes two values of each.
func finding(event string, links *links) js.Func {
	selector, attribute := "[data-on-"+event+"]", js.ValueOf("data-on-"+event)
	if links != nil {
		selector += ",a"
	}
	marked, nested := js.ValueOf(selector), js.ValueOf(":is("+selector+") :is("+selector+")")
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		e := args[0]
		at := e.Get("target").Call("closest", marked)
		for !at.IsNull() {
			if name := at.Call("getAttribute", attribute); name.IsNull() {
				links.follow(e)
			} else if number, err := strconv.Atoi(name.String()); err == nil {
				tell(number, e)
			}
			if !at.Call("matches", nested).Bool() || e.Get("cancelBubble").Bool() {
				break
			}
			at = at.Get("parentElement").Call("closest", marked)
		}
		return nil
	})
}

// tell tells the handler with a number of an event.
func tell(number int, e js.Value) {
	if x := handling[number]; x != nil {
		x.call(app.Event{Value: app.ValueOf(e)})
	}
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

// listener is follow for a script, null when links are not taken over.
func (l *links) listener() js.Value {
	if l == nil {
		return js.Null()
	}
	return js.FuncOf(func(_ js.Value, args []js.Value) any { l.follow(args[0]); return nil }).Value
}

func (l *links) follow(e js.Value) {
	if l.clicked.Truthy() && js.Global().Get("onclick").IsNull() { // else an engine has come that does it
		l.clicked.Invoke(e)
	}
}
