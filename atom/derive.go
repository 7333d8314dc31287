package atom

import (
	"reflect"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A Derived atom is computed from others. Make it with [Derive].
type Derived[T any] struct {
	from    *definition // first, as the id of an Atom
	compute func(Reader) T

	// observed is called, under the lock, when the first observer subscribes, and the
	// function that it returns when the last one has gone. It may be nil.
	observed func(*Store) (unobserved func())
}

// Derive returns an atom whose value is what compute returns. The atoms that
// compute reads through its Reader are its dependencies, found anew each time.
//
// The value is cached. It is computed again at most once per batch, and only
// when it is looked at (read, or subscribed to) after a dependency's value has
// really changed; a result that equals the last one is no change for those who
// depend on it. It is never computed from a half-updated state. compute must
// be pure and must not keep its Reader; if it panics, so does Get.
func Derive[T any](compute func(Reader) T) *Derived[T] {
	return &Derived[T]{from: newDefinition(nil), compute: compute}
}

// AtomOpaque says that an atom can be held by another one: see [draft.Opaque].
func (d *Derived[T]) AtomOpaque() {}

// Get returns the value, computing it if it is not known.
func (d *Derived[T]) Get(r Reader) T {
	s := r.beginRead(d)
	defer r.endRead()
	return *s.memoOf(d.from).handOut(s, d, d.from.id).(*T)
}

func (d *Derived[T]) peek(s *Store) any { return s.memoOf(d.from).peek(s, d) }

// same compares pointers, because run keeps the pointer of an equal value. It compares values
// only when there may have been another one in between: in a batch in which the value was
// computed more than once.
func (d *Derived[T]) same(s *Store, before, now any) bool {
	if before == now || !s.memoOf(d.from).recomputed {
		return before == now
	}
	p, ok := before.(*T)
	q, also := now.(*T)
	return ok && also && draft.Equal(p, q)
}

func (d *Derived[T]) observe(s *Store, w watcher) (stop func()) {
	return s.memoOf(d.from).observe(s, w, d, d.observed)
}

// run returns a pointer to the computed value: last when it is equal to that, and a
// *derivePanic when compute panics.
func (d *Derived[T]) run(r Reader, last any) (value any) {
	defer func() {
		if reason := recover(); reason != nil {
			value = &derivePanic{reason}
			if f, failed := last.(*derivePanic); failed && f.isSame(reason) {
				value = f
			}
		}
	}()
	v := d.compute(r)
	if p, ok := last.(*T); ok && draft.Equal(p, &v) {
		return p
	}
	return &v
}

// A derivePanic is the value of a derived atom whose function has panicked.
type derivePanic struct{ reason any }

func (f *derivePanic) isSame(reason any) bool {
	return reflect.ValueOf(reason).Comparable() && f.reason == reason
}
