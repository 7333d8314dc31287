package app

import (
	"context"
	"syscall/js"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/live"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// loadTimeout is how long the prerendered page stays while the kinds are loaded.
const loadTimeout = 10 * time.Second

// Start opens the outbox, loads the kinds and brings the state to the address; only then do the
// pages take the place of the prerendered one, which shows the same. Without
// the kinds they would show an empty list for a moment.
func Start() {
	s := atom.Default()
	saga.Keep(s, outbox.Open("atomsaga"), func(r atom.Reader) bool { return kinds.Get(r).Loaded })
	openFeed(s) // as long as the page is open, too
	resumeAfterLogin(s)
	receivePushes()
	atom.Subscribe(s, kinds, func() {}) // somebody looks, as long as the page is open
	setFromAddress(s, app.Window().URL())
	ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
	kinds.Load(ctx, s) // the page shows the error
	cancel()
	app.RunWhenOnBrowser()
}

// resumeAfterLogin has what waits for a login tried again when the user comes back to this
// page, and when the server has begun to answer.
func resumeAfterLogin(s *atom.Store) {
	resume := func() {
		if saga.OutboxOf(s).Get(s).Unauthorized {
			saga.Resume(s)
		}
	}
	js.Global().Call("addEventListener", "focus", js.FuncOf(func(js.Value, []js.Value) any {
		resume()
		return nil
	}))
	atom.Subscribe(s, feed.Status(), func() {
		if feed.Status().Get(s) == live.Following {
			resume()
		}
	})
}
