package app

import (
	"fmt"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// changeLog lists the changes made on this page and their outcomes.
type changeLog struct {
	app.Compo
	bind
	lines hook.Hook[[]logLine]
}

func (c *changeLog) Render() app.UI {
	all := c.lines.Use(&c.bind, logLines)
	return app.Elem("section").Class("panel", "log").DataSet("testid", "log").Aria("labelledby", "log-title").Body(
		app.Div().Class("panel-head").Body(
			app.H2().ID("log-title").Class("panel-title").Text("Changes"),
			app.Span().Class("panel-state").Text(describeRunning(all)),
		),
		app.If(len(all) == 0, func() app.UI {
			return app.P().Class("hint").Text("Nothing has been changed yet. Each change is listed here with what became of it.")
		}).Else(func() app.UI {
			return app.Elem("ol").Class("log-lines").Body(
				app.Range(all).Slice(func(i int) app.UI { return all[i].render() }),
			)
		}),
	)
}

func (l logLine) render() app.UI {
	return app.Li().Class("log-line").DataSet("state", string(l.State)).Body(
		app.Span().Class("log-what").Body(
			app.If(l.Kind != "", func() app.UI { return app.A().Href(hrefOfKind(l.Kind)).Text(l.Field) }).
				Else(func() app.UI { return app.Text(l.Field) }),
			app.Text(" "+l.Value),
		),
		app.Span().Class("log-state").Text(l.outcome()),
		app.Span().Class("log-time").Body(
			app.Elem("time").Attr("datetime", l.Began.Format(time.RFC3339)).Text(l.Began.Format(time.TimeOnly)),
		),
	)
}

// outcome describes the outcome of the task.
func (l logLine) outcome() string {
	took := fmt.Sprintf("%.1f s", l.Took.Seconds())
	switch l.State {
	case saga.Running:
		return "on its way"
	case saga.Succeeded:
		return "saved after " + took
	case saga.Cancelled:
		return "cancelled after " + took
	default:
		return "taken back after " + took
	}
}

// describeRunning says how many changes have no outcome yet.
func describeRunning(all []logLine) string {
	running := 0
	for _, l := range all {
		if l.State == saga.Running {
			running++
		}
	}
	if running == 0 {
		return ""
	}
	return fmt.Sprintf("%d on the way", running)
}
