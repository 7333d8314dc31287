package atom

import (
	"reflect"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// An Edit is a change of one atom, made to be dispatched. Make it with [Atom.Edit].
type Edit struct {
	root       *definition
	path       draft.Path  // of the target, with the keys of when the edit was dispatched
	at         *draft.Path // path, when it differs from the atom's: see [Rekey]
	editor     editor
	patch      draft.Changes  // what it changed in its target when it was last applied
	pinned     *draft.Changes // what is applied again in place of the function; nil: that
	pinnedFrom any            // points to the value that pinned was made of
}

// An editor is what an Edit does, whatever the type of its atom. It is compiled for
// each type, so it is small.
type editor interface {
	// clone returns the same edit, not applied yet.
	clone() *Edit

	// apply returns the state of the root after the edit, and what has changed in it.
	apply(state any, as applyMode) (after any, c draft.Changes, err error)

	// endpoints returns pointers to the target's value before and after the edit, as it was
	// last applied.
	endpoints() (before, after any)

	// release lets go of the endpoints: the edit has left the log.
	release()

	// find returns a pointer to the target's value in a state, nil when it is missing.
	find(state any) any
}

// An applyMode says how an edit is applied.
type applyMode uint8

const (
	applyFresh applyMode = iota // its function runs on the value that is there
	applyAgain                  // the value is what it was the last time: so is the result
	applyUndo                   // the value before the last time is put back
)

// Edit returns a change of a, to be dispatched: edit is run on a draft of a's value. A nil
// edit changes nothing.
func (a *Atom[T]) Edit(edit func(*T)) *Edit { return editOf(a, draftWith(edit)) }

func editOf[T any](a *Atom[T], revise transform[T]) *Edit {
	e := &typedEdit[T]{Edit: Edit{root: a.root, path: a.path}, atom: a, transform: revise}
	e.editor = e
	return &e.Edit
}

// A typedEdit is an Edit of an atom of one type.
type typedEdit[T any] struct {
	Edit
	atom          *Atom[T]
	transform     transform[T]
	before, after *T        // the endpoints
	as            applyMode // of the call of apply that is under way
}

func (e *typedEdit[T]) clone() *Edit { return editOf(e.atom, e.transform) }

func (e *typedEdit[T]) apply(state any, as applyMode) (any, draft.Changes, error) {
	e.as = as
	return e.atom.edit(state, e.at, as, e.next)
}

// next is the transform that apply hands to the atom.
func (e *typedEdit[T]) next(prev *T) (next *T, c draft.Changes, err error) {
	switch {
	case e.as == applyUndo:
		return e.before, e.patch, nil
	case e.as == applyAgain || prev == e.before:
		return e.after, e.patch, nil
	case e.pinned != nil:
		next, c, err = repeated(prev, e.pinnedFrom.(*T), *e.pinned)
	default:
		next, c, err = e.transform(prev)
	}
	if err == nil {
		e.before, e.after, e.patch = prev, next, c
	}
	return next, c, err
}

func (e *typedEdit[T]) endpoints() (before, after any) { return e.before, e.after }

func (e *typedEdit[T]) release() { e.before, e.after = nil, nil }

func (e *typedEdit[T]) find(state any) any {
	if p, ok := e.atom.read(state, e.at); ok {
		return p
	}
	return nil
}

// applyKnown applies an edit again, or undoes it, in a state in which it cannot fail: its
// target is there, because that it went would be a change of what it is in.
//
//go:noinline
func (e *Edit) applyKnown(state any, as applyMode) any {
	after, _, err := e.editor.apply(state, as)
	if err != nil {
		panic(err)
	}
	return after
}

// valueIn returns the target's value in a state, nil when it is missing, or the state
// not known.
func (e *Edit) valueIn(state any) any {
	if state == nil {
		return nil
	}
	if p := e.editor.find(state); p != nil {
		return reflect.ValueOf(p).Elem().Interface()
	}
	return nil
}

// repeated applies changes to prev that were made of another value, before.
func repeated[T any](prev, before *T, sent draft.Changes) (*T, draft.Changes, error) {
	next, err := draft.Reapply(prev, before, sent)
	if err != nil {
		return prev, draft.Changes{}, err
	}
	c, err := draft.Diff(prev, next)
	return next, c, err
}
