package saga

import (
	"context"
	"time"
)

// A Saga is a change of a T, an effect that tells somebody about it, and what
// to change when that has worked. It is a description: nothing happens before
// it reaches [Run], by itself or by a hook, and it may be run any number of times.
//
// Sagas are built in the order in which they happen, and compile only so:
//
//	saga.Update(...)                              // a plain write
//	saga.Update(...).Effect(...)
//	saga.Update(...).Effect(...).PostEffect(...)
//	saga.Effect(...)                              // nothing to roll back
//	saga.New(update, effect).PostEffect(...)      // with typed results handed on
type Saga[T any] struct {
	begin func() steps[T]
	options
}

// steps is one run of a saga. What update returns is kept for effect in the closures
// of the run; what effect returns, for post, by the run, which knows the attempt that
// counts.
type steps[T any] struct {
	update func(*T)
	effect func(ctx context.Context, next T) (made any, err error)
	post   func(draft *T, made any)
	makes  func() any // a place for what effect makes; nil when it makes nothing for post
}

// Runnable is what can be run on an atom of a T: a [Saga], or one that is not
// finished but could be.
type Runnable[T any] interface{ saga() Saga[T] }

func (s Saga[T]) saga() Saga[T] { return s }

// An Updating is a saga that has no effect yet. Running it is a plain write.
type Updating[T any] struct{ update func(*T) }

// Update begins a saga with a change that shows at once. update edits a draft,
// and must be pure, same draft in, same change out: it is run again whenever
// something dispatched before it is taken back.
func Update[T any](update func(*T)) Updating[T] { return Updating[T]{update} }

func (u Updating[T]) saga() Saga[T] {
	return Saga[T]{begin: func() steps[T] { return steps[T]{update: u.update} }}
}

// Effect adds what is done once the change shows: effect is called once, in a
// goroutine of its own, with the value after the change. When it returns nil
// the change stays. When it returns an error or panics, just this change is
// taken back. Its context ends when the task does; [TaskFrom] finds the task.
func (u Updating[T]) Effect(effect func(ctx context.Context, next T) error) Saga[T] {
	makesNothing := func(ctx context.Context, next T) (any, error) { return nil, effect(ctx, next) }
	return Saga[T]{begin: func() steps[T] { return steps[T]{update: u.update, effect: makesNothing} }}
}

// Effect is a saga that changes nothing before its effect has worked, and so
// has nothing to roll back.
func Effect[T any](effect func(ctx context.Context, now T) error) Saga[T] {
	return Updating[T]{}.Effect(effect)
}

// PostEffect adds a change that is made when the effect has worked: a write of
// its own, dispatched then. If it panics the update stays, because the server
// has done its part, and the task has a PostErr.
func (s Saga[T]) PostEffect(post func(*T)) Saga[T] {
	begin := s.begin
	s.begin = func() steps[T] {
		run := begin()
		run.post = func(draft *T, _ any) { post(draft) }
		return run
	}
	return s
}

// AsSent has the update re-applied from its recorded patch ([Task.Patch]), not by
// running it again: use it when that patch is what the effect sends, so that the
// page shows what the server was told. An effect that asks for the patch by
// [Task.AsSent], as those of saga/fetch do, needs no such mark.
func (s Saga[T]) AsSent() Saga[T] {
	s.asSent = true
	return s
}

// Context has the saga run under ctx: its effect's context has ctx's values, and
// when ctx ends, by its deadline too, the task is cancelled as by [Task.Cancel]. Its
// error then wraps [ErrCancelled] and the cause of ctx. A saga whose ctx has ended
// before it is run changes nothing.
//
// Of runs that have joined ([Saga.Debounce], [Saga.Throttle]) one whose ctx ends leaves the
// others, while their effect has not begun; after that they are cancelled when the ctx of
// all of them has ended. The ctx of one that was not run, with [Saga.Leading], does
// nothing. A durable saga is taken out of the outbox, in every page.
func (s Saga[T]) Context(ctx context.Context) Saga[T] {
	s.ctx = ctx
	return s
}

// Timeout limits the time that the effect may take. After it the effect's
// context is cancelled and the task fails with [ErrTimeout].
func (s Saga[T]) Timeout(d time.Duration) Saga[T] {
	s.timeout = d
	return s
}

// A Typed is a saga whose effect has a result of type R for its post-effect. It
// can do everything that a [Saga] can.
type Typed[T, R any] struct{ Saga[T] }

// New is Update and Effect with values handed on: what update returns (at
// dispatch, of this run or of its [Task.Retry], not when it is applied again) goes to effect, and what effect returns
// goes to [Typed.PostEffect].
func New[T, C, R any](update func(*T) C, effect func(ctx context.Context, next T, c C) (R, error)) Typed[T, R] {
	return Typed[T, R]{Saga[T]{begin: func() steps[T] {
		var handed C
		dispatched := false
		return steps[T]{
			update: func(draft *T) {
				if c := update(draft); !dispatched {
					handed, dispatched = c, true
				}
			},
			effect: func(ctx context.Context, next T) (any, error) {
				made, err := effect(ctx, next, handed)
				return &made, err
			},
		}
	}}}
}

// PostEffect is [Saga.PostEffect] with the effect's result.
func (t Typed[T, R]) PostEffect(post func(*T, R)) Saga[T] {
	s := t.Saga
	s.begin = func() steps[T] {
		run := t.begin()
		run.post = func(draft *T, made any) { post(draft, *made.(*R)) }
		run.makes = func() any { return new(R) }
		return run
	}
	return s
}
