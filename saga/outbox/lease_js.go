package outbox

import (
	"context"
	"crypto/rand"
	"syscall/js"
	"time"
)

// A lease ends by itself, and is renewed three times in its time.
var (
	leaseTime = 10 * time.Second
	leaseLook = time.Second // how often others look whether it was given back
)

const leases = "leases"

// lease waits for the lease, and has it until ctx ends. Where the browser keeps
// nothing there is nobody to share the outbox with.
func (b *browser) lease(ctx context.Context) error {
	l := &lease{connection{name: b.name + " owner", stores: []string{leases}, opened: func() {}}, rand.Text()}
	for {
		taken, err := l.take(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if taken || err != nil {
			go l.keep(ctx)
			return nil
		}
		pause(ctx, leaseLook)
	}
}

// A lease is who owns an outbox, and until when: in a database of its own, for
// programs of an earlier version have those of the records open.
type lease struct {
	connection
	tab string
}

// keep renews the lease until ctx ends, and gives it back then.
func (l *lease) keep(ctx context.Context) {
	for pause(ctx, leaseTime/3) {
		l.take(ctx)
	}
	l.change(context.Background(), func(owner string, _ float64) any {
		if owner == l.tab {
			return map[string]any{"owner": "", "until": 0}
		}
		return nil
	})
}

// take takes the lease, or renews it. It reports false when another tab has it.
func (l *lease) take(ctx context.Context) (taken bool, err error) {
	err = l.change(ctx, func(owner string, until float64) any {
		now := float64(time.Now().UnixMilli())
		if taken = owner == l.tab || until < now; !taken {
			return nil
		}
		return map[string]any{"owner": l.tab, "until": now + float64(leaseTime.Milliseconds())}
	})
	return taken && err == nil, err
}

// change has next say what is written in place of the lease; nil when it is to stay.
func (l *lease) change(ctx context.Context, next func(owner string, until float64) any) error {
	const key = 1
	var all handlers
	defer all.release()
	return l.transact(ctx, leases, "readwrite", "relaxed", func(store js.Value) {
		request := store.Call("get", key)
		all.set(request, "onsuccess", func(js.Value) {
			owner, until := "", 0.0
			if now := request.Get("result"); now.Truthy() {
				owner, until = now.Get("owner").String(), now.Get("until").Float()
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
