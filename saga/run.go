package saga

import (
	"context"
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
	l := &launch{store: s, on: a, options: saga.options}
	l.begin = func(updates []any) work {
		steps := saga.begin()
		if updates != nil {
			steps.update = func(draft *T) { applyAll(draft, updates) }
		}
		var before, next T
		w := work{edits: []*atom.Edit{atom.EditOf(a, steps.update)}, update: steps.update}
		w.leaving = func(b *atom.Batch) { before = a.Get(b) }
		w.entered = func(b *atom.Batch) { next = a.Get(b) }
		w.merge = func(updates []any) (atom.Changes, error) {
			_, c, err := atom.Edited(before, func(draft *T) { applyAll(draft, updates) })
			return c, err
		}
		if steps.effect != nil {
			w.effect = func(ctx context.Context) error { return steps.effect(ctx, next) }
		}
		if steps.post != nil {
			w.post = func(b *atom.Batch) error { return a.Update(b, steps.post) }
		}
		return w
	}
	return l.run()
}

// applyAll runs the updates of several runs on one draft.
func applyAll[T any](draft *T, updates []any) {
	for _, u := range updates {
		if update := u.(func(*T)); update != nil {
			update(draft)
		}
	}
}

// A launch is everything that it takes to run a saga, whatever the type of its
// atom, and to run it again.
type launch struct {
	store *atom.Store
	on    atom.Target
	begin func(updates []any) work // nil: the saga's own
	options
}

// options are what the builder's methods set.
type options struct {
	timeout time.Duration
	retry   Backoff
	policy  policy
}

// work is one run of a saga.
type work struct {
	edits  []*atom.Edit
	effect func(context.Context) error // nil for a plain write
	post   func(*atom.Batch) error     // nil for none

	// For those that join: the update, and what several of them change together.
	update any
	merge  func(updates []any) (atom.Changes, error)

	leaving, entered func(*atom.Batch) // keep the value before and after the update
}
