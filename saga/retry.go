package saga

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"time"
)

// A Backoff says how often, and after what time, an effect that has failed is
// tried again: the n-th time after a random time between 0 and Base·2ⁿ⁻¹, at
// most Max ("full jitter", so that many clients do not come back all at once:
// M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
//
// An error whose RetryAfter method returns a duration, as a server's answer
// with a Retry-After header does, is tried again no earlier than that. But nobody's
// change waits for days: of what a server asks for, an hour is granted, or Max if that is
// longer.
type Backoff struct {
	Retries int           // after the first attempt; 0 for none
	Base    time.Duration // 200 ms unless it is positive
	Max     time.Duration // 30 s unless it is positive
}

// granted is the longest time that a server is left alone for because it asks for it.
const granted = time.Hour

// Retry has the effect tried again up to n times, with the default [Backoff],
// before the saga fails. [Permanent] errors are not tried again.
func (s Saga[T]) Retry(n int) Saga[T] { return s.RetryWith(Backoff{Retries: n}) }

// RetryWith is [Saga.Retry] with times of your own.
func (s Saga[T]) RetryWith(b Backoff) Saga[T] {
	s.retry = b
	return s
}

// Permanent marks an error that trying again will not cure. A nil error stays
// nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanent{err}
}

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

// next returns how long to wait after the n-th attempt has failed with err, and
// whether to try again at all.
func (b Backoff) next(n int, err error) (wait time.Duration, again bool) {
	if n > b.Retries || isPermanent(err) {
		return 0, false
	}
	base, limit := b.Base, b.Max
	if base <= 0 {
		base = 200 * time.Millisecond
	}
	if limit <= 0 {
		limit = 30 * time.Second
	}
	ceiling := limit
	if shift := min(n-1, 62); base <= limit>>shift {
		ceiling = base << shift
	}
	wait = rand.N(min(ceiling, math.MaxInt64-1) + 1)
	type busy interface {
		error
		RetryAfter() time.Duration
	}
	if server, is := errors.AsType[busy](err); is {
		wait = max(wait, min(server.RetryAfter(), max(granted, limit)))
	}
	return wait, true
}

// sleep waits, and reports false when ctx ends first.
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
