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

// loadTimeout is how long the prerendered page stays at most while the kinds are loaded.
const loadTimeout = 10 * time.Second

// Start opens the outbox and the feed, loads the kinds and sets the state from the
// address. Only then does go-app replace the prerendered page, which shows the same:
// without the kinds the list would be empty for a moment. It does not return.
func Start() {
	s := atom.Default
	saga.UseOutbox(s, outbox.Open("atomsaga"), func(r atom.Reader) bool { return kinds.Get(r).Loaded })
	openFeed(s) // until the page is closed
	resumeAfterLogin(s)
	receivePushes()
	s.Subscribe(kinds, func() {}) // keeps the kinds up to date until the page is closed
	setFromAddress(s, app.Window().URL())
	ctx, cancel := context.WithTimeout(context.Background(), loadTimeout)
	kinds.Load(ctx, s) // the page shows the error
	cancel()
	app.RunWhenOnBrowser()
}

// resumeAfterLogin makes the outbox retry what waits for a login when the user comes
// back to this page, and when the feed reaches the server.
func resumeAfterLogin(s *atom.Store) {
	resume := func() {
		if saga.OutboxOf(s).State().Get(s).Unauthorized {
			saga.OutboxOf(s).Resume()
		}
	}
	js.Global().Call("addEventListener", "focus", js.FuncOf(func(js.Value, []js.Value) any {
		resume()
		return nil
	}))
	s.Subscribe(feed.Status(), func() {
		if feed.Status().Get(s) == live.Following {
			resume()
		}
	})
}
