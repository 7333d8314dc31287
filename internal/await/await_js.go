package await

import (
	"context"
	"syscall/js"

	"github.com/atomsaga/atomsaga/internal/wait"
)

// Promise waits until a promise is settled, and returns the value that it was fulfilled with.
// The error is a [*Rejected], or ctx's cause if ctx is done first. Promise panics when it is
// called by a function that the browser calls; the panic names caller.
func Promise(ctx context.Context, promise js.Value, caller string) (js.Value, error) {
	return Then(ctx, caller, func(fulfill, reject js.Func) { promise.Call("then", fulfill, reject) })
}

// Then is [Promise] for a promise whose method then is called by the function then.
func Then(ctx context.Context, caller string, then func(fulfill, reject js.Func)) (js.Value, error) {
	wait.CheckContext(ctx, caller)
	w := getWaiter()
	then(w.fulfill, w.reject)
	return w.wait(ctx)
}

// Rejected is the error for a promise that was rejected.
type Rejected struct {
	Reason js.Value // usually an Error
}

// Error returns the reason's message or, without one, the reason as a string.
func (r *Rejected) Error() string {
	if r.Reason.Type() == js.TypeObject {
		if message := r.Reason.Get("message"); message.Truthy() {
			return message.String()
		}
	}
	return js.Global().Call("String", r.Reason).String()
}

// IsA reports whether the reason is an instance of a class of the browser, such as TypeError.
func (r *Rejected) IsA(class string) bool {
	return r.Reason.Type() == js.TypeObject && r.Reason.InstanceOf(js.Global().Get(class))
}

// A waiter has the two functions that a promise calls. It is used for one promise after
// another, since allocating the functions costs more than an await.
type waiter struct {
	fulfill, reject js.Func
	settled         chan outcome
	abandoned       bool // the promise may still call, and nobody waits for it
}

type outcome struct {
	value    js.Value
	rejected bool
}

// idle has the waiters that no promise can call; used on the browser's one thread.
var idle []*waiter

const maxIdle = 64

func getWaiter() *waiter {
	if last := len(idle) - 1; last >= 0 {
		w := idle[last]
		idle = idle[:last]
		return w
	}
	w := &waiter{settled: make(chan outcome, 1)}
	w.fulfill, w.reject = w.newFunc(false), w.newFunc(true)
	return w
}

func (w *waiter) newFunc(rejected bool) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		if w.abandoned {
			w.abandoned = false
			w.put()
			return nil
		}
		o := outcome{rejected: rejected}
		if len(args) > 0 {
			o.value = args[0]
		}
		select {
		case w.settled <- o:
		default: // an object that only resembles a promise may call twice
		}
		return nil
	})
}

func (w *waiter) wait(ctx context.Context) (js.Value, error) {
	select {
	case o := <-w.settled:
		w.put()
		if o.rejected {
			return js.Undefined(), &Rejected{o.value}
		}
		return o.value, nil
	case <-ctx.Done():
		w.abandon()
		return js.Undefined(), context.Cause(ctx)
	}
}

// abandon stops waiting. Unless the promise has called already the waiter is used again only
// after it has.
func (w *waiter) abandon() {
	select {
	case <-w.settled:
		w.put()
	default:
		w.abandoned = true
	}
}

// put makes the waiter idle, or releases its functions if enough are.
func (w *waiter) put() {
	if len(idle) == maxIdle {
		w.fulfill.Release()
		w.reject.Release()
		return
	}
	idle = append(idle, w)
}
