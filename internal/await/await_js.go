package await

import (
	"context"
	"syscall/js"

	"github.com/atomsaga/atomsaga/internal/wait"
)

// Promise waits until a promise is settled, and returns what it was fulfilled with. The
// error is a [*Rejected], or ctx's cause when that is done first. It panics in a function
// that the browser calls; caller names the function that is blamed.
func Promise(ctx context.Context, promise js.Value, caller string) (js.Value, error) {
	return Then(ctx, caller, func(fulfill, reject js.Func) { promise.Call("then", fulfill, reject) })
}

// Then is [Promise] for a promise whose method then is called by a function.
func Then(ctx context.Context, caller string, then func(fulfill, reject js.Func)) (js.Value, error) {
	wait.CheckContext(ctx, caller)
	w := nextWaiter()
	then(w.fulfill, w.reject)
	return w.wait(ctx)
}

// Rejected is the error for a promise that was rejected.
type Rejected struct {
	Reason js.Value // mostly an Error
}

// Error returns the reason's message, or the reason as a text when it has none.
func (r *Rejected) Error() string {
	if r.Reason.Type() == js.TypeObject {
		if message := r.Reason.Get("message"); message.Truthy() {
			return message.String()
		}
	}
	return js.Global().Call("String", r.Reason).String()
}

// IsA reports whether the reason is an object of the browser's class of that name,
// such as TypeError.
func (r *Rejected) IsA(class string) bool {
	return r.Reason.Type() == js.TypeObject && r.Reason.InstanceOf(js.Global().Get(class))
}

// A waiter is a pair of functions for a promise to call, and then for another promise:
// to allocate them costs more than an await.
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
			return js.Undefined(), &Rejected{o.value}
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
