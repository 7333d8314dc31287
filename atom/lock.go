package atom

import (
	"sync"

	"github.com/atomsaga/atomsaga/internal/goroutine"
)

// A lock is a mutex that knows its owner while that runs a function of the user. A goroutine
// that locks it again there panics with [ErrReentered] instead of waiting for itself.
type lock struct {
	mu    sync.Mutex
	owner goroutine.ID // zero when nobody has claimed it
}

// Lock locks l. The caller has to claim l before it calls a function of the user.
func (l *lock) Lock() {
	if !l.mu.TryLock() {
		l.wait()
	}
}

// claim makes the calling goroutine, which holds l, its owner.
func (l *lock) claim() {
	if l.currentOwner() == 0 {
		l.setOwner(goroutine.Current())
	}
}

//go:norace
func (l *lock) Unlock() {
	l.owner = 0
	l.mu.Unlock()
}

// isOwner reports whether the calling goroutine owns l.
func (l *lock) isOwner() bool { return l.currentOwner() == goroutine.Current() }

// setOwner and currentOwner use no atomic operations, which would cost as much as the mutex.
// That is safe: a goroutine that reads its own ID has written it itself, and not cleared
// it since; whatever else it reads is not its ID.
//
//go:norace
func (l *lock) setOwner(id goroutine.ID) { l.owner = id }

//go:norace
func (l *lock) currentOwner() goroutine.ID { return l.owner }

// wait is Lock for a lock that is held.
func (l *lock) wait() {
	me := goroutine.Current()
	if l.currentOwner() == me {
		panic(ErrReentered)
	}
	waiting.add(me, l)
	defer waiting.remove(me)
	l.mu.Lock()
}

// waiting knows which goroutine waits for which lock, in all stores: one that holds
// a store's lock may wait for another store's, whose holder waits for the first.
var waiting = waits{locks: map[goroutine.ID]*lock{}}

type waits struct {
	mu    sync.Mutex
	locks map[goroutine.ID]*lock
}

// add notes that a goroutine is about to wait for l. It panics with [ErrDeadlock] when that
// would close a circle of waiting goroutines. The last one of a circle finds it: what it
// reads of the others cannot change, because they wait. A goroutine that has got its lock
// meanwhile is not in a circle: it removes itself before it claims the lock.
func (w *waits) add(me goroutine.ID, l *lock) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for next := l; next != nil; next = w.locks[next.currentOwner()] {
		if next.currentOwner() == me {
			panic(ErrDeadlock)
		}
	}
	w.locks[me] = l
}

func (w *waits) remove(me goroutine.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.locks, me)
}
