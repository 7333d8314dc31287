package saga

import (
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
)

// succeed keeps the change, and makes the one of the post-effect.
func (t *Task) succeed(w work) {
	t.end(Succeeded, nil, func(b *atom.Batch) error {
		if d := t.launch.durable; d != nil && t.isAway() && !t.confirmed {
			d.enters(b, t)
		}
		if err := t.confirm(b); err != nil {
			return err
		}
		if t.expecting {
			t.remind(b)
		}
		t.post(b, w)
		return nil
	})
}

// post makes the post-effect's change. One that ends the goroutine makes none.
func (t *Task) post(b *atom.Batch, w work) {
	err := ErrEffectExited
	defer func() {
		if err != nil {
			t.setPostErr(fmt.Errorf("saga: post-effect: %w", err))
		}
	}()
	var post *atom.Entry
	if post, err = w.post(b); post != nil {
		t.settle(b, post)
		t.entries = append(t.entries, post)
	}
}

// confirm has all entries stay; none, when one of them has left.
func (t *Task) confirm(b *atom.Batch) error {
	for _, e := range t.entries {
		if !e.Live(b) {
			return atom.ErrDropped
		}
	}
	for _, e := range t.entries {
		t.settle(b, e)
	}
	return nil
}

// settle has a live entry stay: for good, or until a base has it.
func (t *Task) settle(b *atom.Batch, e *atom.Entry) {
	if t.expecting {
		e.Await(b)
	} else {
		e.Succeed(b)
	}
}

// fail takes the change back.
func (t *Task) fail(err error) { t.end(Failed, err, t.drop) }

func (t *Task) drop(b *atom.Batch) (err error) {
	t.forget()
	each(t.entries, func(e *atom.Entry) {
		if left := e.Drop(b); left != nil {
			err = left
		}
	})
	return err
}

// each calls f with all of them, although a user's function that f calls may end the
// goroutine: the rest is done while it ends.
func each[E any](all []E, f func(E)) {
	i := 0
	defer func() {
		if i < len(all) {
			each(all[i:], f)
		}
	}()
	for i < len(all) {
		i++
		f(all[i-1])
	}
}

// end ends the task, once.
//
//go:noinline
func (t *Task) end(state State, err error, leave func(*atom.Batch) error) {
	t.batch(func(b *atom.Batch) { t.endIn(b, state, err, leave) })
}

// batch runs f, and tells who has to know when the task has ended in it. Nothing that
// a user's function does, called by f or told of it, keeps that back: it may panic or
// end the goroutine.
func (t *Task) batch(f func(*atom.Batch)) {
	ended := false
	defer func() {
		if ended {
			t.tell()
		}
	}()
	t.store.Batch(func(b *atom.Batch) {
		running := t.State() == Running
		defer func() { ended = running && t.State() != Running }()
		f(b)
	})
}

// endIn changes the task's state and the log in one batch; it reports false
// when the task has ended otherwise. leave settles the entries; it fails when
// the log has dropped one already, and is about to say so: see conflict.
func (t *Task) endIn(b *atom.Batch, state State, err error, leave func(*atom.Batch) error) bool {
	if t.State() != Running {
		return false
	}
	if t.confirmed {
		state, err, leave = Succeeded, nil, nil // whatever the effect says: the server has it
	}
	if leave != nil {
		returned := false
		defer func() {
			if !returned { // a user's update that was applied again has ended the goroutine
				t.endAs(b, state, err)
			}
		}()
		failed := leave(b)
		if returned = true; failed != nil {
			return false
		}
	}
	t.endAs(b, state, err)
	return true
}

func (t *Task) endAs(b *atom.Batch, state State, err error) {
	t.become(state, err)
	t.registry.ended(b, t)
	if d := t.launch.durable; d != nil {
		d.ended(b, t)
	}
}

// tell lets go of the effect, and tells who has to know that the task has ended.
func (t *Task) tell() {
	defer close(t.done) // whatever those do who are told
	t.cancelEffect()
	if t.letGo != nil {
		t.letGo()
	}
	if t.burst != nil {
		t.burst.letGo()
	}
	if t.failed() || t.PostErr() != nil {
		t.registry.report(t)
	}
}
