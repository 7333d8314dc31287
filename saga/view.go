package saga

import "github.com/atomsaga/atomsaga/atom"

// A View is a [Hook] that only reads, and so can be bound to an atom of any
// kind: a derived or an async one, too.
type View[T any] struct {
	bind *Bind
	src  atom.Readable[T]
	stop func()

	lookup func(atom.Reader) (T, bool) // nil when there is always a value

	follows bool // it writes its parts, and has nothing rendered
	parts   followers

	handlers handlers
}

// Use binds the view to an atom, in place of the one before, and returns its
// value. The component renders again when that changes.
func (v *View[T]) Use(b *Bind, src atom.Readable[T]) T {
	v.use(b, src, false)
	return v.Value()
}

func (v *View[T]) use(b *Bind, src atom.Readable[T], follows bool) {
	if v.bind == nil {
		v.bind = b
		b.views = append(b.views, v)
	}
	b.stale = false
	v.handlers.rendered = 0
	if v.src == src && v.follows == follows {
		return
	}
	v.unsubscribe()
	v.src, v.lookup, v.follows = src, nil, follows
	if a, mayMiss := src.(interface{ Lookup(atom.Reader) (T, bool) }); mayMiss {
		v.lookup = a.Lookup
	}
	v.subscribe()
}

// Value returns the atom's value now.
func (v *View[T]) Value() T { return v.src.Get(v.store()) }

// store panics for a hook that has no atom yet, which is more than a page that
// shows nothing would say.
func (v *View[T]) store() *atom.Store {
	if v.bind == nil {
		panic("saga: the hook is not bound to an atom yet: call its Use in Render")
	}
	return v.bind.Store()
}

func (v *View[T]) subscribe() {
	switch {
	case v.stop != nil || !v.bind.follows():
	case v.follows:
		v.stop = atom.Subscribe(v.bind.Store(), v.src, v.write)
	default:
		v.stop = atom.Watch(v.bind.Store(), v.src, v.bind.refresh)
	}
}

func (v *View[T]) unsubscribe() {
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
}

// missing reports whether the view's atom is one of which there is nothing.
func (v *View[T]) missing() bool {
	if v.lookup == nil {
		return false
	}
	_, there := v.lookup(v.store())
	return !there
}

// deafen ends what its component hears of events.
func (v *View[T]) deafen() { v.handlers.end() }
