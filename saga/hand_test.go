package saga_test

import (
	"context"
	"errors"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

var errServer = errors.New("the server says no")

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Errorf(format string, args ...any)
	Helper()
}

// A hand settles the effect of one task when the test says so.
type hand[T any] struct {
	t       fataler
	task    *saga.Task
	answers chan error
}

// run dispatches a saga whose effect waits for the test.
func run[T any](t fataler, s *atom.Store, a *atom.Atom[T], update func(*T)) *hand[T] {
	return runThen(t, s, a, update, nil)
}

func runThen[T any](t fataler, s *atom.Store, a *atom.Atom[T], update, post func(*T)) *hand[T] {
	h := &hand[T]{t: t, answers: make(chan error, 1)}
	sg := saga.Update(update).Effect(h.effect)
	if post != nil {
		sg = sg.PostEffect(post)
	}
	h.task = saga.Run(s, a, sg)
	return h
}

func (h *hand[T]) effect(ctx context.Context, _ T) error { return h.wait(ctx) }

// wait is the effect.
func (h *hand[T]) wait(ctx context.Context) error {
	select {
	case err := <-h.answers:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hand[T]) cancel() { h.task.Cancel() }

// settle has the effect return err, and waits until everyone knows.
func (h *hand[T]) settle(err error) {
	h.answers <- err
	if got := h.task.Wait(context.Background()); got != err && h.task.State() != saga.Conflict {
		h.t.Errorf("the task ended with %v, want %v", got, err)
	}
}

func (h *hand[T]) succeeds() { h.t.Helper(); h.settle(nil) }
func (h *hand[T]) fails()    { h.t.Helper(); h.settle(errServer) }
