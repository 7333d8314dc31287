package promise

import (
	"context"
	"errors"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// ErrNoBrowser is returned by [Await] outside of a browser, where there are no
// promises.
var ErrNoBrowser = errors.New("promise: there is no browser to promise anything")

// Rejected is the error of [Await] and AwaitJS for a promise that was rejected.
type Rejected struct {
	Reason app.Value // usually an Error
}

// Error returns the reason's message or, without one, the reason as a string.
func (r *Rejected) Error() string {
	if r.Reason.Type() == app.TypeObject {
		if message := r.Reason.Get("message"); message.Truthy() {
			return message.String()
		}
	}
	return app.Window().Call("String", r.Reason).String()
}

// IsA reports whether the reason is an instance of a class of the browser, such as TypeError.
func (r *Rejected) IsA(class string) bool {
	return r.Reason.Type() == app.TypeObject && r.Reason.InstanceOf(app.Window().Get(class))
}

// Await waits until a promise is settled, and returns the value that it was fulfilled with. The
// promise may be any object with a method then that calls one of two functions, once.
//
// The error is a [*Rejected] if the promise is rejected, and ctx's cause if ctx is done first:
// Await then returns, and the promise goes on. Outside of a browser it is [ErrNoBrowser].
//
// Await may be called in an effect, or on another goroutine. It panics in a function that the
// browser calls, as a handler of hook.On is: the browser settles no promise until that returns.
func Await(ctx context.Context, promise app.Value) (app.Value, error) {
	return awaitValue(ctx, promise)
}
