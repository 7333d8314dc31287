package saga

import (
	"fmt"
	"reflect"
)

// Cancel takes the change back and cancels the effect's context. It does nothing to a task
// that has ended.
func (t *Task) Cancel() { t.end(Cancelled, ErrCancelled, t.drop) }

// Retry runs the saga of a task that has failed again, as a new change, and dismisses the
// failure. The record of a durable saga stays in the outbox until the new one has succeeded,
// or has failed in its place.
func (t *Task) Retry() *Task {
	t.registry.dismiss(t.store, t)
	if t.spec.durable != nil {
		return t.spec.durable.retry()
	}
	if t.burst != nil {
		return t.runAgain(t.burst.instantiate)
	}
	return t.spec.run()
}

// Dismiss has the failure of the task forgotten: [FailureOn] no longer returns it, and the
// record of a durable saga leaves the outbox. It does nothing to a task that has not failed.
func (t *Task) Dismiss() {
	t.registry.dismiss(t.store, t)
	if t.spec.durable != nil && t.failed() {
		t.spec.durable.dismissed()
	}
}

// Resolve runs the saga of a task that has ended as a conflict, or failed, as a new change,
// like [Task.Retry], but with update in place of its own, on what is there now:
//
//	if c, ok := task.Conflict(); ok {
//		saga.Resolve(task, func(k *Kind) { k.Name = c.Mine.(Kind).Name })
//	}
//
// The effect of a saga that was made with [New] is handed what its own update had returned.
// Of a durable saga the new change is one of this page alone, since no input makes it: it is
// lost when the page is closed, and its record leaves the outbox once it has succeeded.
//
// Resolve panics when the saga was not run on an atom of a T. A transaction was not: it can
// only be retried.
func Resolve[T any](t *Task, update func(*T)) *Task {
	p, ok := t.program.(*typedProgram[T])
	if !ok {
		panic(fmt.Sprintf("saga: the task was not run on an atom of %v", reflect.TypeFor[T]()))
	}
	t.registry.dismiss(t.store, t)
	again := t.runAgain(func() program { return p.withUpdate(update) })
	if d := t.spec.durable; d != nil {
		go func() {
			if <-again.done; again.State() == Succeeded {
				d.dismissed()
			}
		}()
	}
	return again
}

// runAgain runs the saga with another program, which it has, too, when it is run once more.
func (t *Task) runAgain(instantiate func() program) *Task {
	sp := *t.effectSpec()
	sp.durable = nil
	sp.instantiate = instantiate
	return sp.run()
}

// effectSpec returns the spec whose effect, context, timeout and backoff count: of runs that
// have joined, that of the last one.
func (t *Task) effectSpec() *spec {
	if t.burst != nil {
		return t.burst.parts[len(t.burst.parts)-1].spec
	}
	return t.spec
}
