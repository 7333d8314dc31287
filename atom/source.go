package atom

import (
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A Source is something whose value can be read and watched: an [Atom], a
// [Derived]. All methods are called under the store's lock.
type Source interface {
	// peek returns the value now, as a pointer that is compared with same.
	peek(s *Store) any
	// same reports whether two results of peek are the same value. The second is
	// what peek returns now.
	same(s *Store, before, now any) bool
	// observe has w told when the value may have changed, until stop is called.
	observe(s *Store, w watcher) (stop func())
}

// Readable is an atom of any kind that has a value of type T: an [*Atom], a
// [*Derived], an [*AsyncAtom].
type Readable[T any] interface {
	Source
	Get(Reader) T
}

// Target is an atom that entries are dispatched on: an [*Atom] of any type.
type Target interface {
	Source
	fmt.Stringer

	// Pending returns how many entries that concern the atom wait for their effect.
	Pending(Reader) int

	target() (root uint64, path draft.Path)
	nudge(*Store)
}

func (a *Atom[T]) target() (uint64, draft.Path) { return a.root.id, a.path }

// String names the atom: its root's number and the path from there.
func (a *Atom[T]) String() string { return nameOf(a.root.id, a.path) }

func nameOf(root uint64, path draft.Path) string { return fmt.Sprintf("atom %d%s", root, path) }

func (a *Atom[T]) nudge(s *Store) {
	c := s.logOf(a.root)
	c.notify(s, slices.Values([]draft.Path{c.pathNow(a.path)}), statusChanged)
}

func (a *Atom[T]) peek(s *Store) any {
	p, ok := a.now(s)
	if !ok {
		return (*T)(nil)
	}
	return p
}

func (a *Atom[T]) same(_ *Store, before, now any) bool {
	p, q := before.(*T), now.(*T)
	return p == q || p != nil && q != nil && draft.Equal(p, q)
}

func (a *Atom[T]) observe(s *Store, w watcher) (stop func()) {
	c := s.logOf(a.root)
	return c.watch(c.pathNow(a.path), w).remove
}
