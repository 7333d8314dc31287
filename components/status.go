package components

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// Status is what a control shows beside its value. A [*hook.Hook] is a Status.
type Status interface {
	// Pending returns how many changes of the value wait for their effect.
	Pending() int

	// Failure returns the last task that failed to change the value, or nil.
	Failure() *saga.Task
}

// A Status may have these methods as well, as a hook does.
type (
	targeted  interface{ Target() atom.Target } // returns what it is about
	refresher interface{ Refresh() }            // renders the component that shows it, alone
)

// A statusSnapshot is a Status as it was when a control was made.
type statusSnapshot struct {
	from    Status
	pending bool
	failure *saga.Task
}

func snapshot(s Status) statusSnapshot {
	if s == nil {
		return statusSnapshot{}
	}
	return statusSnapshot{from: s, pending: s.Pending() > 0, failure: s.Failure()}
}

// refresh is called after the page's handler of an event, and renders what that may have
// changed. By itself go-app would render the component and all that it is in. With a
// refresher only the component of the status is rendered: others follow their atoms.
func (s statusSnapshot) refresh(ctx app.Context) {
	if r, ok := s.from.(refresher); ok {
		ctx.PreventUpdate()
		r.Refresh()
	}
}

// alert returns the alert below the control with an id, if its change has failed.
func (s statusSnapshot) alert(control, label string) app.UI {
	return app.If(s.failure != nil, func() app.UI {
		return Failed(s.failure).ID(alertID(control)).Label(label).For(control)
	})
}

func alertID(control string) string { return control + "-failed" }
