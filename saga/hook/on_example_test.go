//go:build !js

package hook_test

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// takeRow has its seat taken by a click, and is rendered once.
type takeRow struct {
	app.Compo
	followed
	ID   string
	seat hook.Hook[seat]
}

func (c *takeRow) Render() app.UI {
	c.seat.Follow(&c.followed, seatOf.Of(c.ID))
	return hook.Attr(app.Li(), &c.seat, "data-taken", func(s seat) any { return s.Taken }).
		Body(hook.On(app.Button().Text("Take"), &c.seat, "click", c.take))
}

func (c *takeRow) take(app.Event) {
	c.seat.Run(saga.Update(func(s *seat) { s.Taken = true }))
}

// A button of a row of many: a click on it costs what the change costs.
func ExampleOn() {
	app.Route("/", func() app.Composer { return &takeRow{ID: "1A"} })
	app.RunWhenOnBrowser()
}
