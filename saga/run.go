package saga

import (
	"context"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// Run changes a as the saga says, at once, and then runs its effect. The task
// tells how it went.
//
// A refused update (it panicked, or a is missing) changes nothing and calls no
// effect: the task has failed when Run returns. Like every failure it is
// reported to [OnError].
func Run[T any](s *atom.Store, a *atom.Atom[T], r Runnable[T]) *Task {
	return launchOf(s, a, r.saga()).run()
}

func launchOf[T any](s *atom.Store, a *atom.Atom[T], saga Saga[T]) *launch {
	l := &launch{store: s, on: a, options: saga.options}
	l.begin = func() work { return &run[T]{atom: a, steps: saga.begin()} }
	return l
}

// A launch is everything that it takes to run a saga, whatever the type of its
// atom, and to run it again.
type launch struct {
	store *atom.Store
	on    atom.Target // nil of a transaction without edits
	begin func() work
	options
	others  []atom.Target // of a transaction: those of the edits behind the first
	durable durable       // nil unless the saga was defined to be
}

// options are what the builder's methods set.
type options struct {
	ctx     context.Context // nil: the background
	timeout time.Duration
	retry   Backoff
	policy  policy
	asSent  bool
}

// work is one run of a saga, whatever the type of its atom.
type work interface {
	edits() []*atom.Edit
	entered(now any) // keeps the value at a pointer for the effect
	hasEffect() bool
	effect(context.Context) (made any, err error)
	keep(made any)                         // of the attempt that counts
	post(*atom.Batch) (*atom.Entry, error) // nil when there is none
	result() any                           // points to what effect has made for it; nil when it makes nothing, a noResult when it has not this time

	// For runs that join: what adds up the changes of several of them, and this run
	// with the updates of earlier ones before its own.
	merging(below any) (add merger)
	after(earlier []work) work
}

// A noResult stands for the result of an effect that has worked without one.
type noResult struct{}

// A merger adds changes, made of the value that from points to, to those that it was
// given before, and returns what they change together.
type merger func(from any, more draft.Changes) (all draft.Changes, err error)

// A run is the work of a saga on one atom.
type run[T any] struct {
	atom  *atom.Atom[T]
	steps steps[T]
	next  T
	made  any // *R
}

func (r *run[T]) edits() []*atom.Edit                     { return []*atom.Edit{atom.EditOf(r.atom, r.steps.update)} }
func (r *run[T]) hasEffect() bool                         { return r.steps.effect != nil }
func (r *run[T]) effect(ctx context.Context) (any, error) { return r.steps.effect(ctx, r.next) }
func (r *run[T]) keep(made any)                           { r.made = made }

func (r *run[T]) entered(now any) {
	if p, ok := now.(*T); ok {
		r.next = *p
	}
}

func (r *run[T]) post(b *atom.Batch) (*atom.Entry, error) {
	if r.steps.post == nil {
		return nil, nil
	}
	made := r.result()
	if made == (noResult{}) {
		return nil, nil
	}
	return atom.Dispatch(b, r.atom, func(draft *T) { r.steps.post(draft, made) })
}

func (r *run[T]) result() any {
	if r.steps.makes == nil {
		return nil
	}
	if r.made == nil {
		r.made = r.steps.makes()
	}
	return r.made
}

func (r *run[T]) merging(below any) merger {
	before := valueAt[T](below)
	now := before
	return func(from any, more draft.Changes) (draft.Changes, error) {
		next, err := draft.ApplyFrom(now, valueAt[T](from), more)
		if err != nil {
			return draft.Changes{}, err
		}
		now = next
		_, all, err := draft.Update(before, func(draft *T) { *draft = next })
		return all, err
	}
}

// valueAt is the value that v, a *T, points to, the zero one when it is nil.
func valueAt[T any](v any) (value T) {
	if p, ok := v.(*T); ok && p != nil {
		value = *p
	}
	return value
}

func (r *run[T]) after(earlier []work) work {
	w := &run[T]{atom: r.atom, steps: r.steps}
	w.steps.update = func(draft *T) {
		for _, e := range append(earlier[:len(earlier):len(earlier)], r) {
			if update := e.(*run[T]).steps.update; update != nil {
				update(draft)
			}
		}
	}
	return w
}

// instead returns the run with another update.
func (r *run[T]) instead(update func(*T)) work {
	w := &run[T]{atom: r.atom, steps: r.steps}
	w.steps.update = update
	return w
}
