package atom

import (
	"sync"

	"github.com/atomsaga/atomsaga/internal/goroutine"
)

// A lock is a mutex that knows which goroutine holds it while that runs a function
// of the user. One that locks it again there gets a panic, in place of waiting for
// itself: see [ErrReentered].
//
// The owner is what the lock itself knows, so another store's lock, or a function
// below many others, makes no difference, and it costs next to nothing.
type lock struct {
	mu    sync.Mutex
	owner goroutine.ID // zero when nobody has claimed it
}

// Lock waits until the calling goroutine alone holds l. It has to claim l before it
// calls a function of the user.
func (l *lock) Lock() {
	if !l.mu.TryLock() {
		l.wait()
	}
}

// claim notes that the calling goroutine, which holds l, is its owner.
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

// setOwner and holder do without an atomic operation, which would take as long as the
// mutex itself: a goroutine that reads its own ID has written it last, for it
// clears it before it lets go. Whatever else it reads says that it is not the owner.
//
//go:norace
func (l *lock) setOwner(id goroutine.ID) { l.owner = id }

//go:norace
func (l *lock) currentOwner() goroutine.ID { return l.owner }

// wait is Lock when somebody holds l.
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

// add notes that a goroutine is about to wait. It panics with [ErrDeadlock] when
// that would never end: the last one of a circle finds it out, for what it reads of
// the others, who wait, stays so. One that has got its lock meanwhile is no part of
// a circle: it leaves before it claims it.
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
