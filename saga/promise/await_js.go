package promise

import (
	"context"
	"errors"
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/await"
)

func awaitValue(ctx context.Context, promise app.Value) (app.Value, error) {
	v, err := await.Then(ctx, "promise: Await", func(fulfill, reject js.Func) { promise.Call("then", fulfill, reject) })
	return app.ValueOf(v), convert(err)
}

// AwaitJS is [Await] for values of syscall/js. It exists only in programs for the browser.
func AwaitJS(ctx context.Context, promise js.Value) (js.Value, error) {
	v, err := await.Promise(ctx, promise, "promise: AwaitJS")
	return v, convert(err)
}

// convert returns the error as one of this package.
func convert(err error) error {
	if r, ok := errors.AsType[*await.Rejected](err); ok {
		return &Rejected{app.ValueOf(r.Reason)}
	}
	return err
}
