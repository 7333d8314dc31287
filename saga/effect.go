package saga

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// perform waits for the effect's turn, runs it, as often as the backoff allows,
// and ends the task.
func (t *Task) perform() {
	returned := false
	defer func() {
		if !returned && t.launch.durable == nil { // that has seen to it itself
			t.fail(exited())
		}
	}()
	if d := t.launch.durable; d != nil {
		d.perform(t)
	} else {
		t.carryOut()
	}
	returned = true
}

// carryOut is perform for what is not durable.
func (t *Task) carryOut() {
	if t.Waiting() && !t.turn() || t.ctx.Err() != nil {
		return
	}
	w := t.work // nobody joins any more
	made, err := t.attempt(t.ctx, w)
	for n := 1; err != nil; n++ {
		wait, again := t.tryAgain(n, err, t.performed().retry)
		if !again || !t.pause(wait) {
			t.fail(err)
			return
		}
		made, err = t.attempt(t.ctx, w)
	}
	w.keep(made)
	t.succeed(w)
}

// pause waits before the next attempt; false when the task ends first.
func (t *Task) pause(d time.Duration) bool {
	t.setWaiting(true)
	t.nudge()
	defer t.setWaiting(false)
	return sleep(t.ctx, d)
}

// attempt runs the effect once, within the timeout, and returns what it has made. An
// effect that does not listen to its context is left to itself: what it makes in the
// end is nobody's.
func (t *Task) attempt(ctx context.Context, w work) (result any, err error) {
	t.count()
	var made any
	effect := t.registry.wrapped(func(ctx context.Context) (err error) {
		if made, err = w.effect(ctx); errors.Is(err, ErrNoResult) {
			made, err = noResult{}, nil
		}
		return err
	})
	if err := t.limited(ctx, effect); err != nil {
		return nil, err
	}
	return made, nil
}

// limited calls the effect, and waits for it no longer than the timeout.
func (t *Task) limited(ctx context.Context, effect func(context.Context) error) error {
	timeout := t.performed().timeout
	if timeout == 0 {
		return protect(ctx, effect)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, ErrTimeout)
	defer cancel()
	answer := make(chan error, 1)
	go func() {
		var err error
		returned := false
		defer func() {
			if !returned {
				err = exited()
			}
			answer <- err
		}()
		err = protect(ctx, effect)
		returned = true
	}()
	select {
	case err := <-answer:
		if err != nil && context.Cause(ctx) == ErrTimeout {
			return ErrTimeout
		}
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// exited is the error of an effect that has taken its goroutine with it, and is still
// on the stack. It is not tried again: what calls Goexit is a test that has failed.
func exited() error { return Permanent(fmt.Errorf("%w\n%s", ErrEffectExited, debug.Stack())) }

// protect turns a panic of the effect into an error.
func protect(ctx context.Context, effect func(context.Context) error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrEffectPanicked, reason, debug.Stack())
		}
	}()
	return effect(ctx)
}
