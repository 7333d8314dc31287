package atom

import (
	"reflect"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// An Edit is a change of one atom, made to be dispatched. Make it with [Atom.Edit].
type Edit struct {
	root       *definition
	path       draft.Path  // of the target, as its keys were when the edit was dispatched
	at         *draft.Path // path, when it is not that of the atom: see [Rekey]
	editor     editor
	patch      draft.Changes  // what it changes, seen from its target
	pinned     *draft.Changes // what is re-applied in place of the edit; nil: the edit
	pinnedFrom any            // points to the value that sent was made of
}

// An editor is what an Edit does, whatever the type of its atom. It is compiled for
// each type, so it is small.
type editor interface {
	// fresh returns the same edit, which has not been made yet.
	clone() *Edit

	// apply returns the state after the edit, and what has changed.
	apply(state any, as applyMode) (after any, c draft.Changes, err error)

	// led returns pointers to the values that the edit was last applied between.
	endpoints() (before, after any)

	// forget lets go of the values that it was applied between: it has left the log.
	release()

	// find returns a pointer to the value in a state, nil when it is missing.
	find(state any) any
}

// An applyMode is a reason to apply an edit.
type applyMode uint8

const (
	applyFresh applyMode = iota // what it makes of the value that is there now
	applyAgain                  // that value is what it was the last time
	applyUndo                   // back to what was there the last time
)

// Edit returns a change of a, to be dispatched: edit is run on a draft of a's value. A nil
// edit changes nothing.
func (a *Atom[T]) Edit(edit func(*T)) *Edit { return editOf(a, draftWith(edit)) }

func editOf[T any](a *Atom[T], revise transform[T]) *Edit {
	e := &typedEdit[T]{Edit: Edit{root: a.root, path: a.path}, atom: a, transform: revise}
	e.editor = e
	return &e.Edit
}

// A typedEdit is an edit of one type. It knows between which values it has led when
// it was applied last.
type typedEdit[T any] struct {
	Edit
	atom          *Atom[T]
	transform     transform[T]
	before, after *T
	as            applyMode // the one under way
}

func (e *typedEdit[T]) clone() *Edit { return editOf(e.atom, e.transform) }

func (e *typedEdit[T]) apply(state any, as applyMode) (any, draft.Changes, error) {
	e.as = as
	return e.atom.edit(state, e.at, as, e.next)
}

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

// applyKnown applies an edit that cannot fail: its target is not missing, or that would
// be a change of what it is in.
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

// repeated makes changes again that were made of another value, before. They stay
// what they are: what was sent.
func repeated[T any](prev, before *T, sent draft.Changes) (*T, draft.Changes, error) {
	next, err := draft.Reapply(prev, before, sent)
	if err != nil {
		return prev, draft.Changes{}, err
	}
	c, err := draft.Diff(prev, next)
	return next, c, err
}
