package outbox

import (
	"context"
	"errors"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/internal/await"
	"github.com/atomsaga/atomsaga/internal/wait"
)

// Own is [saga.Outbox]'s: a Web Lock, which the browser gives to the next tab when
// this one is closed or has crashed. Where there are none, as on a page that did not
// come over https, or where they are denied, it is a lease in the browser's storage,
// and without that each tab sends what it has.
//
// A lease is lost to another tab when this one stands still for long, and a lock when it is
// stolen. What is returned ends then.
func (b *browser) Own(ctx context.Context) (owned context.Context, err error) {
	wait.Check("outbox: Own")
	locks, err := calling(func() js.Value { return js.Global().Get("navigator").Get("locks") })
	for err == nil && locks.Truthy() {
		if owned, err = b.request(ctx, locks); err == nil || ctx.Err() != nil {
			return owned, err
		}
		if err == errStuck {
			err = nil
		}
	}
	return b.lease(ctx)
}

// errStuck says that nobody has the lock, and that we are not given it either: in
// Chromium that happens when a tab goes while it is given the lock. To ask anew helps.
var errStuck = errors.New("outbox: the lock is nobody's")

// stuck is how often we look, and how long the browser may take to say who has it.
const stuck = 5 * time.Second

// request waits for the lock, and holds it until ctx ends, or it is stolen. An error other
// than errStuck and ctx's says that there are no locks for this page.
func (b *browser) request(ctx context.Context, locks js.Value) (_ context.Context, err error) {
	lock, end := context.WithCancel(ctx)
	defer func() {
		if err != nil {
			end()
		}
	}()
	look := time.NewTicker(stuck)
	defer look.Stop()
	abort := js.Global().Get("AbortController").New()
	granted := make(chan struct{})
	var hold, held js.Func
	// The lock is held until the promise that hold returns is settled.
	held = js.FuncOf(func(_ js.Value, args []js.Value) any {
		release := args[0]
		go func() {
			<-lock.Done()
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
		defer hold.Release()
		defer held.Release()
		request, err := calling(func() js.Value { return locks.Call("request", b.name, options, hold) })
		if err == nil {
			_, err = await.Promise(context.Background(), request, "outbox: the lock")
		}
		ended <- err
		end() // if it was ours it is stolen, or given back
	}()
	for {
		select {
		case <-granted:
			return lock, nil
		case err := <-ended:
			return nil, err
		case <-ctx.Done():
			abort.Call("abort")
			return nil, ctx.Err()
		case <-look.C:
			held, err := b.isHeld(ctx, locks)
			if held {
				continue
			}
			abort.Call("abort") // does nothing if we have been given it
			select {
			case <-granted:
				return lock, nil
			case <-ended:
			case <-time.After(stuck):
				err = errNoLocks
			}
			if err != nil {
				return nil, err
			}
			return nil, errStuck
		}
	}
}

// errNoLocks says that the browser does not answer to anything about locks.
var errNoLocks = errors.New("outbox: the browser says nothing of its locks")

// isHeld reports whether some tab has the lock.
func (b *browser) isHeld(ctx context.Context, locks js.Value) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, stuck)
	defer cancel()
	query, err := calling(func() js.Value { return locks.Call("query") })
	if err != nil {
		return false, err
	}
	now, err := await.Promise(ctx, query, "outbox: the lock")
	if err != nil {
		return false, err
	}
	held := now.Get("held")
	for n := range held.Length() {
		if held.Index(n).Get("name").String() == b.name {
			return true, nil
		}
	}
	return false, nil
}
