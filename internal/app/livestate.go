package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga/hook"
	"github.com/atomsaga/atomsaga/saga/live"
)

// liveState says whether what others change shows here at once.
type liveState struct {
	app.Compo
	bind
	status hook.View[live.Status]
}

func (l *liveState) Render() app.UI {
	status := l.status.Use(&l.bind, feed.Status())
	return app.Span().Class("live").DataSet("testid", "live").DataSet("status", string(status)).Title(status.Message()).Text(status)
}
