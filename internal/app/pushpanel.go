package app

import (
	"context"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

const (
	// PushVariable is the environment variable in which the server gives its pages the
	// push configuration for browsers, as JSON. It is empty when push is off.
	PushVariable = "ATOMSAGA_PUSH"

	pushKey = "atomsaga/push" // key in the local storage, of whether push is on
)

// pushOn is whether this device is notified of changes while the page is closed.
var pushOn = atom.New(false)

// setPush returns the saga that turns push on or off.
func setPush(on bool) saga.Saga[bool] {
	return saga.Update(func(now *bool) { *now = on }).Effect(switchPush).Timeout(time.Minute)
}

// pushPanel has the switch, or says why push is not possible.
type pushPanel struct {
	app.Compo
	bind
	pushOn hook.Hook[bool]
}

// OnMount restores whether push is on. If it is, it sends the token to the server again,
// as tokens change.
func (p *pushPanel) OnMount(ctx app.Context) {
	p.bind.OnMount(ctx)
	var on bool
	if ctx.LocalStorage().Get(pushKey, &on) == nil && on && pushPermission() == "granted" {
		pushOn.Set(p.Store(), true)
		go func() { _ = switchPush(context.Background(), true) }()
	}
}

func (p *pushPanel) Render() app.UI {
	on := p.pushOn.Use(&p.bind, pushOn)
	state, hint, possible := "off", "While this page is closed, this device shows a notification of what others change.", true
	switch pushPermission() {
	case "":
		state, hint, possible = "not possible", "This browser has no push messages, or none in a private window.", false
	case "denied":
		state, hint, possible = "blocked", "Notifications are blocked for this page. The browser's settings for this site can allow them again.", false
	default:
		switch {
		case p.pushOn.Pending() > 0:
			state = "one moment"
		case on:
			state = "on"
		}
	}
	return app.Elem("details").Class("panel").DataSet("testid", "push").Body(
		app.Elem("summary").Body(
			app.Span().Class("panel-title").Text("Notifications"),
			app.Span().Class("panel-state").Text(state),
		),
		app.Div().Class("panel-body").Body(
			app.P().Class("hint").Text(hint),
			app.If(possible, func() app.UI {
				return components.Toggle().ID("push").Label("Tell this device").On(on).OnChange(p.set).Status(&p.pushOn)
			}),
		),
	)
}

func (p *pushPanel) set(_ app.Context, on bool) { p.pushOn.Run(setPush(on)) }
