package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga/hook"
	"github.com/atomsaga/atomsaga/saga/live"
)

// liveStatus shows whether the changes of others arrive at once.
type liveStatus struct {
	app.Compo
	bind
	status hook.View[live.Status]
}

func (l *liveStatus) Render() app.UI {
	status := l.status.Use(&l.bind, feed.Status())
	return app.Span().Class("live").DataSet("testid", "live").DataSet("status", string(status)).Title(status.Message()).Text(status)
}
