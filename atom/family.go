package atom

import (
	"runtime"
	"sync"
	"weak"
)

// A Family makes the atom for a key, such as one per row of a table. Members
// with the same key are the same atom for as long as anyone holds one; a
// member that no one holds is collected, and so are the values that stores
// keep for it. A Family is safe for concurrent use.
type Family[K comparable, A any] struct {
	make    func(K) *A
	mu      sync.Mutex
	members map[K]weak.Pointer[A]
}

// NewFamily returns a family whose members are made by make, which must
// return a new atom each time:
//
//	kindByID := atom.NewFamily(func(id KindID) *atom.Atom[Kind] { return atom.Key(kinds, id) })
func NewFamily[K comparable, A any](make func(K) *A) *Family[K, A] {
	return &Family[K, A]{make: make, members: map[K]weak.Pointer[A]{}}
}

// Of returns the member for a key.
func (f *Family[K, A]) Of(key K) *A {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a := f.members[key].Value(); a != nil {
		return a
	}
	a := f.make(key)
	f.members[key] = weak.Make(a)
	runtime.AddCleanup(a, f.forget, key)
	return a
}

// forget removes a collected member, unless there is a new one.
func (f *Family[K, A]) forget(key K) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.members[key].Value() == nil {
		delete(f.members, key)
	}
}

// Len returns the number of members that are held, or not yet collected.
func (f *Family[K, A]) Len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.members)
}
