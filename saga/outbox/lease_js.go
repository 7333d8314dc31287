package outbox

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"syscall/js"
	"time"
)

var ( // replaced by tests
	leaseTime     = 10 * time.Second // after which a lease that was not renewed is over
	leaseRenewal  = leaseTime / 3
	leaseInterval = time.Second // at which others check whether it is over
)

const leases = "leases" // the object store

// now returns the time in milliseconds. It is the same for all tabs and, unlike timers, goes on
// while the device sleeps.
var now = func() int64 { return time.Now().UnixMilli() }

// lease waits for the lease, which is then renewed until ctx is done. Without storage there is none,
// and nothing that tabs share: then it returns at once.
func (b *browser) lease(ctx context.Context) (owned context.Context, err error) {
	l := b.newLease(ctx)
	for {
		acquired, err := l.acquire(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if acquired || err != nil {
			go l.renew()
			return l, nil
		}
		sleep(ctx, leaseInterval)
	}
}

// A lease says which tab owns an outbox, and until when. It is in a database of its own, since
// programs of an earlier version keep that of the records open. As a context it is done when this
// tab has lost the lease.
type lease struct {
	context.Context
	end        func()
	connection *connection
	tab        string
	until      atomic.Int64 // by now; 0 when the lease could not be written
}

func (b *browser) newLease(ctx context.Context) *lease {
	l := &lease{connection: &b.leases, tab: rand.Text()}
	l.Context, l.end = context.WithCancel(ctx)
	return l
}

// Err checks the time as well: while the tab was frozen, renew has not run.
func (l *lease) Err() error {
	if until := l.until.Load(); until != 0 && until <= now() {
		l.end()
	}
	return l.Context.Err()
}

// renew renews the lease until it is done, and then gives it back. A lease that is over is not
// renewed, even if no other tab has acquired it.
func (l *lease) renew() {
	for sleep(l.Context, leaseRenewal) && l.Err() == nil {
		if acquired, err := l.acquire(l.Context); !acquired && err == nil {
			l.end()
		}
	}
	l.update(context.Background(), func(owner string, _ int64) any {
		if owner == l.tab {
			return map[string]any{"owner": "", "until": 0}
		}
		return nil
	})
}

// acquire acquires the lease, or renews it. It returns false when another tab has it.
func (l *lease) acquire(ctx context.Context) (acquired bool, err error) {
	next := int64(0)
	err = l.update(ctx, func(owner string, until int64) any {
		now := now()
		if acquired = owner == l.tab || until <= now; !acquired {
			return nil
		}
		next = now + leaseTime.Milliseconds()
		return map[string]any{"owner": l.tab, "until": next}
	})
	if acquired = acquired && err == nil; acquired {
		l.until.Store(next)
	}
	return acquired, err
}

// update writes what next returns, unless that is nil.
func (l *lease) update(ctx context.Context, next func(owner string, until int64) any) error {
	const key = 1
	var all handlers
	defer all.release()
	return l.connection.transact(ctx, leases, "readwrite", "relaxed", func(store js.Value) {
		request := store.Call("get", key)
		all.set(request, "onsuccess", func(js.Value) {
			owner, until := "", int64(0)
			if current := request.Get("result"); current.Truthy() {
				owner, until = current.Get("owner").String(), int64(current.Get("until").Float())
			}
			if updated := next(owner, until); updated != nil {
				store.Call("put", updated, key)
			}
		})
	})
}

// sleep waits for d. It returns false when ctx is done before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
