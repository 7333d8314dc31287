package hook

import "github.com/atomsaga/atomsaga/atom"

// A View is a [Hook] that only reads. It can be bound to an atom of any kind, also to a
// derived or an async one.
type View[T any] struct {
	viewBase
	src    atom.Readable[T]
	lookup func(atom.Reader) (T, bool) // nil when there always is a value
	parts  parts
}

// Use binds the view to an atom, instead of the one before, and returns the atom's
// value. When the value changes the component is rendered again.
func (v *View[T]) Use(b *Bind, src atom.Readable[T]) T {
	v.use(b, src, false)
	return v.Value()
}

func (v *View[T]) use(b *Bind, src atom.Readable[T], follow bool) {
	if !v.rebind(v, b, src, follow) {
		return
	}
	v.src, v.lookup = src, nil
	if a, mayMiss := src.(interface{ Lookup(atom.Reader) (T, bool) }); mayMiss {
		v.lookup = a.Lookup
	}
	v.subscribe(v)
}

// Value returns the atom's value now. It panics before the first Use or Follow.
func (v *View[T]) Value() T { return v.src.Get(v.store()) }

func (v *View[T]) watch(s *atom.Store) (stop func()) {
	if v.follow {
		return s.Subscribe(v.src, v.writeParts)
	}
	return s.Watch(v.src, v.bind.Refresh)
}

// missing reports whether there is nothing at the view's atom, as at the one of a map's
// key that was removed.
func (v *View[T]) missing() bool {
	if v.lookup == nil {
		return false
	}
	_, found := v.lookup(v.store())
	return !found
}

// viewBase is the part of a View that is the same for every type.
type viewBase struct {
	bind     *Bind
	atom     any
	follow   bool   // bound by Follow: changes are written to parts of the page
	stop     func() // ends the subscription; nil when there is none
	handlers handlers
}

// anyView is a View of any type.
type anyView interface {
	watch(*atom.Store) (stop func())
	subscribe(self anyView)
	unsubscribe()
	missing() bool
	removeHandlers()
}

// rebind is called once in each rendering. It reports whether the view has another atom
// than before, to which it has to subscribe.
func (v *viewBase) rebind(self anyView, b *Bind, a any, follow bool) bool {
	if v.bind == nil {
		v.bind = b
		b.views = append(b.views, self)
	}
	b.stale = false
	v.handlers.rendered = 0
	if v.atom == a && v.follow == follow {
		return false
	}
	v.unsubscribe()
	v.atom, v.follow = a, follow
	return true
}

// store returns the component's store. It panics when the view is not bound: a page that
// shows nothing would not say why.
//
//go:noinline
func (v *viewBase) store() *atom.Store {
	if v.bind == nil {
		panic("hook: the hook is not bound to an atom yet: call its Use in Render")
	}
	return v.bind.Store()
}

func (v *viewBase) subscribe(self anyView) {
	if v.stop == nil && v.bind.subscribes() {
		v.stop = self.watch(v.bind.Store())
	}
}

//go:noinline
func (v *viewBase) unsubscribe() {
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
}

func (v *viewBase) removeHandlers() { v.handlers.removeAll() }
