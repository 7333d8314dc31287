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
// Update functions and derive functions run under that lock. They see the
// store through what they are handed (a draft, a [Reader]); one that calls the
// store itself panics with [ErrReentered] instead of waiting for ever.
type Store struct {
	mu      sync.Mutex
	epoch   uint64 // counts the changes
	read    lastRead
	entryID uint64
	cells   map[uint64]*cell   // by root id
	memos   map[uint64]*memo   // by derived id
	loaders map[uint64]*loader // by async id
	due     []*subscription    // may have to be told, in this batch
	own     Batch              // of a single write
	notes   noteQueue          // what is told after the lock is released

	onConflict []*func(Conflict)
	attached   []attachment
	debug      debugMode // nil unless Debug was called
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
// the function that [Store.Batch] hands it to.
type Batch struct{ s *Store }

// Batch runs f and makes everything that f writes through b visible at once.
// If f panics, what it has written until then stays, and the panic goes on.
// Inside f use b, not the store.
func (s *Store) Batch(f func(b *Batch)) {
	s.begin()
	b := &Batch{s}
	defer s.end(b)
	calling(func() { f(b) })
}

func (s *Store) begin() *Batch {
	s.lock()
	if s.debug != nil {
		if err := s.debug.check(s); err != nil {
			s.mu.Unlock()
			panic(err)
		}
	}
	return &s.own
}

func (s *Store) end(*Batch) { s.commit(); s.mu.Unlock(); s.notes.deliver() }

func (b *Batch) begin() *Batch { return b }
func (b *Batch) end(*Batch)    {}

func (s *Store) open(source) *Store { s.lock(); return s }
func (s *Store) close()             { s.mu.Unlock() }

func (b *Batch) open(source) *Store { return b.s }
func (b *Batch) close()             {}

// lock takes the store's lock. When it is held, the reason may be that this
// very goroutine is inside an update function: then waiting would never end.
func (s *Store) lock() {
	if s.mu.TryLock() {
		return
	}
	if calls.Load() > 0 && insideCall() {
		panic(ErrReentered)
	}
	s.mu.Lock()
}

// calls counts the users' functions that run under a store's lock.
var calls atomic.Int32

// calling runs a function of the user under a store's lock. It is kept out of
// line so that insideCall finds it on the stack.
//
//go:noinline
func calling(f func()) {
	calls.Add(1)
	defer calls.Add(-1)
	f()
}

// insideCall reports whether the calling goroutine is below calling.
func insideCall() bool {
	var pcs [256]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		frame, more := frames.Next()
		if frame.Function == "github.com/atomsaga/atomsaga/atom.calling" {
			return true
		}
		if !more {
			return false
		}
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
func newID() uint64 { return lastID.Add(1) }
