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
		return given
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

// handOver lets the user go on with the subject from before where that is now,
// once everything is rendered. When it is gone nothing has the focus: what the
// user types next is not for another row.
func (i *identity) handOver(ctx app.Context, from app.Value, before subject, t typing) {
	if before.id == "" || before.id == i.now.id || !t.focused && !t.typed {
		return
	}
	ctx.Defer(func(app.Context) {
		if !t.goOnAt(before.id) && t.focused {
			from.Call("blur")
		}
	})
}

// typing is what the user is doing in an element.
type typing struct {
	focused bool
	typed   bool // text, which is not committed
	text    string
	caret   caret
}

// goOnAt lets the user go on in the element with an id. It reports whether there
// is one.
func (t typing) goOnAt(id string) bool {
	if id == "" {
		return false
	}
	to := app.Window().GetElementByID(id)
	if !to.Truthy() {
		return false
	}
	if t.typed {
		to.Set("value", t.text)
	}
	if t.focused {
		to.Call("focus")
		attended = to // a page in the background is not told
		t.caret.restore(to, to.Get("value").String())
	} else if t.typed { // it was left, and would have been committed
		to.Call("dispatchEvent", app.Window().Get("Event").New("change"))
	}
	return true
}
