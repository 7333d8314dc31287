package live

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A world is what the connection needs of where it runs.
type world struct {
	// follow brings the messages of the stream at url behind a position, until
	// ctx ends or the stream does. It reads the position again whenever it
	// begins anew by itself.
	follow func(ctx context.Context, url string, at func() position, got func(message)) error

	// look tells whether somebody can see the page, and whether there is a network.
	look func() (seen, online bool)

	// watch has changed called when that may be otherwise.
	watch func(changed func()) (stop func())
}

// A message is one server-sent event.
type message struct{ id, event, data string }

const (
	silence  = 40 * time.Second // without even a beat, after which a stream counts as dead
	hidden   = 10 * time.Second // that a page may be, before its stream is closed
	lasting  = 10 * time.Second // that a stream has to be open to be no failure
	firstTry = 500 * time.Millisecond
	lastTry  = 30 * time.Second
)

var (
	errHidden  = errors.New("live: nobody looks at the page")
	errOffline = errors.New("live: the network is gone")
	errSilent  = fmt.Errorf("%w: not a word for %v", ErrStream, silence)
)

// backoff is how long to wait after the n-th failure in a row: a random time, so
// that pages that have lost their server together do not come back together.
func backoff(n int) time.Duration {
	return rand.N(min(lastTry, firstTry<<min(n, 16))) + firstTry/10
}

// connect keeps a stream open until ctx ends, whenever there is a reason to.
func (x *following) connect(ctx context.Context) {
	defer x.world.watch(x.signal)()
	failures := 0
	for {
		if !x.wait(ctx) {
			return
		}
		began := time.Now()
		err := x.stream(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > lasting {
			failures = 0
		}
		if !errors.Is(err, ErrStream) {
			continue // it was closed for a reason that wait knows, or is to begin again
		}
		x.OnError(err)
		failures++
		x.connected(cmp.Or(statusOf(err), Offline))
		x.pause(ctx, backoff(failures))
	}
}

// wait waits until a stream is wanted; false when ctx ends.
func (x *following) wait(ctx context.Context) bool {
	for {
		switch seen, online := x.world.look(); {
		case !online:
			x.connected(Offline)
		case x.isOverdue():
			x.Refetch()
			continue
		case !seen:
			x.connected(Paused)
		case !x.isLoaded():
			x.connected(Connecting)
		default:
			return ctx.Err() == nil
		}
		select {
		case <-x.wake:
		case <-ctx.Done():
			return false
		}
	}
}

// pause waits, or until something has changed.
func (x *following) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.wake:
	case <-ctx.Done():
	}
}

// stream follows the stream until it breaks, or is not wanted any more.
func (x *following) stream(ctx context.Context) error {
	ctx, broken := context.WithCancelCause(ctx)
	defer broken(nil)
	x.store.Batch(func(*atom.Batch) { x.broken = broken })
	dead := time.AfterFunc(silence, func() { broken(errSilent) })
	defer dead.Stop()
	defer x.closeUnseen(ctx, broken)()

	err := x.world.follow(ctx, x.URL, x.position, func(m message) {
		dead.Reset(silence)
		if err := x.receive(m); err != nil {
			x.mend(err)
		}
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("%w: %w", ErrStream, err)
}

// closeUnseen ends the stream when the network is gone, or when nobody has looked for a
// while.
func (x *following) closeUnseen(ctx context.Context, broken func(error)) (stop func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			unseen := make(<-chan time.Time)
			switch seen, online := x.world.look(); {
			case !online:
				broken(errOffline)
				return
			case !seen:
				unseen = time.After(hidden)
			}
			select {
			case <-x.wake:
			case <-unseen:
				broken(errHidden)
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		broken(nil)
		<-ended
	}
}

// receive takes a message in.
func (x *following) receive(m message) error {
	switch m.event {
	case "down":
		x.connected(Connecting)
		return nil
	case "", "gap", "beat":
		x.connected(Following)
	default:
		return nil // of no meaning here, as a browser sees it
	}
	if m.event == "beat" {
		return nil
	}
	at, err := parsePosition(m.id)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrEvent, err)
	}
	if m.event == "gap" {
		x.gap(at)
		return nil
	}
	var e Event
	if err := json.Unmarshal([]byte(m.data), &e); err != nil {
		return fmt.Errorf("%w: %w", ErrEvent, err)
	}
	e.Version, e.Database = at.version, at.database
	foreign := at.database != x.position().database
	x.take(e)
	if foreign {
		x.meet(at)
	}
	return nil
}

func (x *following) position() (at position) {
	x.store.Batch(func(*atom.Batch) { at = x.at })
	return at
}

func (x *following) isLoaded() (loaded bool) {
	x.store.Batch(func(*atom.Batch) { loaded = x.loaded })
	return loaded
}

// isOverdue reports, once, that a load that has failed is to be tried again by now.
func (x *following) isOverdue() (overdue bool) {
	x.store.Batch(func(*atom.Batch) { overdue, x.overdue = x.overdue, false })
	return overdue
}

// signal has connect look again.
func (x *following) signal() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}
