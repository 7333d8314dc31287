package outbox

import (
	"context"
	"sync"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/saga"
)

// Open returns the outbox of this name of the page's origin. It opens at the
// first use, and anew when the browser has closed it, or could not open it. Where
// the browser has no storage, or no room left, every write fails with one of this
// package's errors, and sagas go on without it (see [saga.Keep]).
func Open(name string) saga.Outbox {
	b := &browser{}
	b.name = name
	b.records = connection{name: name, stores: []string{records}, opened: b.renew}
	b.leases = connection{name: name + " owner", stores: []string{leases}, opened: func() {}}
	b.channel, _ = calling(func() js.Value {
		channel := js.Global().Get("BroadcastChannel")
		if !channel.Truthy() {
			return channel
		}
		return channel.New(name)
	})
	return b
}

// A browser is the outbox of one tab.
type browser struct {
	name    string
	records connection
	leases  connection
	channel js.Value // undefined where there is none

	mu    sync.Mutex
	again func() // of Renewed; nil while nobody wants to know
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

// Renewed is [saga.Renewing]'s.
func (b *browser) Renewed(ctx context.Context, again func()) {
	b.mu.Lock()
	b.again = again
	b.mu.Unlock()
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.again = nil
	})
}

// soon is how long it takes until that is said: the browser may close a database that
// it has just opened, again and again.
const soon = 100 * time.Millisecond

// renew is called when the database has been opened anew.
func (b *browser) renew() {
	time.AfterFunc(soon, func() {
		b.mu.Lock()
		again := b.again
		b.mu.Unlock()
		if again != nil {
			again()
		}
	})
}
