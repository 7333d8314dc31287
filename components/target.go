package components

import (
	"strconv"
	"sync/atomic"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
)

// A target is what a control is about. It changes when rows of a list move: go-app reuses
// the component at each position for the row that is there now.
type target struct {
	id   string      // given by the page; "" when it gives none
	atom atom.Target // of the status; nil when unknown
}

func (s statusSnapshot) target(id string) target {
	if t, ok := s.from.(targeted); ok {
		return target{id, t.Target()}
	}
	return target{id, nil}
}

// A targetTracker has the target of a component, and since when.
type targetTracker struct {
	ownID   string // of the element, when the page gives none
	current target
	since   float64 // milliseconds, as timestamps of events; 0 when it never changed
}

var lastOwnID atomic.Uint64

// id returns the id of the control's element: given or, if that is empty, one of its own.
func (t *targetTracker) id(given string) string {
	if given != "" {
		return given
	}
	if t.ownID == "" {
		t.ownID = "control-" + strconv.FormatUint(lastOwnID.Add(1), 10)
	}
	return t.ownID
}

// retarget sets the target. It returns the one before, and whether that was another one.
func (t *targetTracker) retarget(next target) (before target, changed bool) {
	if t.current == next {
		return next, false
	}
	before, t.current = t.current, next
	t.since = app.Window().Get("performance").Call("now").Float()
	return before, true
}

// aimedAtCurrent reports whether the user meant the current target by an event: not if it
// happened before the component was reused, and was handled late.
func (t *targetTracker) aimedAtCurrent(e app.Event) bool {
	return t.since == 0 || e.Get("timeStamp").Float() >= t.since
}

// moveUser moves the user, who is in the element el, to where the target from before is once
// everything is rendered. If it is gone nothing has the focus: what is typed next is not
// for another row.
func (t *targetTracker) moveUser(ctx app.Context, el app.Value, before target, doing interaction) {
	if before.id == "" || before.id == t.current.id || !doing.focused && !doing.typed {
		return
	}
	ctx.Defer(func(app.Context) {
		if !doing.resumeAt(before.id) && doing.focused {
			el.Call("blur")
		}
	})
}
