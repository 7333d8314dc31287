package atom

import (
	"runtime"
	"sync"
	"sync/atomic"
	"weak"
)

// A Store holds the values of atoms. An atom is only a definition: the same
// atom has a value of its own in every store, and nothing is shared between
// two stores. The zero Store is not usable; call [NewStore].
//
// A Store is safe for concurrent use. Everything that reads or changes it
// happens under one lock, in an order that all goroutines agree on; those who
// subscribed are told after the lock is released, once per batch.
//
// The functions of updates, derived atoms, lenses and batches run under that lock.
// They see the store through what they are handed (a draft, a [Reader], a [Batch]);
// one that calls the store itself panics with [ErrReentered] instead of waiting for
// ever, however deep below it that is. Another store may be used there. Where two
// stores are each used inside a function of the other, at the same time, they wait
// for each other: one of them panics with [ErrDeadlock].
type Store struct {
	mu      lock
	handed  Reader // what the user's function that runs under mu may use; nil: no more than its arguments
	epoch   uint64 // counts the changes
	read    lastRead
	entryID uint64
	cells   map[uint64]*cell   // by root id
	recent  *cell              // that was used last
	memos   map[uint64]*memo   // by derived id
	loaders map[uint64]*loader // by async id
	due     []*subscription    // may have to be told, in this batch
	news    []*subscription    // have to be told
	batch   uint64             // the number of the batch under way, or of the last one
	own     Batch              // of a single write
	notes   noteQueue          // what is told after the lock is released

	subscriptions uint64 // counted
	renames       uint64 // counted
	onConflict    []*conflictHandler
	onError       []*errorHandler
	attached      []attachment
	debug         debugMode // nil unless Debug was called
}

// NewStore returns an empty store, in which every atom has its initial value.
func NewStore() *Store {
	s := &Store{cells: map[uint64]*cell{}, memos: map[uint64]*memo{}, loaders: map[uint64]*loader{}}
	s.own.s = s
	return s
}

var defaultStore = sync.OnceValue(NewStore)

// Default returns the store that a page in the browser uses unless it was
// given another one. On a server make a store for each request instead.
func Default() *Store { return defaultStore() }

// A Reader is where an atom's value is read from: a [*Store], a [*Batch], or
// the Reader that the function of a derived or async atom is handed, which
// also records what was read.
type Reader interface {
	// open takes the store's lock, and notes that src is read; close lets go.
	// What calls a function of the user in between claims the lock before.
	open(src source) *Store
	close()
}

// A Writer is where an atom is written to: a [*Store], or a [*Batch] of it.
type Writer interface {
	Reader
	begin() *Batch
	end(*Batch)
}

// A Batch collects writes that are seen together: readers of the store see
// either none or all of them, and subscribers are told once. A Batch is a
// Reader, too, and shows what has been written so far. It is valid only inside
// the function that [Store.Batch] hands it to, and in the goroutine of that: used
// anywhere else it panics with [ErrOver], and with [ErrReentered] inside an update or
// derive function, which must see nothing but what they are handed.
type Batch struct {
	s    *Store
	over bool
}

// Batch runs f and makes everything that f writes through b visible at once.
// If f panics, what it has written until then stays, and the panic goes on.
// Inside f use b, not the store.
func (s *Store) Batch(f func(b *Batch)) {
	defer s.end(s.begin())
	s.hand(f)
}

// hand calls f, a function of the user, with a Batch that it may use.
func (s *Store) hand(f func(*Batch)) {
	b := &Batch{s: s}
	before := s.handed
	s.handed = b
	defer func() { b.over, s.handed = true, before }()
	f(b)
}

func (s *Store) begin() *Batch {
	s.mu.Lock()
	s.mu.claim()
	s.batch++
	if s.debug != nil {
		if err := s.debug.check(s); err != nil {
			s.mu.Unlock()
			panic(err)
		}
	}
	return &s.own
}

func (s *Store) end(b *Batch) {
	defer s.notes.deliver()
	defer s.mu.Unlock()
	s.commit()
}

func (s *Store) open(source) *Store { s.mu.Lock(); return s }
func (s *Store) close()             { s.mu.Unlock() }

// A Batch is not handed to whatever runs while it reads or writes.

func (b *Batch) begin() *Batch      { b.take(); return &b.s.own }
func (b *Batch) end(*Batch)         { b.giveBack() }
func (b *Batch) open(source) *Store { b.take(); return b.s }
func (b *Batch) close()             { b.giveBack() }

func (b *Batch) take() {
	s := b.s
	switch {
	case s == nil || !s.mu.mine() || b.over:
		panic(ErrOver)
	case b == &s.own: // of this package alone
	case s.handed != Reader(b):
		panic(ErrReentered)
	default:
		s.handed = nil
	}
}

func (b *Batch) giveBack() {
	if b != &b.s.own {
		b.s.handed = b
	}
}

// Attach returns what make returned when it was first called with this key for
// the store that r reads. Packages above keep what belongs to one store there;
// key is best a value of an unexported type. make must not use the store.
func Attach[V any](r Reader, key any, make func() V) V {
	s := r.open(nil)
	defer r.close()
	for _, a := range s.attached { // a few: to compare them is less than to hash one
		if a.key == key {
			return a.value.(V)
		}
	}
	s.mu.claim()
	v := make()
	s.attached = append(s.attached, attachment{key, v})
	return v
}

type attachment struct{ key, value any }

// forgetWith drops what the store keeps for an atom when nobody holds that any
// more: what is kept must not reach the origin.
func (s *Store) forgetWith(from *origin, forget func(*Store, uint64)) {
	store := weak.Make(s)
	runtime.AddCleanup(from, func(id uint64) {
		if s := store.Value(); s != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			forget(s, id)
		}
	}, from.id)
}

var lastID atomic.Uint64

// newID returns a number that no other atom of this process has.
//
//go:noinline
func newID() uint64 { return lastID.Add(1) }
