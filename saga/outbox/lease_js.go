package outbox

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"syscall/js"
	"time"
)

// A lease ends by itself, and is renewed three times in its time.
var (
	leaseTime    = 10 * time.Second
	leaseRenewal = leaseTime / 3
	leaseLook    = time.Second // how often others look whether it was given back
)

const leases = "leases"

// now is the time in milliseconds, as all tabs have it. It goes on while the device
// sleeps, as timers do not.
var now = func() int64 { return time.Now().UnixMilli() }

// lease waits for the lease, and has it until ctx ends, or another tab may take it. Where the
// browser keeps nothing there is nobody to share the outbox with.
func (b *browser) lease(ctx context.Context) (owned context.Context, err error) {
	l := b.newLease(ctx)
	for {
		taken, err := l.take(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if taken || err != nil {
			go l.keep()
			return l, nil
		}
		pause(ctx, leaseLook)
	}
}

// A lease is who owns an outbox, and until when: in a database of its own, for
// programs of an earlier version have those of the records open. As a context it ends when
// this tab has it no more.
type lease struct {
	context.Context
	end   func()
	at    *connection
	tab   string
	until atomic.Int64 // of the clock now; 0 when it could not be written down
}

func (b *browser) newLease(ctx context.Context) *lease {
	l := &lease{at: &b.leases, tab: rand.Text()}
	l.Context, l.end = context.WithCancel(ctx)
	return l
}

// Err looks at the clock: what renews the lease has not run while the tab stood still.
func (l *lease) Err() error {
	if until := l.until.Load(); until != 0 && until <= now() {
		l.end()
	}
	return l.Context.Err()
}

// keep renews the lease until that ends, and gives it back then. One that is over is not
// renewed, even when no other tab has taken it yet.
func (l *lease) keep() {
	for pause(l.Context, leaseRenewal) && l.Err() == nil {
		if taken, err := l.take(l.Context); !taken && err == nil {
			l.end()
		}
	}
	l.change(context.Background(), func(owner string, _ int64) any {
		if owner == l.tab {
			return map[string]any{"owner": "", "until": 0}
		}
		return nil
	})
}

// take takes the lease, or renews it. It reports false when another tab has it.
func (l *lease) take(ctx context.Context) (taken bool, err error) {
	next := int64(0)
	err = l.change(ctx, func(owner string, until int64) any {
		now := now()
		if taken = owner == l.tab || until <= now; !taken {
			return nil
		}
		next = now + leaseTime.Milliseconds()
		return map[string]any{"owner": l.tab, "until": next}
	})
	if taken = taken && err == nil; taken {
		l.until.Store(next)
	}
	return taken, err
}

// change has next say what is written in place of the lease; nil when it is to stay.
func (l *lease) change(ctx context.Context, next func(owner string, until int64) any) error {
	const key = 1
	var all handlers
	defer all.release()
	return l.at.transact(ctx, leases, "readwrite", "relaxed", func(store js.Value) {
		request := store.Call("get", key)
		all.set(request, "onsuccess", func(js.Value) {
			owner, until := "", int64(0)
			if now := request.Get("result"); now.Truthy() {
				owner, until = now.Get("owner").String(), int64(now.Get("until").Float())
			}
			if to := next(owner, until); to != nil {
				store.Call("put", to, key)
			}
		})
	})
}

// pause returns after d, or false when ctx ends.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
