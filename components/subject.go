package components

import (
	"strconv"
	"sync/atomic"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
)

// A subject is what a control is about. go-app hands the component at the same
// position in a list to another row when rows move: then it has another one.
type subject struct {
	id     string      // as given by the page, "" when it gives none
	target atom.Target // what its status is about, nil when unknown
}

func (s standing) subject(id string) subject {
	if t, ok := s.from.(targeted); ok {
		return subject{id, t.Target()}
	}
	return subject{id, nil}
}

// An identity is the subject of a component, and since when.
type identity struct {
	made  string // the id when the page gives none
	now   subject
	since float64 // in the time of events
}

var made atomic.Uint64

// id returns the id of the control's element.
func (i *identity) id(given string) string {
	if given != "" {
		return attribute(given)
	}
	if i.made == "" {
		i.made = "control-" + strconv.FormatUint(made.Add(1), 10)
	}
	return i.made
}

// become notes the subject, and returns the one before when it is another.
func (i *identity) become(now subject) (before subject, changed bool) {
	if i.now == now {
		return now, false
	}
	before, i.now = i.now, now
	i.since = app.Window().Get("performance").Call("now").Float()
	return before, true
}

// meant reports whether an event was meant for the subject: it was, unless it
// happened before the component was handed to another row, and had to wait.
func (i *identity) meant(e app.Event) bool {
	return i.since == 0 || e.Get("timeStamp").Float() >= i.since
}

// focusFollows moves the focus, when from has it, to the element that the
// subject from before has now, once everything is rendered. When that is gone
// nothing has the focus: what the user types next is not for another row.
func (i *identity) focusFollows(ctx app.Context, from app.Value, before subject) {
	if before.id == "" || before.id == i.now.id || !focused(from) {
		return
	}
	ctx.Defer(func(app.Context) {
		if to := app.Window().GetElementByID(before.id); to.Truthy() {
			to.Call("focus")
		} else {
			from.Call("blur")
		}
	})
}

func focused(el app.Value) bool {
	return el.Equal(app.Window().Get("document").Get("activeElement"))
}
