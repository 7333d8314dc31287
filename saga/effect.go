package saga

import (
	"context"
	"fmt"
	"runtime/debug"
)

// perform runs the effect, as often as the backoff allows, and ends the task.
func (t *Task) perform(w work) {
	if t.ctx.Err() != nil {
		return // it has ended while it waited
	}
	err := t.attempt(w.effect)
	for n := 1; err != nil; n++ {
		wait, again := t.launch.retry.next(n, err)
		if !again || !sleep(t.ctx, wait) {
			t.fail(err)
			return
		}
		err = t.attempt(w.effect)
	}
	t.succeed(w)
}

// attempt runs the effect once, within the timeout. An effect that does not
// listen to its context is left to itself.
func (t *Task) attempt(effect func(context.Context) error) error {
	t.count()
	if t.launch.timeout == 0 {
		return protect(t.ctx, effect)
	}
	ctx, cancel := context.WithTimeoutCause(t.ctx, t.launch.timeout, ErrTimeout)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- protect(ctx, effect) }()
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

// protect turns a panic of the effect into an error.
func protect(ctx context.Context, effect func(context.Context) error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrEffectPanicked, reason, debug.Stack())
		}
	}()
	return effect(ctx)
}
