package outbox

import (
	"context"
	"sync"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/saga"
)

// Open returns the outbox with this name of the page's origin. It does nothing yet: storage is
// opened at the first use, and again when the browser has closed it, or could not open it.
//
// Where the browser has no storage, or no room left, and outside of a browser, reads and writes
// fail with an error of this package, and sagas run without being kept; see [saga.UseOutbox].
func Open(name string) saga.Outbox {
	b := &browser{}
	b.name = name
	b.records = connection{name: name, stores: []string{records}, onReopen: b.renew}
	b.leases = connection{name: name + " owner", stores: []string{leases}, onReopen: func() {}}
	b.channel, _ = catch(func() js.Value {
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

	mu        sync.Mutex
	onRenewed func() // of Renewed; may be nil
}

// Tell implements [saga.Outbox].
func (b *browser) Tell(message []byte) {
	if b.channel.Truthy() {
		b.channel.Call("postMessage", string(message))
	}
}

// Listen implements [saga.Outbox]. The function that the browser calls must not block, so it only
// appends the message for a goroutine.
func (b *browser) Listen(ctx context.Context, hear func([]byte), online func()) {
	var mu sync.Mutex
	var received [][]byte
	wake := make(chan struct{}, 1)
	onMessage := js.FuncOf(func(_ js.Value, args []js.Value) any {
		mu.Lock()
		received = append(received, []byte(args[0].Get("data").String()))
		mu.Unlock()
		select {
		case wake <- struct{}{}:
		default:
		}
		return nil
	})
	onOnline := js.FuncOf(func(js.Value, []js.Value) any { go online(); return nil })
	if b.channel.Truthy() {
		b.channel.Set("onmessage", onMessage)
	}
	js.Global().Call("addEventListener", "online", onOnline)
	go func() {
		for {
			select {
			case <-wake:
				mu.Lock()
				messages := received
				received = nil
				mu.Unlock()
				for _, m := range messages {
					hear(m)
				}
			case <-ctx.Done():
				if b.channel.Truthy() {
					b.channel.Set("onmessage", nil)
				}
				js.Global().Call("removeEventListener", "online", onOnline)
				onMessage.Release()
				onOnline.Release()
				return
			}
		}
	}()
}

// Renewed implements [saga.Outbox].
func (b *browser) Renewed(ctx context.Context, again func()) {
	b.mu.Lock()
	b.onRenewed = again
	b.mu.Unlock()
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.onRenewed = nil
	})
}

// renewDelay is how long renew waits, since the browser may close a database that it has just
// opened, again and again.
const renewDelay = 100 * time.Millisecond

// renew is called when the database was opened again.
func (b *browser) renew() {
	time.AfterFunc(renewDelay, func() {
		b.mu.Lock()
		onRenewed := b.onRenewed
		b.mu.Unlock()
		if onRenewed != nil {
			onRenewed()
		}
	})
}
