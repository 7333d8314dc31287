package app

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// outboxPanel shows how many changes wait for the server, and why, and lists those that
// are set aside.
type outboxPanel struct {
	app.Compo
	bind
	outbox hook.View[saga.OutboxState]
}

func (p *outboxPanel) Render() app.UI {
	now := p.outbox.Use(&p.bind, saga.OutboxOf(p.Store()).State())
	return app.Elem("section").Class("panel", "outbox").DataSet("testid", "outbox").DataSet("waiting", now.Waiting).
		DataSet("paused", now.Paused).DataSet("unkept", len(now.Unkept)).Aria("label", "Outbox").Body(
		app.P().Class("hint").Role("status").Text(describeWaiting(now)),
		app.If(now.Unauthorized, func() app.UI {
			// In another tab: changes that are not kept would be lost with this page.
			return app.P().Body(app.A().Href("/login").Target("_blank").Text("Log in"))
		}),
		app.If(len(now.Aside) > 0, func() app.UI {
			return app.Elem("ul").Class("log-lines").Body(
				app.Range(now.Aside).Slice(func(i int) app.UI { return p.aside(now.Aside[i]) }),
			)
		}),
	)
}

// describeWaiting says how many changes wait, for what, and whether they outlive the
// page. It says nothing of a single change that is being sent.
func describeWaiting(now saga.OutboxState) string {
	changes := fmt.Sprintf("%d changes wait ", now.Waiting)
	if now.Waiting == 1 {
		changes = "1 change waits "
	}
	switch {
	case now.Waiting == 0:
		changes = ""
	case now.Unauthorized:
		changes += "until you have logged in. "
	case now.Paused:
		changes += "for the server, which cannot be reached. "
	case now.Stalled:
		changes += "for a tab that stands still; another one sends in its place. "
	case now.Waiting > 1:
		changes += "for their turn. "
	default:
		changes = ""
	}
	return strings.TrimSpace(changes + describeKeeping(now))
}

// describeKeeping says what happens to the waiting changes when the page is closed.
func describeKeeping(now saga.OutboxState) string {
	unkept := len(now.Unkept)
	switch {
	case now.Err != "" && unkept > 0 && unkept < now.Waiting:
		return fmt.Sprintf("%d of them would be lost with the page: %s.", unkept, now.Err)
	case now.Err != "" && unkept > 0:
		return "What has not reached the server would be lost with the page: " + now.Err + "."
	case now.Err != "":
		return "Changes are not kept when the page is closed: " + now.Err + "."
	case now.Waiting == 0 || !now.Paused && !now.Unauthorized:
		return ""
	case unkept > 0:
		return "They are being kept; until then they would be lost with the page."
	}
	if now.Waiting == 1 {
		return "You may close the page: it is kept."
	}
	return "You may close the page: they are kept."
}

// aside renders a change that was set aside.
func (p *outboxPanel) aside(r saga.Record) app.UI {
	var of fieldEdit[any]
	_ = json.Unmarshal([]byte(r.Input), &of) // an input that cannot be decoded is shown without its value
	return app.Li().Class("log-line").DataSet("aside", r.ID).Body(
		app.Span().Class("log-what").Body(
			app.A().Href(hrefOfKind(of.ID)).Text(fieldLabels[r.Name]+" of "+string(of.ID)),
			app.Text(" "+describeValue(of.To)),
		),
		app.Span().Class("log-state").Text("not saved: "+r.Reason),
		hook.On(app.Button(), &p.outbox, "click", func(app.Event) { saga.OutboxOf(p.Store()).Discard(r.ID) }).
			Type("button").Class("as-button").Text("Discard"),
	)
}

// fieldLabels has the labels of the fields by the names of their definitions.
var fieldLabels = map[string]string{
	definitionName(name.path):         name.label,
	definitionName(description.path):  description.label,
	definitionName(hasDirection.path): hasDirection.label,
	definitionName(inverse.path):      inverse.label,
}
