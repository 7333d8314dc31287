package saga

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// conflict ends the task of an entry that the log has dropped. What else the
// task has changed goes with it.
func (t *Task) conflict(c atom.Conflict) {
	kept := false
	t.store.Batch(func(b *atom.Batch) {
		if t.State() != Running {
			return
		}
		if kept = t.launch.durable != nil && !slices.Contains(t.entries, c.Entry); kept && t.isAway() {
			t.clash = &c // it was taken out, and could not be entered again
		}
		kept = kept || t.isKept(b, &c)
	})
	if kept {
		t.launch.durable.away(t)
		return
	}
	t.end(Conflict, fmt.Errorf("%w: %s: %w", ErrConflict, c.Path, c.Err), func(b *atom.Batch) error {
		t.clash = &c
		t.drop(b)
		return nil
	})
	t.store.Batch(t.release) // one that has succeeded may have waited for a base
}

// Conflict tells why the change of a task that ended as [Conflict] could not be
// re-applied; ok is false for any other task. What the page can do about it:
//
//   - drop it: [Task.Dismiss];
//   - keep it, or edit it: [Resolve], with Mine or what somebody makes of Mine
//     and Theirs;
//   - run it again as it is: [Task.Retry].
//
// The change of an element that is gone has nothing to be written to: put the
// element back first, or write to the list that it was in.
func (t *Task) Conflict() (c atom.Conflict, ok bool) {
	if t.State() != Conflict {
		return c, false
	}
	return *t.clash, true
}

// clashOf tells of a change that could not be dispatched again: it is in the log
// no more, so there is neither what it had made, nor what it was made of.
func (t *Task) clashOf(err error) *atom.Conflict {
	c := &atom.Conflict{Err: err}
	if len(t.entries) > 0 {
		c.Entry = t.entries[0]
	}
	if t.launch.on != nil {
		c.Path = t.launch.on.String()
	}
	return c
}

// clashErr is the error of a task that has ended as a Conflict for its clash.
func (t *Task) clashErr() error {
	return fmt.Errorf("%w: %s: %w", ErrConflict, t.clash.Path, t.clash.Err)
}

// Resolve runs the saga of a task that was not to be again as a new change, like
// [Task.Retry], with update in place of its own, on what is there now:
//
//	if c, ok := task.Conflict(); ok {
//		saga.Resolve(task, func(k *Kind) { k.Name = c.Mine.(Kind).Name })
//	}
//
// The effect of a [New] is handed what its own update had returned. Of a durable saga it
// is a change of this page alone, since no input makes it: it is not kept when the page is
// closed, and its record leaves the outbox once it has succeeded.
//
// It panics when the saga was not run on an atom of a T: a transaction, which
// can only be retried, was not.
func Resolve[T any](t *Task, update func(*T)) *Task {
	was, ok := t.work.(*run[T])
	if !ok {
		panic(fmt.Sprintf("saga: the task was not run on an atom of %v", reflect.TypeFor[T]()))
	}
	t.registry.dismiss(t.store, t)
	again := t.runAgain(func() work { return was.instead(update) })
	if d := t.launch.durable; d != nil {
		go func() {
			if <-again.done; again.State() == Succeeded {
				d.dismissed()
			}
		}()
	}
	return again
}
