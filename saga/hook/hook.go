package hook

import (
	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A Hook binds a component to an atom: the component shows the atom's value,
// renders again when that changes, and runs sagas on it. It is an unexported
// field, by value, of a component that embeds a [Bind]; it is bound in Render,
// each time, so that a component that go-app reuses for another row shows that
// row:
//
//	func (c *DirectionToggle) Render() app.UI {
//		kind := c.kind.Use(&c.bind, kindByID.Of(c.ID))
//		return components.Toggle().On(kind.HasDirection).OnChange(c.set)
//	}
//
//	func (c *DirectionToggle) set(ctx app.Context, on bool) {
//		c.kind.Run(saga.Update(func(k *Kind) { k.HasDirection = on }).Effect(...))
//	}
//
// Hooks are used on the UI goroutine.
type Hook[T any] struct {
	view View[T]
	atom *atom.Atom[T]
}

// Use binds the hook to an atom, in place of the one before, and returns its
// value.
func (h *Hook[T]) Use(b *Bind, a *atom.Atom[T]) T {
	h.atom = a
	return h.view.Use(b, a)
}

// Value returns the atom's value now.
func (h *Hook[T]) Value() T { return h.view.Value() }

// Target returns the atom that the hook is bound to. Controls tell by it that
// they were handed to another row.
func (h *Hook[T]) Target() atom.Target { return h.atom }

// Refresh is [Bind.Refresh] of the component that the hook is in.
func (h *Hook[T]) Refresh() { h.view.bind.Refresh() }

// Run runs a saga on the atom, in the component's store. See [saga.Run].
func (h *Hook[T]) Run(r saga.Runnable[T]) *saga.Task { return saga.Run(h.store(), h.atom, r) }

func (h *Hook[T]) store() *atom.Store { return h.view.store() }

// Pending returns how many changes of the atom, or of a part of it, wait for
// their effect.
func (h *Hook[T]) Pending() int { return atom.Pending(h.store(), h.atom) }

// Failure returns the last task that has failed to change the atom, or a part
// of it, and was neither dismissed, nor run again, nor followed by another
// change of the same thing; nil when there is none.
func (h *Hook[T]) Failure() *saga.Task { return saga.FailureOn(h.store(), h.atom) }

// Err returns the error of [Hook.Failure], nil when there is none.
func (h *Hook[T]) Err() error {
	if t := h.Failure(); t != nil {
		return t.Err()
	}
	return nil
}

// Cancel takes back every change of the atom, or of a part of it, that waits for
// its effect. See [saga.Task.Cancel].
func (h *Hook[T]) Cancel() {
	for _, t := range saga.RunningOn(h.store(), h.atom) {
		t.Cancel()
	}
}

// Progress returns what the effects that run for the atom, or for a part of it,
// have reported by [saga.Progress], added up.
func (h *Hook[T]) Progress() (done, total int64) {
	for _, t := range saga.RunningOn(h.store(), h.atom) {
		d, n := t.Progress()
		done, total = done+d, total+n
	}
	return done, total
}
