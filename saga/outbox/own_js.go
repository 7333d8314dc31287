package outbox

import (
	"context"
	"errors"
	"syscall/js"
	"time"

	"github.com/atomsaga/atomsaga/internal/await"
	"github.com/atomsaga/atomsaga/internal/wait"
)

// Own implements [saga.Outbox] by a Web Lock, which the browser gives to the next tab when this one
// is closed or has crashed. Where there are no locks, as on a page that was not loaded by https, or
// where they are denied, it uses a lease in the browser's storage. Without storage each tab owns
// what is run in it.
//
// The context that it returns is done when the lock is stolen, or when the lease is over, which
// happens when the tab was frozen for long.
func (b *browser) Own(ctx context.Context) (owned context.Context, err error) {
	wait.Check("outbox: Own")
	locks, err := catch(func() js.Value { return js.Global().Get("navigator").Get("locks") })
	for err == nil && locks.Truthy() {
		if owned, err = b.requestLock(ctx, locks); err == nil || ctx.Err() != nil {
			return owned, err
		}
		if err == errStuck {
			err = nil
		}
	}
	return b.lease(ctx)
}

// errStuck says that no tab has the lock, and this one does not get it either. In Chromium that
// happens when a tab is closed while it gets the lock. Another request succeeds.
var errStuck = errors.New("outbox: the lock is nobody's")

// lockInterval is how often it is checked that some tab has the lock, and how long the browser may
// take to answer that.
const lockInterval = 5 * time.Second

// requestLock waits for the lock, and holds it until ctx is done, or it is stolen. An error other
// than errStuck and ctx's says that this page has no locks.
func (b *browser) requestLock(ctx context.Context, locks js.Value) (_ context.Context, err error) {
	lock, end := context.WithCancel(ctx)
	defer func() {
		if err != nil {
			end()
		}
	}()
	ticker := time.NewTicker(lockInterval)
	defer ticker.Stop()
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
		request, err := catch(func() js.Value { return locks.Call("request", b.name, options, hold) })
		if err == nil {
			_, err = await.Promise(context.Background(), request, "outbox: the lock")
		}
		ended <- err
		end() // if this tab had the lock, it was stolen or given back
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
		case <-ticker.C:
			held, err := b.isHeld(ctx, locks)
			if held {
				continue
			}
			abort.Call("abort") // has no effect if this tab has got the lock
			select {
			case <-granted:
				return lock, nil
			case <-ended:
			case <-time.After(lockInterval):
				err = errNoLocks
			}
			if err != nil {
				return nil, err
			}
			return nil, errStuck
		}
	}
}

// errNoLocks says that the browser does not answer requests about locks.
var errNoLocks = errors.New("outbox: the browser says nothing of its locks")

// isHeld reports whether some tab has the lock.
func (b *browser) isHeld(ctx context.Context, locks js.Value) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, lockInterval)
	defer cancel()
	query, err := catch(func() js.Value { return locks.Call("query") })
	if err != nil {
		return false, err
	}
	snapshot, err := await.Promise(ctx, query, "outbox: the lock")
	if err != nil {
		return false, err
	}
	held := snapshot.Get("held")
	for n := range held.Length() {
		if held.Index(n).Get("name").String() == b.name {
			return true, nil
		}
	}
	return false, nil
}
