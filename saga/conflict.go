package saga

import (
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// onConflict ends the task of an entry that the log has dropped. What else the task has
// changed is taken back as well. The log calls it outside of the store's lock.
func (t *Task) onConflict(c atom.Conflict) {
	away := false
	t.store.Batch(func(b *atom.Batch) {
		if t.State() != Running {
			return
		}
		if away = t.spec.durable != nil && !slices.Contains(t.entries, c.Entry); away && t.isAway() {
			t.conflict = &c // it was taken out, and could not be entered again
		}
		away = away || t.stayAway(b, &c)
	})
	if away {
		t.spec.durable.wentAway(t)
		return
	}
	t.end(Conflict, fmt.Errorf("%w: %s: %w", ErrConflict, c.Path, c.Err), func(b *atom.Batch) error {
		t.conflict = &c
		t.drop(b)
		return nil
	})
	t.store.Batch(t.release) // a task that has succeeded may have waited for a base
}

// Conflict returns why the change of a task that ended as [Conflict] could not be
// re-applied; ok is false for any other task. What the page can do about it:
//
//   - drop the change: [Task.Dismiss];
//   - keep it, or edit it: [Resolve], with Mine or what somebody makes of Mine and Theirs;
//   - run it again as it is: [Task.Retry].
//
// The change of an element that is gone has nothing to be written to: put the element back
// first, or write to the list that it was in.
func (t *Task) Conflict() (c atom.Conflict, ok bool) {
	if t.State() != Conflict {
		return c, false
	}
	return *t.conflict, true
}

// newConflict returns the conflict of a change that could not be dispatched again. It is no
// longer in the log, so neither what it had made is known, nor what it was made of.
func (t *Task) newConflict(err error) *atom.Conflict {
	c := &atom.Conflict{Err: err}
	if len(t.entries) > 0 {
		c.Entry = t.entries[0]
	}
	if t.spec.on != nil {
		c.Path = t.spec.on.String()
	}
	return c
}

// conflictErr returns the error of a task that ends because of its conflict.
func (t *Task) conflictErr() error {
	return fmt.Errorf("%w: %s: %w", ErrConflict, t.conflict.Path, t.conflict.Err)
}
