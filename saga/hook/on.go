package hook

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// On calls handle for an event of e, or of an element in it. Unlike a handler of go-app
// it is called at once, by the browser, and does not render: it is for events that change
// atoms, and takes a fraction of the time. The hook or view has to be one of the component
// that was bound earlier in this rendering.
//
//	hook.On(app.Button().Text("Done"), &r.item, "click", r.toggle)
//
// The event has to be one that bubbles, as click, input, change, keydown and focusin do.
// Of nested elements the inner one is called first, and the outer one unless propagation
// was stopped.
//
// As in any function that the browser calls, handle must not block: an effect or a
// goroutine may. It is not called on go-app's UI goroutine, which is idle meanwhile: what
// the component shows besides atoms is shown after [Bind.Refresh].
//
// One listener on the document serves all elements, so rows cost no listener each. It
// takes less time where the page has the script of package components/early.
func On[T any, E interface {
	app.UI
	DataSet(name string, value any) E
}](e E, from Followed[T], event string, handle func(app.Event)) E {
	data := "on-" + event
	if !app.IsClient {
		return e.DataSet(data, "early") // package early keeps what happens before there is a handler
	}
	v := from.followed()
	return e.DataSet(data, v.handlers.add(v.bind, event, handle))
}

// handlers are the handlers of a view, in the order in which they are rendered.
type handlers struct {
	all      []*handler
	rendered int // by this rendering
}

// A handler has a number, which is the value of an attribute of its element.
type handler struct {
	bind   *Bind
	number int
	handle func(app.Event)
}

// handlerOf has the handlers of what is on the page by their numbers, which begin at 1.
// It is used on the browser's one thread.
var handlerOf = map[int]*handler{}

var lastHandler int // the number of the last handler made

// add registers the next handler of a rendering, and returns its number.
func (hs *handlers) add(b *Bind, event string, handle func(app.Event)) (number int) {
	if hs.rendered == len(hs.all) {
		lastHandler++
		made := &handler{bind: b, number: lastHandler}
		handlerOf[made.number] = made
		hs.all = append(hs.all, made)
		listen(event)
	}
	h := hs.all[hs.rendered]
	hs.rendered++
	h.handle = handle
	return h.number
}

func (hs *handlers) removeAll() {
	for _, h := range hs.all {
		delete(handlerOf, h.number)
	}
	hs.all = nil
}
