package saga

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// AsSent returns [Task.Patch], for an effect that sends it, and has the change
// re-applied from that patch from now on, not by running the update again: the
// page then shows what the server was told. [Saga.AsSent] does so from the start.
//
// The patch is the one of the time of the first call. The error wraps [ErrEnded] when the
// task has ended before: an effect that goes on after its timeout, or after it was
// cancelled, has nothing to send any more. It wraps [draft.ErrPath] when several runs have
// joined and what is below them has changed so that their patches no longer make one.
func (t *Task) AsSent() (patch draft.Changes, err error) {
	t.store.Batch(func(b *atom.Batch) {
		if !t.sent {
			err = t.pin(b) // the effect has its value already
		}
	})
	if err != nil {
		return draft.Changes{}, err
	}
	return t.Patch(), nil
}

// pin keeps the patches as they are now, to be re-applied.
func (t *Task) pin(b *atom.Batch) error {
	if t.State() != Running {
		return fmt.Errorf("%w: there is no patch to send", ErrEnded)
	}
	if err := t.recordPatches(b); err != nil {
		return fmt.Errorf("saga: the patches of %d runs: %w", len(t.entries), err)
	}
	t.freeze(b)
	return nil
}

// PatchSent is AsSent for an effect that sends the patch as JSON (RFC 6902), with the
// tests by which a server refuses it that has another list than the page: see
// [draft.Changes.GuardedPatch]. It is the same on every attempt, of a durable saga after a
// reload, too, when the server may have the change already: until the effect returns an
// error that is [Stale]. Then it is made anew, of the value that is there by that time.
func (t *Task) PatchSent() ([]byte, error) {
	all, err := t.PatchesSent()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// PatchesSent is PatchSent of each edit of a transaction.
func (t *Task) PatchesSent() ([][]byte, error) {
	t.mu.Lock()
	texts := t.texts
	t.mu.Unlock()
	if texts != nil {
		return texts, nil
	}
	texts, err := t.patchTexts()
	if err != nil {
		return nil, err
	}
	if d := t.launch.durable; d != nil {
		texts[0] = d.sending(texts[0])
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.texts == nil {
		t.texts = texts
	}
	return t.texts, nil
}

// patchTexts returns what is sent from now on, which is what is re-applied.
func (t *Task) patchTexts() (texts [][]byte, err error) {
	var patches []draft.Changes
	var before []any
	t.store.Batch(func(b *atom.Batch) {
		if !t.sent || t.State() == Running { // else it is what was sent that is asked for
			err = t.pin(b)
		}
		if err != nil {
			return
		}
		patches = slices.Clone(t.patches)
		for i := range patches {
			before = append(before, t.entries[0].Before(b, i))
		}
	})
	for i, p := range patches {
		text, err := p.GuardedPatch(before[i])
		if err != nil {
			return nil, fmt.Errorf("saga: the patch to send: %w", err)
		}
		texts = append(texts, text)
	}
	return texts, err
}

func (t *Task) freeze(b *atom.Batch) {
	t.sent = true
	for _, e := range t.entries {
		e.PinPatch(b)
	}
}

// Stale marks an error that says that a server has refused [Task.PatchSent] because it
// has another value than the page, and has changed nothing. The patch is made anew then
// from the value that is there by that time, and the effect called again: at once if it is
// another patch, or if an earlier change of the same thing, which it was made of, has been
// waited for; else with the pauses of the saga's [Backoff], since what the server has may be
// on its way to the page. That happens up to four times, or up to Backoff.Retries when
// that is more; a patch without tests, which stays the same, is not sent again. Then the saga
// fails. A nil error stays nil.
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

// remakes is how often a patch is made anew, at least.
const remakes = 4

// tryAgain returns how long to wait after the n-th attempt has failed with err, and
// whether to try again at all.
func (t *Task) tryAgain(n int, err error, b Backoff) (wait time.Duration, again bool) {
	t.mu.Lock()
	refused := t.texts
	t.mu.Unlock()
	if refused == nil || !isStale(err) {
		return b.next(n-t.refusals, err)
	}
	if t.refusals++; t.refusals > max(b.Retries, remakes) {
		return 0, false
	}
	waited := t.awaitEarlier()
	t.mu.Lock()
	t.texts = nil
	t.mu.Unlock()
	if d := t.launch.durable; d != nil {
		d.refused()
	}
	switch now, err := t.patchTexts(); {
	case err != nil:
		return 0, false
	case waited || !slices.EqualFunc(refused, now, bytes.Equal):
		return 0, true
	case !slices.ContainsFunc(refused, hasTest):
		return 0, false
	}
	b.Retries = math.MaxInt
	return b.next(t.refusals, nil)
}

func hasTest(patch []byte) bool { return bytes.Contains(patch, []byte(`{"op":"test",`)) }

// awaitEarlier waits for the tasks that were run before on what this one is about: its
// patch was made of what they have changed, which the server may not have yet. It
// reports whether there were any. A durable saga does not begin before those that
// are durable, too.
func (t *Task) awaitEarlier() (waited bool) {
	if t.launch.durable != nil || t.launch.on == nil {
		return false
	}
	var earlier []*Task
	t.store.Batch(func(b *atom.Batch) {
		for x := t.prev; x != nil; x = x.prev {
			if x.concerns(b, t.launch.on) {
				earlier = append(earlier, x)
			}
		}
	})
	if len(earlier) == 0 {
		return false
	}
	t.setWaiting(true)
	t.nudge()
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
