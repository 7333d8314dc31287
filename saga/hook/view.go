package hook

import "github.com/atomsaga/atomsaga/atom"

// A View is a [Hook] that only reads, and so can be bound to an atom of any
// kind: a derived or an async one, too.
type View[T any] struct {
	binding
	src    atom.Readable[T]
	lookup func(atom.Reader) (T, bool) // nil when there is always a value
	parts  followers
}

// Use binds the view to an atom, in place of the one before, and returns its
// value. The component renders again when that changes.
func (v *View[T]) Use(b *Bind, src atom.Readable[T]) T {
	v.use(b, src, false)
	return v.Value()
}

func (v *View[T]) use(b *Bind, src atom.Readable[T], follows bool) {
	if !v.rebind(v, b, src, follows) {
		return
	}
	v.src, v.lookup = src, nil
	if a, mayMiss := src.(interface{ Lookup(atom.Reader) (T, bool) }); mayMiss {
		v.lookup = a.Lookup
	}
	v.subscribe(v)
}

// Value returns the atom's value now.
func (v *View[T]) Value() T { return v.src.Get(v.store()) }

func (v *View[T]) begin(s *atom.Store) (end func()) {
	if v.follows {
		return atom.Subscribe(s, v.src, v.write)
	}
	return atom.Watch(s, v.src, v.bind.refresh)
}

// missing reports whether the view's atom is one of which there is nothing.
func (v *View[T]) missing() bool {
	if v.lookup == nil {
		return false
	}
	_, there := v.lookup(v.store())
	return !there
}
