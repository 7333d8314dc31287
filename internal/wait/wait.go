// Package wait knows where nobody may wait for the browser.
//
// The browser's one thread is in a function that it calls, as the listener of an
// event is, until that returns. Who waits there for what comes from the browser waits
// for ever, and the page with it.
package wait

import "context"

// Check panics in a function that the browser has called. Whatever may wait for the
// browser calls it before it does; what is its name.
func Check(what string) { check(what) }

// CheckContext is Check, and costs less in the context of an effect: that has a
// goroutine to itself.
func CheckContext(ctx context.Context, what string) {
	if ctx.Value(Effect{}) == nil {
		check(what)
	}
}

// Effect is the key of a value that the contexts of effects have.
type Effect struct{}
