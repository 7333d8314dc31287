package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// A Linked is an atom with the two-element form of a saga. Make it with [Link].
type Linked[T any] struct{ atom *atom.Atom[T] }

// Link returns the short form of running sagas on one atom: what to change, and
// how to send it.
//
//	saga.Link(anotherObject).Set(store, func(o *Other) { o.Name = name }, send)
func Link[T any](a *atom.Atom[T]) Linked[T] { return Linked[T]{a} }

// Set runs Update(update).Effect(effect) on the atom. See [Run].
func (l Linked[T]) Set(s *atom.Store, update func(*T), effect func(ctx context.Context, next T) error) *Task {
	return Run(s, l.atom, Update(update).Effect(effect))
}
