package sagatest

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A Hand holds the effect of one task, and settles it when the test says so. Its methods may
// be called on any goroutine.
type Hand struct {
	Task *saga.Task

	answers chan answer
	held    atomic.Bool // an attempt has begun, and waits for its answer

	mu      sync.Mutex
	onBegin func() // called when an attempt begins; may be nil
}

// An answer is how an attempt ends.
type answer struct {
	err     error
	release bool          // by the saga's own effect
	taken   chan struct{} // closed when an attempt has it
}

func newHand() *Hand { return &Hand{answers: make(chan answer, 1)} }

// Run runs a saga of update, whose effect the hand holds.
func Run[T any](s *atom.Store, a *atom.Atom[T], update func(*T)) *Hand {
	h := newHand()
	h.Task = saga.Run(s, a, saga.Update(update).Effect(Effect[T](h)))
	return h
}

// Effect returns an effect that h holds, for sagas that are more than an update. The test sets
// h.Task:
//
//	h := &sagatest.Hand{}
//	h.Task = saga.Run(store, kind, saga.Update(...).Effect(sagatest.Effect[Kind](h)).Latest())
func Effect[T any](h *Hand) func(context.Context, T) error {
	if h.answers == nil {
		h.answers = make(chan answer, 1)
	}
	return func(ctx context.Context, _ T) error {
		return h.wait(ctx, func(context.Context) error { return nil })
	}
}

// wait is called by an attempt, with the effect that Release lets run.
func (h *Hand) wait(ctx context.Context, effect func(context.Context) error) error {
	h.held.Store(true)
	h.mu.Lock()
	onBegin := h.onBegin
	h.mu.Unlock()
	if onBegin != nil {
		onBegin()
	}
	select {
	case a := <-h.answers:
		h.held.Store(false)
		close(a.taken)
		if a.release {
			return effect(ctx)
		}
		return a.err
	case <-ctx.Done():
		h.held.Store(false)
		return ctx.Err()
	}
}

// Succeed lets the effect succeed. It returns when the task has ended and all subscribers were
// called.
//
// An effect that has not begun ([saga.Task.Waiting]) succeeds when it begins, for which Succeed
// does not wait. For a durable saga, whose outbox begins the effect, it does: settle the tasks
// that are before it first.
func (h *Hand) Succeed() { h.settle(nil) }

// Fail is Succeed for an attempt that fails with err. It also returns when the task waits for
// another attempt.
func (h *Hand) Fail(err error) { h.settle(err) }

func (h *Hand) settle(err error) {
	if h.Task.Durable() {
		h.settleDurable(err)
	} else {
		h.settleAttempt(err)
	}
}

// settleDurable waits until the outbox has begun an attempt, and until it knows how that ended.
func (h *Hand) settleDurable(err error) {
	ctx, settled := context.WithCancel(context.Background())
	defer settled()
	var taken atomic.Pointer[<-chan struct{}]
	check := func() {
		if c := taken.Load(); c != nil && isClosed(*c) && (h.held.Load() || h.Task.Waiting()) {
			settled() // there is another attempt
		}
	}
	h.setOnBegin(check)
	defer h.setOnBegin(nil)
	defer h.Task.Store().Subscribe(saga.Tasks(), check)()
	c := h.answer(answer{err: err})
	taken.Store(&c)
	check()
	h.Task.Wait(ctx)
}

func (h *Hand) setOnBegin(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onBegin = f
}

// settleAttempt settles the attempt that has begun or, when none has, the next one.
func (h *Hand) settleAttempt(err error) {
	taken := h.answer(answer{err: err})
	for h.attempting() && !isClosed(taken) {
		runtime.Gosched() // the effect's goroutine waits for nothing else
	}
	for h.attempting() && !h.held.Load() {
		runtime.Gosched()
	}
	if h.Task.State() != saga.Running {
		h.Task.Wait(context.Background())
	}
}

// attempting reports whether an attempt has begun, or is about to.
func (h *Hand) attempting() bool { return h.Task.State() == saga.Running && !h.Task.Waiting() }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Release lets the saga's own effect run, if it has one. It does not wait.
func (h *Hand) Release() { h.answer(answer{release: true}) }

// answer gives the answer to the attempt that has begun or, when none has, to the next one,
// unless that has an answer already.
func (h *Hand) answer(a answer) (taken <-chan struct{}) {
	a.taken = make(chan struct{})
	select {
	case h.answers <- a:
	default:
		close(a.taken)
	}
	return a.taken
}

// Effects are the effects of a store, held by [Hold].
type Effects struct {
	mu    sync.Mutex
	hands map[*saga.Task]*Hand
}

// Hold holds each effect that the store is going to run, until the hand of its task settles or
// releases it.
func Hold(s *atom.Store) *Effects {
	e := &Effects{hands: map[*saga.Task]*Hand{}}
	saga.Wrap(s, func(ctx context.Context, effect func(context.Context) error) error {
		return e.Of(saga.TaskFrom(ctx)).wait(ctx, effect)
	})
	return e
}

// Of returns the hand that holds the effect of a task of the store.
func (e *Effects) Of(t *saga.Task) *Hand {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.hands[t]
	if h == nil {
		h = newHand()
		h.Task = t
		e.hands[t] = h
	}
	return h
}
