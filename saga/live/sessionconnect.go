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

const (
	streamTimeout = 40 * time.Second // without any message, after which a stream counts as dead
	hiddenGrace   = 10 * time.Second // that a page may be hidden before its stream is closed
	minUptime     = 10 * time.Second // after which the end of a stream is not another failure in a row
	minBackoff    = 500 * time.Millisecond
	maxBackoff    = 30 * time.Second
)

var (
	errHidden  = errors.New("live: nobody looks at the page")
	errOffline = errors.New("live: the network is gone")
	errSilent  = fmt.Errorf("%w: not a word for %v", ErrStream, streamTimeout)
)

// backoff returns how long to wait after the n-th failure in a row: a random time, so that pages
// that have lost their server at the same time do not come back at the same time.
func backoff(n int) time.Duration {
	return rand.N(min(maxBackoff, minBackoff<<min(n, 16))) + minBackoff/10
}

// connect keeps a stream open, while one is wanted, until ctx is done.
func (s *session) connect(ctx context.Context) {
	defer s.env.watch(s.signal)()
	failures := 0
	for {
		if !s.waitUntilWanted(ctx) {
			return
		}
		start := time.Now()
		err := s.followStream(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(start) > minUptime {
			failures = 0
		}
		if !errors.Is(err, ErrStream) {
			continue // it is not wanted any more, or has to begin again
		}
		s.OnError(err)
		failures++
		s.setStreamStatus(cmp.Or(statusOf(err), Offline))
		s.pause(ctx, backoff(failures))
	}
}

// waitUntilWanted waits until a stream is wanted. It returns false when ctx is done.
func (s *session) waitUntilWanted(ctx context.Context) bool {
	for {
		switch visible, online := s.env.state(); {
		case !online:
			s.setStreamStatus(Offline)
		case s.takeRetry():
			s.Refetch()
			continue
		case !visible:
			s.setStreamStatus(Paused)
		case !s.isLoaded():
			s.setStreamStatus(Connecting)
		default:
			return ctx.Err() == nil
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return false
		}
	}
}

// pause waits for d, or until signal is called.
func (s *session) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.wake:
	case <-ctx.Done():
	}
}

// followStream follows the stream until it ends, or is not wanted any more.
func (s *session) followStream(ctx context.Context) error {
	ctx, breakStream := context.WithCancelCause(ctx)
	defer breakStream(nil)
	s.store.Batch(func(*atom.Batch) { s.breakStream = breakStream })
	timeout := time.AfterFunc(streamTimeout, func() { breakStream(errSilent) })
	defer timeout.Stop()
	defer s.closeWhenHidden(ctx, breakStream)()

	err := s.env.follow(ctx, s.URL, s.position, func(m message) {
		timeout.Reset(streamTimeout)
		if err := s.handle(m); err != nil {
			s.recoverFrom(err)
		}
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return fmt.Errorf("%w: %w", ErrStream, err)
}

// closeWhenHidden ends the stream when the device is offline, or the page has been hidden for a
// while.
func (s *session) closeWhenHidden(ctx context.Context, breakStream func(error)) (stop func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			graceOver := make(<-chan time.Time)
			switch visible, online := s.env.state(); {
			case !online:
				breakStream(errOffline)
				return
			case !visible:
				graceOver = time.After(hiddenGrace)
			}
			select {
			case <-s.wake:
			case <-graceOver:
				breakStream(errHidden)
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		breakStream(nil)
		<-ended
	}
}

// handle handles a message of the stream. Its error wraps ErrEvent.
func (s *session) handle(m message) error {
	switch m.event {
	case "down": // from the tab that has the connection
		s.setStreamStatus(Connecting)
		return nil
	case "", "gap", "beat":
		s.setStreamStatus(Following)
	default:
		return nil // as a browser ignores events that nobody listens to
	}
	if m.event == "beat" {
		return nil
	}
	at, err := parsePosition(m.id)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrEvent, err)
	}
	if m.event == "gap" {
		s.handleGap(at)
		return nil
	}
	var e Event
	if err := json.Unmarshal([]byte(m.data), &e); err != nil {
		return fmt.Errorf("%w: %w", ErrEvent, err)
	}
	e.Version, e.Database = at.version, at.database
	otherDatabase := at.database != s.position().database
	s.receive(e)
	if otherDatabase {
		s.handleOtherDatabase(at)
	}
	return nil
}

func (s *session) isLoaded() (loaded bool) {
	s.store.Batch(func(*atom.Batch) { loaded = s.loaded })
	return loaded
}

// takeRetry reports, once, that a failed load waits to be repeated.
func (s *session) takeRetry() (waits bool) {
	s.store.Batch(func(*atom.Batch) { waits, s.retryWaits = s.retryWaits, false })
	return waits
}

// signal wakes connect. It may be called on any goroutine.
func (s *session) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
