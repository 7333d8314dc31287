package saga

import (
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
)

// succeed keeps the change and dispatches the post-effect.
func (t *Task) succeed(p program) {
	t.end(Succeeded, nil, func(b *atom.Batch) error {
		if d := t.spec.durable; d != nil && t.isAway() && !t.confirmed {
			d.reenter(b, t)
		}
		if err := t.settleAll(b); err != nil {
			return err
		}
		if t.expecting {
			t.remindAll(b)
		}
		t.post(b, p)
		return nil
	})
}

// post dispatches the post-effect. One that ends the goroutine changes nothing.
func (t *Task) post(b *atom.Batch, p program) {
	err := ErrEffectExited
	defer func() {
		if err != nil {
			t.setPostErr(fmt.Errorf("saga: post-effect: %w", err))
		}
	}()
	var post *atom.Entry
	if post, err = p.post(b); post != nil {
		t.settle(b, post)
		t.entries = append(t.entries, post)
	}
}

// settleAll settles all entries, or returns an error and settles none when one of them is
// no longer live.
func (t *Task) settleAll(b *atom.Batch) error {
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

// settle has a live entry stay: for good, or until a base contains it.
func (t *Task) settle(b *atom.Batch, e *atom.Entry) {
	if t.expecting {
		e.Await(b)
	} else {
		e.Succeed(b)
	}
}

// fail takes the change back.
func (t *Task) fail(err error) { t.end(Failed, err, t.drop) }

// drop takes the change back. It returns an error when the log has dropped an entry already.
func (t *Task) drop(b *atom.Batch) (err error) {
	t.forget()
	each(t.entries, func(e *atom.Entry) {
		if left := e.Drop(b); left != nil {
			err = left
		}
	})
	return err
}

// each calls f with every element of all, even if a user's function that f calls ends the
// goroutine: the others follow while it ends.
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

// end ends the task, unless it has ended, and announces that. See endIn.
//
//go:noinline
func (t *Task) end(state State, err error, leave func(*atom.Batch) error) {
	t.batch(func(b *atom.Batch) { t.endIn(b, state, err, leave) })
}

// batch runs f in a batch of the store, and announces the end of the task if it has ended
// there. No user's function that f calls, or that is notified, can prevent that: it may panic
// or end the goroutine.
func (t *Task) batch(f func(*atom.Batch)) {
	ended := false
	defer func() {
		if ended {
			t.announceEnd()
		}
	}()
	t.store.Batch(func(b *atom.Batch) {
		running := t.State() == Running
		defer func() { ended = running && t.State() != Running }()
		f(b)
		t.registry.inspect(b)
	})
}

// endIn ends the task in a batch, and reports whether it did: false for a task that has ended
// already. The caller has announceEnd called after the batch.
//
// leave settles or drops the entries; nil leaves them as they are. If it fails, the log has
// already dropped one; onConflict will end the task, so endIn reports false.
func (t *Task) endIn(b *atom.Batch, state State, err error, leave func(*atom.Batch) error) bool {
	if t.State() != Running {
		return false
	}
	if t.confirmed { // the server has the change, whatever the effect says
		state, err, leave = Succeeded, nil, nil
	}
	if leave != nil {
		returned := false
		defer func() {
			if !returned { // an update that was applied again has ended the goroutine
				t.setEnded(b, state, err)
			}
		}()
		failed := leave(b)
		if returned = true; failed != nil {
			return false
		}
	}
	t.setEnded(b, state, err)
	return true
}

func (t *Task) setEnded(b *atom.Batch, state State, err error) {
	t.setState(state, err)
	t.registry.ended(b, t)
	if d := t.spec.durable; d != nil {
		d.ended(b, t)
	}
}

// announceEnd ends the effect's context, calls the handlers of [OnError], and lets Wait
// return. It is called once, without the store's lock.
func (t *Task) announceEnd() {
	defer close(t.done) // even if a handler panics
	t.cancelEffect()
	if t.stopContext != nil {
		t.stopContext()
	}
	if t.burst != nil {
		t.burst.stopContexts()
	}
	if t.failed() || t.PostErr() != nil {
		t.registry.report(t)
	}
}
