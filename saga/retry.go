package saga

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"time"
)

// Backoff says how often, and after what time, an effect that has failed is tried again. The
// n-th retry comes after a random time between 0 and the smaller of Base·2ⁿ⁻¹ and Max. (This
// is "full jitter", so that many clients do not come back all at once: M. Brooker, Exponential
// Backoff And Jitter, AWS Architecture Blog, 2015.)
//
// After an error that has a method RetryAfter() time.Duration, as the answer of a server with
// a Retry-After header does, the effect is tried again no earlier than that; but within an
// hour, or Max if that is longer, so that nobody's change waits for days.
type Backoff struct {
	Retries int           // after the first attempt; 0 for none
	Base    time.Duration // 200 ms unless it is positive
	Max     time.Duration // 30 s unless it is positive
}

// maxRetryAfter limits the time that a server may ask for.
const maxRetryAfter = time.Hour

// Permanent marks an error that trying again will not cure: [Saga.Retry] does not. A nil error
// stays nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanent{err}
}

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }

func isPermanent(err error) bool {
	_, is := errors.AsType[*permanent](err)
	return is
}

// next returns how long to wait after the n-th attempt has failed with err, and whether to
// try again at all.
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
		wait = max(wait, min(server.RetryAfter(), max(maxRetryAfter, limit)))
	}
	return wait, true
}

// sleep waits for d, and returns false when ctx ends first.
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
