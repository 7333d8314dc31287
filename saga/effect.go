package saga

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// perform runs the effect and ends the task. It is called on the effect's goroutine.
func (t *Task) perform() {
	returned := false
	defer func() {
		if !returned && t.spec.durable == nil { // a durable one has seen to it itself
			t.fail(exited())
		}
	}()
	if d := t.spec.durable; d != nil {
		d.perform(t)
	} else {
		t.performHere()
	}
	returned = true
}

// performHere waits for the turn of an effect that is not durable, and makes as many attempts
// as the backoff allows.
func (t *Task) performHere() {
	if t.Waiting() && !t.awaitTurn() || t.ctx.Err() != nil {
		return
	}
	p := t.program // it no longer changes: nobody joins any more
	made, err := t.attempt(t.ctx, p)
	for n := 1; err != nil; n++ {
		wait, again := t.tryAgain(n, err, t.effectSpec().retry)
		if !again || !t.pause(wait) {
			t.fail(err)
			return
		}
		made, err = t.attempt(t.ctx, p)
	}
	p.setResult(made)
	t.succeed(p)
}

// pause waits before the next attempt. It returns false when the task ends first.
func (t *Task) pause(d time.Duration) bool {
	t.setWaiting(true)
	t.notifyStatus()
	defer t.setWaiting(false)
	return sleep(t.ctx, d)
}

// attempt calls the effect once, within the timeout, and returns what it has made. An effect
// that does not listen to its context is not waited for after that, and what it makes in the
// end is ignored.
func (t *Task) attempt(ctx context.Context, p program) (result any, err error) {
	t.countAttempt()
	var made any
	effect := t.registry.wrapped(func(ctx context.Context) (err error) {
		if made, err = p.effect(ctx); errors.Is(err, ErrNoResult) {
			made, err = noResult{}, nil
		}
		return err
	})
	if err := t.callWithin(ctx, t.effectSpec().timeout, effect); err != nil {
		return nil, err
	}
	return made, nil
}

// callWithin calls the effect, and waits for it no longer than the timeout; 0 is no limit.
func (t *Task) callWithin(ctx context.Context, timeout time.Duration, effect func(context.Context) error) error {
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

// exited returns the error of an effect that has ended its goroutine and is still on the
// stack. It is permanent, because what calls Goexit is a test that has failed.
func exited() error { return Permanent(fmt.Errorf("%w\n%s", ErrEffectExited, debug.Stack())) }

// protect calls the effect and returns a panic of it as an error.
func protect(ctx context.Context, effect func(context.Context) error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrEffectPanicked, reason, debug.Stack())
		}
	}()
	return effect(ctx)
}
