package atom

import (
	"runtime"
	"sync/atomic"
	"weak"
)

// A Store holds the values of atoms. An atom is only a definition: the same
// atom has a value of its own in every store, and nothing is shared between
// two stores. The zero Store is not usable; call [NewStore].
//
// A Store is safe for concurrent use. Everything that reads or changes it
// happens under one lock, in an order that all goroutines agree on. Subscribers are
// called after the lock is released, in the order of the changes, once per batch, and
// only if the value that they subscribed to has become a different one; those of one
// batch in the order in which they have subscribed.
//
// The functions of updates, derived atoms, lenses and batches run under that lock.
// They see the store through what they are handed (a draft, a [Reader], a [Batch]),
// until they return, in their own goroutine. One that calls the store itself panics with
// [ErrReentered] instead of waiting for ever, however deep below it that is; what is used
// after it has returned, or in another goroutine, panics with [ErrOver]. Another store may
// be used there. Where two stores are each used inside a function of the other, at the
// same time, they wait for each other: one of them panics with [ErrDeadlock].
type Store struct {
	mu            lock
	permitted     Reader // what the user's function that runs under mu may use; nil: only its arguments
	epoch         uint64 // counts the changes of what is visible
	read          lastRead
	entryID       uint64
	logs          map[uint64]*rootLog // by root id
	recent        *rootLog            // the one that was used last
	memos         map[uint64]*memo    // by derived id
	loaders       map[uint64]*loader  // by async id
	dirty         []*subscription     // to be checked at the end of the batch
	changed       []*subscription     // checked: will be notified
	batch         uint64              // the number of the batch under way, or of the last one
	own           Batch               // of this package, for a single write
	notifications notifyQueue         // callbacks for after the lock is released

	subscriptions uint64 // counted
	renames       uint64 // counted
	onConflict    handlers[Conflict]
	onError       handlers[writeError]
	attached      []attachment
	debug         debugMode // nil unless Debug was called
}

// NewStore returns an empty store, in which every atom has its initial value.
func NewStore() *Store {
	s := &Store{logs: map[uint64]*rootLog{}, memos: map[uint64]*memo{}, loaders: map[uint64]*loader{}}
	s.own.s = s
	return s
}

// Default is the store that a page in the browser uses unless it was given another
// one. On a server make a store for each request instead.
var Default = NewStore()

// beginWrite takes the lock and begins a batch; endWrite ends both, and notifies.
func (s *Store) beginWrite() *Batch {
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

func (s *Store) endWrite(b *Batch) {
	defer s.notifications.deliver()
	defer s.mu.Unlock()
	s.commit()
}

func (s *Store) beginRead(Source) *Store { s.mu.Lock(); return s }
func (s *Store) endRead()                { s.mu.Unlock() }

// cleanUpWith has forget called when the definition of an atom is collected. What the store
// keeps for the atom must not hold the definition.
func (s *Store) cleanUpWith(from *definition, forget func(*Store, uint64)) {
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
