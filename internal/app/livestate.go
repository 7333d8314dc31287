package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/live"
)

// liveState says whether what others change shows here at once.
type liveState struct {
	app.Compo
	bind
	status saga.View[live.Status]
}

func (l *liveState) Render() app.UI {
	status := l.status.Use(&l.bind, feed.Status())
	return app.Span().Class("live").DataSet("testid", "live").DataSet("status", string(status)).Title(liveTitles[status]).Text(status)
}

var liveTitles = map[live.Status]string{
	live.Following:  "What others change shows here at once.",
	live.Connecting: "What others change shows here once the server is connected.",
	live.Offline:    "The server cannot be reached. What others have changed shows here when it can be.",
	live.Paused:     "What others change shows here when somebody looks.",
}
