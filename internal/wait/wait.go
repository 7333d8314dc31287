// Package wait finds calls that would wait for the browser for ever.
//
// While the browser calls a function, such as the listener of an event, its one thread does
// nothing else until that returns. If the function waits for something from the browser, it
// waits for ever, and so does the page.
package wait

import "context"

// Check panics when it is called, however deep, by a function that the browser calls. Functions
// that may wait for the browser call it first; name says which one it is.
func Check(name string) { check(name) }

// CheckContext is Check, and faster in the context of an effect, which always runs on a
// goroutine of its own.
func CheckContext(ctx context.Context, name string) {
	if ctx.Value(Effect{}) == nil {
		check(name)
	}
}

// Effect is the key of a value in the contexts of effects.
type Effect struct{}
