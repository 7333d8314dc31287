package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// program is what one run of a saga does, whatever the type of its atom: a [typedProgram] or
// a [transaction].
type program interface {
	edits() []*atom.Edit
	setNext(now any) // sets the value that the effect is called with; now points to it
	hasEffect() bool
	effect(context.Context) (made any, err error)
	setResult(made any)                    // of the attempt that counts
	post(*atom.Batch) (*atom.Entry, error) // dispatches the post-effect; nil when there is none
	result() any                           // a pointer to the result; nil when the effect makes none, noResult when it has not this time

	// Of runs that join: newMerger returns a function that adds their changes up, and
	// withUpdatesOf this program with the updates of earlier ones before its own.
	newMerger(below any) (add merger)
	withUpdatesOf(earlier []program) program
}

// noResult is the result of an effect that has returned [ErrNoResult].
type noResult struct{}

// merger adds changes, made of the value that from points to, to those that it was called
// with before, and returns what they change together.
type merger func(from any, more draft.Changes) (all draft.Changes, err error)

// typedProgram is the program of a saga on one atom.
type typedProgram[T any] struct {
	atom  *atom.Atom[T]
	steps steps[T]
	next  T
	made  any // points to the result
}

func (p *typedProgram[T]) edits() []*atom.Edit {
	return []*atom.Edit{p.atom.Edit(p.steps.update)}
}

func (p *typedProgram[T]) hasEffect() bool { return p.steps.effect != nil }

func (p *typedProgram[T]) effect(ctx context.Context) (any, error) {
	return p.steps.effect(ctx, p.next)
}

func (p *typedProgram[T]) setResult(made any) { p.made = made }

func (p *typedProgram[T]) setNext(now any) {
	if next, ok := now.(*T); ok {
		p.next = *next
	}
}

func (p *typedProgram[T]) post(b *atom.Batch) (*atom.Entry, error) {
	if p.steps.post == nil {
		return nil, nil
	}
	made := p.result()
	if made == (noResult{}) {
		return nil, nil
	}
	return atom.Dispatch(b, p.atom.Edit(func(draft *T) { p.steps.post(draft, made) }))
}

func (p *typedProgram[T]) result() any {
	if p.steps.makes == nil {
		return nil
	}
	if p.made == nil {
		p.made = p.steps.makes()
	}
	return p.made
}

func (p *typedProgram[T]) newMerger(below any) merger {
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

// valueAt returns the value that v, a *T, points to, and the zero value when v is nil.
func valueAt[T any](v any) (value T) {
	if p, ok := v.(*T); ok && p != nil {
		value = *p
	}
	return value
}

func (p *typedProgram[T]) withUpdatesOf(earlier []program) program {
	return p.withUpdate(func(draft *T) {
		for _, e := range append(earlier[:len(earlier):len(earlier)], p) {
			if update := e.(*typedProgram[T]).steps.update; update != nil {
				update(draft)
			}
		}
	})
}

// withUpdate returns the program with another update.
func (p *typedProgram[T]) withUpdate(update func(*T)) program {
	other := &typedProgram[T]{atom: p.atom, steps: p.steps}
	other.steps.update = update
	return other
}
