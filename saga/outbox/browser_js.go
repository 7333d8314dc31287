package outbox

import (
	"context"
	"errors"
	"sync"
	"syscall/js"

	"github.com/atomsaga/atomsaga/saga"
)

// Open returns the outbox of this name of the page's origin. It opens at the
// first use; where the browser has no storage, as in some private windows, every
// write fails, and sagas go on without it (see [saga.Keep]).
func Open(name string) saga.Outbox {
	b := &browser{name: name}
	b.database = sync.OnceValues(b.open)
	if channel := js.Global().Get("BroadcastChannel"); channel.Truthy() {
		b.channel = channel.New(name)
	}
	return b
}

// A browser is the outbox of one tab.
type browser struct {
	name     string
	database func() (js.Value, error)
	channel  js.Value // undefined where there is none
}

// Tell is [saga.Outbox]'s.
func (b *browser) Tell(message []byte) {
	if b.channel.Truthy() {
		b.channel.Call("postMessage", string(message))
	}
}

// Listen is [saga.Outbox]'s. What the browser calls may not wait for anything, so
// it only puts down what has come.
func (b *browser) Listen(ctx context.Context, hear func([]byte), online func()) {
	var mu sync.Mutex
	var heard [][]byte
	more := make(chan struct{}, 1)
	message := js.FuncOf(func(_ js.Value, args []js.Value) any {
		mu.Lock()
		heard = append(heard, []byte(args[0].Get("data").String()))
		mu.Unlock()
		select {
		case more <- struct{}{}:
		default:
		}
		return nil
	})
	back := js.FuncOf(func(js.Value, []js.Value) any { go online(); return nil })
	if b.channel.Truthy() {
		b.channel.Set("onmessage", message)
	}
	js.Global().Call("addEventListener", "online", back)
	go func() {
		for {
			select {
			case <-more:
				mu.Lock()
				messages := heard
				heard = nil
				mu.Unlock()
				for _, m := range messages {
					hear(m)
				}
			case <-ctx.Done():
				if b.channel.Truthy() {
					b.channel.Set("onmessage", nil)
				}
				js.Global().Call("removeEventListener", "online", back)
				message.Release()
				back.Release()
				return
			}
		}
	}()
}

// Own is [saga.Outbox]'s: a Web Lock, which the browser gives to the next tab when
// this one is closed or has crashed. A browser without them, on a page that did
// not come over https, lets every tab own it: the server knows a task by its ID.
func (b *browser) Own(ctx context.Context) error {
	locks := js.Global().Get("navigator").Get("locks")
	if !locks.Truthy() {
		return ctx.Err()
	}
	abort := js.Global().Get("AbortController").New()
	granted := make(chan struct{})
	var hold, held js.Func
	// The lock is held until the promise that hold returns is settled.
	held = js.FuncOf(func(_ js.Value, args []js.Value) any {
		release := args[0]
		go func() {
			<-ctx.Done()
			release.Invoke()
		}()
		return nil
	})
	hold = js.FuncOf(func(js.Value, []js.Value) any {
		close(granted)
		return js.Global().Get("Promise").New(held)
	})
	options := map[string]any{"signal": abort.Get("signal")}
	ended := make(chan error, 1)
	go func() {
		_, err := await(locks.Call("request", b.name, options, hold))
		hold.Release()
		held.Release()
		ended <- err
	}()
	select {
	case <-granted:
		return nil
	case err := <-ended:
		return err
	case <-ctx.Done():
		abort.Call("abort")
		return ctx.Err()
	}
}

// await waits until a promise is settled.
func await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	fulfill := js.FuncOf(func(_ js.Value, args []js.Value) any { settled <- outcome{value: args[0]}; return nil })
	reject := js.FuncOf(func(_ js.Value, args []js.Value) any { settled <- outcome{err: reason(args[0])}; return nil })
	defer fulfill.Release()
	defer reject.Release()
	promise.Call("then", fulfill, reject)
	o := <-settled
	return o.value, o.err
}

// reason is the error for what the browser gives as the reason.
func reason(v js.Value) error {
	return errors.New("outbox: " + js.Global().Call("String", v).String())
}
