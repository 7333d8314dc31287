package components

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// Status is what a control shows beside its value: how many changes of it wait
// for their effect, and the last one that has failed. A [*hook.Hook] is one.
type Status interface {
	Pending() int
	Failure() *saga.Task
}

// Some can say more, as a hook does.
type (
	targeted  interface{ Target() atom.Target } // what it is about
	refresher interface{ Refresh() }            // renders the component that shows it, alone
)

// A standing is a Status at the time when a control was made.
type standing struct {
	from    Status
	pending bool
	failure *saga.Task
}

func read(s Status) standing {
	if s == nil {
		return standing{}
	}
	return standing{from: s, pending: s.Pending() > 0, failure: s.Failure()}
}

// handled renders what the handler of an event may have changed. go-app renders
// the component and all that it is in, up to the page. With a status that knows
// better only the component that it belongs to is: others follow their atoms.
func (s standing) handled(ctx app.Context) {
	if r, ok := s.from.(refresher); ok {
		ctx.PreventUpdate()
		r.Refresh()
	}
}

// below is what stands under a control.
func (s standing) below(control, label string) app.UI {
	return app.If(s.failure != nil, func() app.UI {
		return Failed(s.failure).ID(failedID(control)).Label(label).For(control)
	})
}

func failedID(control string) string { return control + "-failed" }
