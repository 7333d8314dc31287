package saga

import (
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
)

// succeed keeps the change, and makes the one of the post-effect.
func (t *Task) succeed(w work) {
	t.end(Succeeded, nil, func(b *atom.Batch) error {
		settle := (*atom.Entry).Succeed
		if t.expecting {
			settle = (*atom.Entry).Await
		}
		for _, e := range t.entries {
			if err := settle(e, b); err != nil {
				return err
			}
		}
		switch post, err := w.post(b); {
		case err != nil:
			t.setPostErr(fmt.Errorf("saga: post-effect: %w", err))
		case post != nil:
			settle(post, b)
			t.entries = append(t.entries, post)
		}
		if t.expecting {
			t.remind(b)
		}
		return nil
	})
}

// fail takes the change back.
func (t *Task) fail(err error) { t.end(Failed, err, t.drop) }

func (t *Task) drop(b *atom.Batch) (err error) {
	t.forget()
	for _, e := range t.entries {
		if left := e.Drop(b); left != nil {
			err = left
		}
	}
	return err
}

// conflict ends the task of an entry that the log has dropped. What else the
// task has changed goes with it.
func (t *Task) conflict(c atom.Conflict) {
	err := fmt.Errorf("%w: %s: %w", ErrConflict, c.Path, c.Err)
	t.end(Conflict, err, func(b *atom.Batch) error { t.drop(b); return nil })
	t.store.Batch(t.release) // one that has succeeded may have waited for a base
}

// end ends the task, once.
func (t *Task) end(state State, err error, leave func(*atom.Batch) error) {
	ended := false
	t.store.Batch(func(b *atom.Batch) { ended = t.endIn(b, state, err, leave) })
	if ended {
		t.tell()
	}
}

// endIn changes the task's state and the log in one batch; it reports false
// when the task had ended. leave settles the entries; it fails when the log has
// dropped one already, and is about to say so.
func (t *Task) endIn(b *atom.Batch, state State, err error, leave func(*atom.Batch) error) bool {
	if t.State() != Running {
		return false
	}
	if t.confirmed {
		state, err, leave = Succeeded, nil, nil // whatever the effect says: the server has it
	}
	if leave != nil {
		if left := leave(b); left != nil {
			state, err = Conflict, fmt.Errorf("%w: %w", ErrConflict, left)
		}
	}
	t.become(state, err)
	t.registry.ended(b, t)
	return true
}

// tell lets go of the effect, and tells who has to know that the task has ended.
func (t *Task) tell() {
	t.cancelEffect()
	if t.failed() || t.PostErr() != nil {
		t.registry.report(t)
	}
	close(t.done)
}
