package hook

import (
	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A Hook binds a component to an atom: the component shows the atom's value, is rendered
// again when that changes, and runs sagas on it.
//
// It is an unexported field, by value, of a component that embeds a [Bind]. It is bound
// in each Render, because go-app may reuse the component for another row:
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
// Its methods are called on the UI goroutine, and all but Use and Follow panic before the
// first of these.
type Hook[T any] struct {
	view View[T]
	atom *atom.Atom[T]
}

// Use binds the hook to an atom, instead of the one before, and returns the atom's value.
// When the value changes the component is rendered again.
func (h *Hook[T]) Use(b *Bind, a *atom.Atom[T]) T {
	h.atom = a
	return h.view.Use(b, a)
}

// Value returns the atom's value now.
func (h *Hook[T]) Value() T { return h.view.Value() }

// Target returns the atom that the hook is bound to. By it a control knows that it was
// reused for another row.
func (h *Hook[T]) Target() atom.Target { return h.atom }

// Refresh calls [Bind.Refresh] of the hook's component.
func (h *Hook[T]) Refresh() { h.view.bind.Refresh() }

// Run runs a saga on the atom, in the component's store. See [saga.Run].
func (h *Hook[T]) Run(s saga.Saga[T]) *saga.Task { return saga.Run(h.store(), h.atom, s) }

func (h *Hook[T]) store() *atom.Store { return h.view.store() }

// Pending returns how many changes of the atom, or of a part of it, wait for their effect.
func (h *Hook[T]) Pending() int { return h.atom.Pending(h.store()) }

// Failure returns the last task that failed to change the atom or a part of it, or nil. A
// task that was dismissed or retried, or whose target was changed again by a later task, is
// not returned.
func (h *Hook[T]) Failure() *saga.Task { return saga.FailureOn(h.store(), h.atom) }

// Cancel cancels every task that runs for the atom or a part of it, and so takes their
// changes back. See [saga.Task.Cancel].
func (h *Hook[T]) Cancel() {
	for _, t := range saga.RunningOn(h.store(), h.atom) {
		t.Cancel()
	}
}

// Progress returns the sum of what the effects that run for the atom or a part of it have
// reported by [saga.Task.ReportProgress], in the units of these reports.
func (h *Hook[T]) Progress() (done, total int64) {
	for _, t := range saga.RunningOn(h.store(), h.atom) {
		d, n := t.Progress()
		done, total = done+d, total+n
	}
	return done, total
}
