package saga

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// Stale marks an error of a server that has refused [Task.PatchSent], because it has another
// value than the page, and has changed nothing. A nil error stays nil.
//
// The patch is then made anew from the value that is there by then, and the effect called
// again: at once if the patch is another one, or if an earlier change of the same thing, which
// it was made of, has been waited for; else with the pauses of the saga's [Backoff], since
// what the server has may be on its way to the page. That happens up to four times, or
// Backoff.Retries times if that is more, and then the saga fails. A patch without tests that
// stays the same is not sent again.
func Stale(err error) error {
	if err == nil {
		return nil
	}
	return &stale{err}
}

type stale struct{ error }

func (s *stale) Unwrap() error { return s.error }

func isStale(err error) bool {
	_, is := errors.AsType[*stale](err)
	return is
}

// minRemakes is how often a patch is made anew whatever the backoff says.
const minRemakes = 4

// tryAgain returns how long to wait after the n-th attempt has failed with err, and whether
// to try again at all.
func (t *Task) tryAgain(n int, err error, b Backoff) (wait time.Duration, again bool) {
	t.mu.Lock()
	refused := t.texts
	t.mu.Unlock()
	if refused == nil || !isStale(err) {
		return b.next(n-t.remade, err)
	}
	if t.remade++; t.remade > max(b.Retries, minRemakes) {
		return 0, false
	}
	waited := t.awaitEarlier()
	t.mu.Lock()
	t.texts = nil
	t.mu.Unlock()
	if d := t.spec.durable; d != nil {
		d.patchRefused()
	}
	switch now, err := t.encodePatches(); {
	case err != nil:
		return 0, false
	case waited || !slices.EqualFunc(refused, now, bytes.Equal):
		return 0, true
	case !slices.ContainsFunc(refused, hasTest):
		return 0, false
	}
	b.Retries = math.MaxInt
	return b.next(t.remade, nil)
}

func hasTest(patch []byte) bool { return bytes.Contains(patch, []byte(`{"op":"test",`)) }

// awaitEarlier waits for the tasks that were run before on what this one is about, and
// reports whether there were any: its patch was made of what they have changed, which the
// server may not have yet. A durable saga has waited for those that are durable already.
func (t *Task) awaitEarlier() (waited bool) {
	if t.spec.durable != nil || t.spec.on == nil {
		return false
	}
	var earlier []*Task
	t.store.Batch(func(b *atom.Batch) {
		for x := t.prev; x != nil; x = x.prev {
			if x.concerns(b, t.spec.on) {
				earlier = append(earlier, x)
			}
		}
	})
	if len(earlier) == 0 {
		return false
	}
	t.setWaiting(true)
	t.notifyStatus()
	defer t.setWaiting(false)
	for _, x := range earlier {
		select {
		case <-x.done:
		case <-t.ctx.Done():
			return true
		}
	}
	return true
}
