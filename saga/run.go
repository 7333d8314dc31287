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
		w := &run[T]{atom: a, steps: saga.begin(), editOf: saga.editOf}
		if updates != nil {
			w.steps.update = func(draft *T) { applyAll(draft, updates) }
		}
		return w
	}
	return l.run()
}

// A launch is everything that it takes to run a saga, whatever the type of its
// atom, and to run it again.
type launch struct {
	store *atom.Store
	on    atom.Target
	begin func(updates []any) work // with these updates, or the saga's own if nil
	options
}

// options are what the builder's methods set.
type options struct {
	timeout time.Duration
	retry   Backoff
	policy  policy
}

// work is one run of a saga, whatever the type of its atom.
type work interface {
	edits() []*atom.Edit
	leaving(*atom.Batch) // keeps the value from before the update
	entered(*atom.Batch) // keeps the value for the effect
	hasEffect() bool
	effect(context.Context) error
	post(*atom.Batch) (*atom.Entry, error) // nil when there is none

	// For runs that join: the update, and what several of them change of the
	// value before this one.
	update() any
	merge(updates []any) (atom.Changes, error)
}

// A run is the work of a saga on one atom.
type run[T any] struct {
	atom         *atom.Atom[T]
	steps        steps[T]
	editOf       func(*atom.Atom[T], func(*T)) *atom.Edit
	before, next T
}

func (r *run[T]) edits() []*atom.Edit {
	if r.editOf != nil {
		return []*atom.Edit{r.editOf(r.atom, r.steps.update)}
	}
	return []*atom.Edit{atom.EditOf(r.atom, r.steps.update)}
}

func (r *run[T]) leaving(b *atom.Batch)            { r.before = r.atom.Get(b) }
func (r *run[T]) entered(b *atom.Batch)            { r.next = r.atom.Get(b) }
func (r *run[T]) hasEffect() bool                  { return r.steps.effect != nil }
func (r *run[T]) effect(ctx context.Context) error { return r.steps.effect(ctx, r.next) }
func (r *run[T]) update() any                      { return r.steps.update }

func (r *run[T]) post(b *atom.Batch) (*atom.Entry, error) {
	if r.steps.post == nil {
		return nil, nil
	}
	return atom.Dispatch(b, r.atom, r.steps.post)
}

func (r *run[T]) merge(updates []any) (atom.Changes, error) {
	_, c, err := atom.Edited(r.before, func(draft *T) { applyAll(draft, updates) })
	return c, err
}

// applyAll runs the updates of several runs on one draft.
func applyAll[T any](draft *T, updates []any) {
	for _, u := range updates {
		if update := u.(func(*T)); update != nil {
			update(draft)
		}
	}
}
