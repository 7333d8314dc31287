package saga

import (
	"context"
	"time"
)

// Saga describes a change of a T, an effect that tells somebody about the change, and a
// further change for when that has worked. Nothing happens before a saga is passed to
// [Run] or to a hook, and it may be run any number of times. The zero Saga changes nothing
// and has no effect.
//
//	saga.Update(...)                              // a plain write
//	saga.Update(...).Effect(...)
//	saga.Update(...).Effect(...).PostEffect(...)
//	saga.Effect(...)                              // nothing to roll back
//	saga.New(update, effect, postEffect)          // the three, with results handed on
//
// Its methods return a changed copy.
//
// # Order
//
// What is sent keeps the order of what overlaps: a whole and its part, as a board and one of
// its cards, or two transactions that have an atom in common (see [atom.Overlap]). A change of
// the part may make no sense to a server that has not heard of the change of the whole, and
// neither can stand for the other:
//
//	policy              the same atom, or any in one Scope  atoms that overlap
//	none                -                                   -
//	Latest              supersedes the one before           waits for those before
//	Leading             the one before stands for it        waits for those before
//	Serial              waits for those before              waits for those before
//	Debounce, Throttle  joins, or waits for those before    waits for those before, and
//	                                                        nobody joins those any more
//	a durable saga      waits for those before              waits for those before,
//	                                                        in all pages: see Define
//
// Two parts that do not overlap, two cards, do not wait for each other. An element that
// [atom.Rekey] has given another key is one element: runs under the old key and under the new
// one meet. In a [Scope], a key that is not tied to an atom, all runs meet that have it; but
// there, too, only runs on the same atom join.
//
// The update of every run shows at once. A run that is superseded is taken back in the same
// batch in which the new one enters, so that nobody sees the value in between, and its effect
// is cancelled.
//
// # Runs that join
//
// Sagas that have joined are one task with one effect: that of the last one, with its Timeout
// and its Backoff. Their merged [Task.Patch] leads from what there was before the first to what
// shows after the last. They settle together, and when the task is run again all their updates
// are. Others may join until the effect begins. A run whose change makes no sense without what
// somebody else has changed in between does not join, and waits for them.
//
// When the context of one of them ends ([Saga.Context]) before their effect begins, its update
// is taken back and the others go on. Once the effect has begun it is cancelled when the
// contexts of all of them have ended.
//
// An effect that has waited is called with the value, and has the patch, as they are when it
// begins: what it was dispatched on may have been taken back.
type Saga[T any] struct {
	steps steps[T]
	anew  func() (update func(*T), effect func(ctx context.Context, next T) (made any, err error)) // of New, for each run
	options
}

// steps are the functions of a saga. The run keeps what effect makes for post.
type steps[T any] struct {
	update func(*T)
	effect func(ctx context.Context, next T) (made any, err error)
	post   func(draft *T, made any)
	makes  func() any // returns a pointer to a result of effect; nil when effect makes nothing for post
}

// Update returns a saga that applies update to a draft of the atom's value, at once.
// Without an effect it is a plain write.
//
// update must be pure: the same draft in, the same change out. It is run again whenever
// something that was dispatched before it is taken back.
func Update[T any](update func(*T)) Saga[T] {
	return Saga[T]{steps: steps[T]{update: update}}
}

// Effect returns a saga that changes nothing before its effect has worked, and so has
// nothing to roll back. See [Saga.Effect].
func Effect[T any](effect func(ctx context.Context, now T) error) Saga[T] {
	return Saga[T]{}.Effect(effect)
}

// New returns a saga of three functions that hand results on. What update returns is
// passed to effect, and what effect returns is passed to post, which may be nil. Of the
// results of update the one at dispatch counts, not those of when it is applied again. See
// [Update], [Saga.Effect] and [Saga.PostEffect].
func New[T, C, R any](
	update func(*T) C, effect func(ctx context.Context, next T, c C) (R, error), post func(*T, R),
) Saga[T] {
	s := Saga[T]{anew: func() (func(*T), func(context.Context, T) (any, error)) {
		var handed C
		dispatched := false
		applied := func(draft *T) {
			if c := update(draft); !dispatched {
				handed, dispatched = c, true
			}
		}
		performed := func(ctx context.Context, next T) (any, error) {
			made, err := effect(ctx, next, handed)
			return &made, err
		}
		return applied, performed
	}}
	if post != nil {
		s.steps.post = func(draft *T, made any) { post(draft, *made.(*R)) }
		s.steps.makes = func() any { return new(R) }
	}
	return s
}

// Effect adds the effect. It is called once the change shows, in a goroutine of its own,
// with the value after the change. When it returns nil the change stays. When it returns
// an error or panics, this change, and nothing else, is taken back. Its context ends with
// the task, which [TaskFrom] returns.
//
// Effect panics when the saga has an effect already.
func (s Saga[T]) Effect(effect func(ctx context.Context, next T) error) Saga[T] {
	if s.hasEffect() {
		panic("saga: Effect of a saga that has an effect already")
	}
	s.steps.effect = func(ctx context.Context, next T) (any, error) { return nil, effect(ctx, next) }
	return s
}

// PostEffect adds a change that is made when the effect has worked. It is a write of its
// own, dispatched then. If post panics the update stays, because the server has done its
// part, and [Task.PostErr] returns why.
//
// PostEffect panics when the saga has no effect.
func (s Saga[T]) PostEffect(post func(*T)) Saga[T] {
	if !s.hasEffect() {
		panic("saga: PostEffect of a saga that has no effect: call Effect first")
	}
	s.steps.post = func(draft *T, _ any) { post(draft) }
	s.steps.makes = nil
	return s
}

func (s *Saga[T]) hasEffect() bool { return s.steps.effect != nil || s.anew != nil }

// PinPatch has the change re-applied from its recorded patch ([Task.Patch]) instead of by
// running update again. Use it when the effect sends that patch, so that the page shows what
// the server was told. An effect that calls [Task.PinPatch] or [Task.PatchSent], as those of
// package fetch do, needs no such mark.
func (s Saga[T]) PinPatch() Saga[T] {
	s.pinned = true
	return s
}

// Context has the saga run under ctx: its effect's context has ctx's values, and when ctx
// ends, by its deadline too, the task is cancelled as by [Task.Cancel]. Its error then wraps
// [ErrCancelled] and the cause of ctx. A saga whose ctx has ended before it is run changes
// nothing. A durable saga is taken out of the outbox, in every page.
//
// When runs have joined ([Saga.Debounce], [Saga.Throttle]) and the ctx of one of them ends
// before their effect begins, its update is taken back and the others go on. After that
// they are cancelled once the ctx of each has ended. The ctx of a run that [Saga.Leading]
// has not let begin does nothing.
func (s Saga[T]) Context(ctx context.Context) Saga[T] {
	s.ctx = ctx
	return s
}

// Timeout limits the time that each attempt of the effect may take. After it the effect's
// context is cancelled and the attempt fails with [ErrTimeout]. Zero is no limit.
func (s Saga[T]) Timeout(d time.Duration) Saga[T] {
	s.timeout = d
	return s
}

// Retry has an effect that fails tried again as b says before the saga fails. An error that
// is marked by [Permanent] is not tried again.
func (s Saga[T]) Retry(b Backoff) Saga[T] {
	s.retry = b
	return s
}
