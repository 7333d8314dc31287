// Package promise waits for what the browser promises, in effects that call an
// interface of its own, or a script of the page:
//
//	share := saga.Update(func(k *Kind) { k.Shared = true }).
//		Effect(func(ctx context.Context, k Kind) error {
//			_, err := promise.Await(ctx, app.Window().Get("navigator").Call("share", map[string]any{"title": k.Name}))
//			return err
//		})
package promise

import (
	"context"
	"errors"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// ErrNoBrowser is what [Await] returns where there are no promises: outside of a
// browser.
var ErrNoBrowser = errors.New("promise: there is no browser to promise anything")

// Rejected is the error for a promise that was rejected, of [Await] and AwaitJS.
type Rejected struct {
	Reason app.Value // mostly an Error
}

// Error is the reason's message, or the reason as a text when it has none.
func (r *Rejected) Error() string {
	if r.Reason.Type() == app.TypeObject {
		if message := r.Reason.Get("message"); message.Truthy() {
			return message.String()
		}
	}
	return app.Window().Call("String", r.Reason).String()
}

// IsA reports whether the reason is an object of the browser's class of that name,
// such as TypeError.
func (r *Rejected) IsA(class string) bool {
	return r.Reason.Type() == app.TypeObject && r.Reason.InstanceOf(app.Window().Get(class))
}

// Await waits until a promise is settled, and returns what it was fulfilled with.
// The error is a [*Rejected], or ctx's cause when that is done first: the promise
// is left to itself then. It is for effects and other goroutines: in a function that the
// browser calls, as a handler of hook.On is, it panics, because the browser keeps no
// promise before that returns.
//
// Any object will do whose then calls one of two functions, once. Outside of a
// browser the error is [ErrNoBrowser].
func Await(ctx context.Context, promise app.Value) (app.Value, error) {
	return awaitValue(ctx, promise)
}
