package saga

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// Run changes a as the saga says, at once, and then runs its effect. The task
// tells how it went.
//
// A refused update (it panicked, or a is missing) changes nothing and calls no
// effect: the task has failed when Run returns. Like every failure it is
// reported to [OnError].
func Run[T any](s *atom.Store, a *atom.Atom[T], r Runnable[T]) *Task {
	saga := r.saga()
	run := saga.begin()
	t := &Task{
		store: s, registry: registryOf(s), on: a, state: Running, began: time.Now(), done: make(chan struct{}),
		again: func() *Task { return Run(s, a, saga) },
	}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), taskKey{}, t))
	t.cancelEffect = cancel
	var next T
	var err error
	s.Batch(func(b *atom.Batch) {
		if t.entry, err = atom.Dispatch(b, a, run.update); err != nil {
			return
		}
		t.entry.OnConflict(t.conflict)
		t.patch = t.entry.Patch(b, 0)
		t.registry.begin(b, t)
		next = a.Get(b)
	})
	switch {
	case err != nil:
		t.end(Failed, err, nil)
	case run.effect == nil:
		succeed(t, a, nil)
	default:
		var timer *time.Timer
		if saga.timeout > 0 {
			timer = time.AfterFunc(saga.timeout, func() { t.fail(ErrTimeout) })
		}
		go func() {
			err := protect(ctx, run.effect, next)
			if timer != nil {
				timer.Stop()
			}
			if err != nil {
				t.fail(err)
			} else {
				succeed(t, a, run.post)
			}
		}()
	}
	return t
}

// protect turns a panic of the effect into an error.
func protect[T any](ctx context.Context, effect func(context.Context, T) error, next T) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrEffectPanicked, reason, debug.Stack())
		}
	}()
	return effect(ctx, next)
}

// succeed keeps the change, and makes the one of the post-effect.
func succeed[T any](t *Task, a *atom.Atom[T], post func(*T)) {
	t.end(Succeeded, nil, func(b *atom.Batch) error {
		if err := t.entry.Succeed(b); err != nil || post == nil {
			return err
		}
		if err := a.Update(b, post); err != nil {
			t.setPostErr(fmt.Errorf("saga: post-effect: %w", err))
		}
		return nil
	})
}

// fail takes the change back.
func (t *Task) fail(err error) { t.end(Failed, err, t.drop) }

func (t *Task) drop(b *atom.Batch) error { return t.entry.Drop(b) }

// conflict ends the task of an entry that the log has dropped.
func (t *Task) conflict(c atom.Conflict) {
	t.end(Conflict, fmt.Errorf("%w: %s: %w", ErrConflict, c.Path, c.Err), nil)
}

// end ends the task, once: its state and the log change in one batch. leave
// settles the entry; it fails when the log has dropped the entry already, and
// is about to say so.
func (t *Task) end(state State, err error, leave func(*atom.Batch) error) {
	ended := false
	t.store.Batch(func(b *atom.Batch) {
		if t.State() != Running {
			return
		}
		if leave != nil {
			if left := leave(b); left != nil {
				state, err = Conflict, fmt.Errorf("%w: %w", ErrConflict, left)
			}
		}
		t.become(state, err)
		if state == Failed || state == Conflict {
			t.registry.fail(b, t)
		}
		ended = true
	})
	if !ended {
		return
	}
	t.cancelEffect()
	if state == Failed || state == Conflict || t.PostErr() != nil {
		t.registry.report(t)
	}
	close(t.done)
}
