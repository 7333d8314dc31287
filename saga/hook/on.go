package hook

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// On has handle called for an event of an element, and of what is in it. Unlike a
// handler of go-app's it is called at once, within the browser's own call, and
// has nothing rendered: it is for events that change atoms, and costs a fraction
// of the time. The hook or view is one of the component, bound in this rendering.
//
//	hook.On(app.Button().Text("Done"), &r.item, "click", r.toggle)
//
// The event has to bubble, as click, input, change, keydown and focusin do. Of
// elements in each other the inner one is told first, and the outer one unless the
// propagation was stopped. As in any function that the browser calls, handle must
// not wait for what the browser does: an effect waits, or a goroutine. It is not
// called on go-app's UI goroutine, which sleeps meanwhile: what the component shows
// besides atoms is shown after [Bind.Refresh].
//
// One listener of the document serves all elements: rows cost no listener each. It costs
// less where the page has the script of package early.
func On[T any, E interface {
	app.UI
	DataSet(name string, value any) E
}](e E, from Followed[T], event string, handle func(app.Event)) E {
	mark := "on-" + event
	if !app.IsClient {
		return e.DataSet(mark, "early") // what is done before there is a handler is kept by package early
	}
	v := from.followed()
	return e.DataSet(mark, v.handlers.next(v.bind, event, handle))
}

// handlers are those of a view, in the order in which they are rendered.
type handlers struct {
	all      []*handler
	rendered int // in this rendering
}

// A handler is known by a number, which its element has as an attribute.
type handler struct {
	bind   *Bind
	number int
	handle func(app.Event)
}

// handling are the handlers of what is on the page, by their numbers, from 1; used on
// the browser's one thread.
var handling = map[int]*handler{}

var handlersMade int

func (h *handlers) next(b *Bind, event string, handle func(app.Event)) (number int) {
	if h.rendered == len(h.all) {
		handlersMade++
		made := &handler{bind: b, number: handlersMade}
		handling[made.number] = made
		h.all = append(h.all, made)
		listen(event)
	}
	now := h.all[h.rendered]
	h.rendered++
	now.handle = handle
	return now.number
}

func (h *handlers) end() {
	for _, x := range h.all {
		delete(handling, x.number)
	}
	h.all = nil
}
