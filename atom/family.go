package atom

import (
	"runtime"
	"sync"
	"weak"

	"github.com/atomsaga/atomsaga/internal/goroutine"
)

// A Family makes the atom for a key, such as one per row of a table. Members
// with the same key are the same atom for as long as anyone holds one; a
// member that no one holds is collected, and so are the values that stores
// keep for it. A Family is safe for concurrent use.
type Family[K comparable, A any] struct {
	newMember func(K) *A
	mu        sync.Mutex
	members   map[K]weak.Pointer[A]
	creating  map[creation[K]]bool
}

// A creation is a goroutine that makes the member with a key.
type creation[K comparable] struct {
	by  goroutine.ID
	key K
}

// NewFamily returns a family whose members are made by make, which must
// return a new atom each time:
//
//	kindByID := atom.NewFamily(func(id KindID) *atom.Atom[Kind] { return atom.Key(kinds, id) })
//
// make runs under no lock: it may use other members and stores. Two goroutines that
// ask for a new member at the same time may both call it; they get the same one.
func NewFamily[K comparable, A any](make func(K) *A) *Family[K, A] {
	return &Family[K, A]{newMember: make, members: map[K]weak.Pointer[A]{}, creating: map[creation[K]]bool{}}
}

// Of returns the member for a key. It panics when the function of the family, asked
// for this member, asks for it itself.
func (f *Family[K, A]) Of(key K) *A {
	f.mu.Lock()
	a := f.members[key].Value()
	f.mu.Unlock()
	if a != nil {
		return a
	}
	return f.add(key, f.create(key))
}

func (f *Family[K, A]) create(key K) *A {
	this := creation[K]{goroutine.Current(), key}
	f.mu.Lock()
	again := f.creating[this]
	f.creating[this] = true
	f.mu.Unlock()
	if again {
		panic("atom: the function of a Family asks for the member that it is to make")
	}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.creating, this)
	}()
	return f.newMember(key)
}

// add returns a as the member, or the one that has been added meanwhile.
func (f *Family[K, A]) add(key K, a *A) *A {
	f.mu.Lock()
	defer f.mu.Unlock()
	if other := f.members[key].Value(); other != nil {
		return other
	}
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
