package promise

import (
	"context"
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/wait"
)

func await(ctx context.Context, promise app.Value) (app.Value, error) {
	wait.CheckContext(ctx, "promise: Await")
	w := nextWaiter()
	promise.Call("then", w.fulfill, w.reject)
	v, err := w.wait(ctx)
	return app.ValueOf(v), err
}

// AwaitJS is [Await] for the values of syscall/js.
func AwaitJS(ctx context.Context, promise js.Value) (js.Value, error) {
	wait.CheckContext(ctx, "promise: AwaitJS")
	w := nextWaiter()
	promise.Call("then", w.fulfill, w.reject)
	return w.wait(ctx)
}

// A waiter is what one promise calls, and then another: to make functions that the
// browser can call costs more than to wait for one that is kept already.
type waiter struct {
	fulfill, reject js.Func
	settled         chan outcome
	left            bool // nobody waits for the promise any more
}

type outcome struct {
	value    js.Value
	rejected bool
}

// idle are waiters that no promise knows any more; used on the browser's one thread.
var idle []*waiter

const mostIdle = 64

func nextWaiter() *waiter {
	if last := len(idle) - 1; last >= 0 {
		w := idle[last]
		idle = idle[:last]
		return w
	}
	w := &waiter{settled: make(chan outcome, 1)}
	w.fulfill, w.reject = w.settle(false), w.settle(true)
	return w
}

func (w *waiter) settle(rejected bool) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		if w.left {
			w.left = false
			w.rest()
			return nil
		}
		o := outcome{rejected: rejected}
		if len(args) > 0 {
			o.value = args[0]
		}
		select {
		case w.settled <- o:
		default: // what is no promise may call twice
		}
		return nil
	})
}

func (w *waiter) wait(ctx context.Context) (js.Value, error) {
	select {
	case o := <-w.settled:
		w.rest()
		if o.rejected {
			return js.Undefined(), &Rejected{app.ValueOf(o.value)}
		}
		return o.value, nil
	case <-ctx.Done():
		w.leave()
		return js.Undefined(), context.Cause(ctx)
	}
}

// leave gives up on a promise, which still has the functions, and may call one.
func (w *waiter) leave() {
	select {
	case <-w.settled:
		w.rest()
	default:
		w.left = true
	}
}

// rest keeps the waiter for another promise.
func (w *waiter) rest() {
	if len(idle) == mostIdle {
		w.fulfill.Release()
		w.reject.Release()
		return
	}
	idle = append(idle, w)
}
