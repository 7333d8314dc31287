package outbox

import (
	"context"
	"errors"
	"sync"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/promise"
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
	for {
		if err := b.request(ctx, locks); err != errStuck {
			return err
		}
	}
}

// errStuck says that nobody has the lock, and that we are not given it either: in
// Chromium that happens when a tab goes while it is given the lock. To ask anew helps.
var errStuck = errors.New("outbox: the lock is nobody's")

// stuck is how often we look.
const stuck = 5 * time.Second

func (b *browser) request(ctx context.Context, locks js.Value) error {
	look := time.NewTicker(stuck)
	defer look.Stop()
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
		_, err := promise.AwaitJS(context.Background(), locks.Call("request", b.name, options, hold))
		hold.Release()
		held.Release()
		ended <- err
	}()
	for {
		select {
		case <-granted:
			return nil
		case err := <-ended:
			return err
		case <-ctx.Done():
			abort.Call("abort")
			return ctx.Err()
		case <-look.C:
			if b.isHeld(locks) {
				continue
			}
			abort.Call("abort") // does nothing if we have been given it
			select {
			case <-granted:
				return nil
			case <-ended:
				return errStuck
			}
		}
	}
}

// isHeld reports whether some tab has the lock, or cannot be asked.
func (b *browser) isHeld(locks js.Value) bool {
	now, err := promise.AwaitJS(context.Background(), locks.Call("query"))
	if err != nil {
		return true
	}
	held := now.Get("held")
	for n := range held.Length() {
		if held.Index(n).Get("name").String() == b.name {
			return true
		}
	}
	return false
}

// reason is the error for what the browser gives as the reason.
func reason(v js.Value) error {
	return errors.New("outbox: " + js.Global().Call("String", v).String())
}
