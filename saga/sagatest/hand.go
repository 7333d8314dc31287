package sagatest

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A Hand settles the effect of one task.
type Hand struct {
	Task *saga.Task

	answers chan answer
	held    atomic.Bool // the effect has begun, and waits

	mu    sync.Mutex
	begun func() // is called when the effect has begun, unless it is nil
}

type answer struct {
	err     error
	release bool
	taken   chan struct{} // closed when the effect has it
}

func newHand() *Hand { return &Hand{answers: make(chan answer, 1)} }

// Run runs a saga of update, with an effect that waits for the hand.
func Run[T any](s *atom.Store, a *atom.Atom[T], update func(*T)) *Hand {
	h := newHand()
	h.Task = saga.Run(s, a, saga.Update(update).Effect(Effect[T](h)))
	return h
}

// Effect is the effect that waits for h, for sagas that are more than an update:
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

func (h *Hand) wait(ctx context.Context, effect func(context.Context) error) error {
	h.held.Store(true)
	h.mu.Lock()
	begun := h.begun
	h.mu.Unlock()
	if begun != nil {
		begun()
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

// Succeed has the effect succeed, and returns when the task has ended and
// everyone has been told. An effect that has not begun ([saga.Task.Waiting])
// succeeds when it begins; Succeed does not wait for that, unless the saga is durable:
// the outbox lets it begin. Settle those first that it has to wait for, then.
func (h *Hand) Succeed() { h.Settle(nil) }

// Fail has this attempt of the effect fail with err, as Succeed. It returns, too,
// when the task waits for another attempt.
func (h *Hand) Fail(err error) { h.Settle(err) }

// Settle is Succeed if err is nil, else Fail.
func (h *Hand) Settle(err error) {
	if h.Task.Durable() {
		h.settleKept(err)
	} else {
		h.settle(err)
	}
}

// settleKept settles a durable saga, whose effect begins, and is over, on the ways of its
// outbox: all of them are waited for.
func (h *Hand) settleKept(err error) {
	ctx, again := context.WithCancel(context.Background())
	defer again()
	var taken atomic.Pointer[<-chan struct{}]
	look := func() {
		if c := taken.Load(); c != nil && closed(*c) && (h.held.Load() || h.Task.Waiting()) {
			again() // another attempt
		}
	}
	h.notify(look)
	defer h.notify(nil)
	defer atom.Subscribe(h.Task.Store(), saga.Tasks(), look)()
	c := h.answer(answer{err: err})
	taken.Store(&c)
	look()
	h.Task.Wait(ctx)
}

func (h *Hand) notify(begun func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.begun = begun
}

// settle settles the attempt that has begun, or the next one when it begins.
func (h *Hand) settle(err error) {
	taken := h.answer(answer{err: err})
	for h.busy() && !closed(taken) {
		runtime.Gosched() // the effect's goroutine has all that it needs
	}
	for h.busy() && !h.held.Load() {
		runtime.Gosched()
	}
	if h.Task.State() != saga.Running {
		h.Task.Wait(context.Background())
	}
}

func (h *Hand) busy() bool { return h.Task.State() == saga.Running && !h.Task.Waiting() }

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Release lets the saga's own effect run, if it has one.
func (h *Hand) Release() { h.answer(answer{release: true}) }

func (h *Hand) answer(a answer) (taken <-chan struct{}) {
	a.taken = make(chan struct{})
	select {
	case h.answers <- a:
	default: // one waits already
		close(a.taken)
	}
	return a.taken
}

// Effects holds back the effects of a store. See [Hold].
type Effects struct {
	mu    sync.Mutex
	hands map[*saga.Task]*Hand
}

// Hold holds back every effect that the store is going to run, until the hand of
// its task settles or releases it.
func Hold(s *atom.Store) *Effects {
	e := &Effects{hands: map[*saga.Task]*Hand{}}
	saga.Around(s, func(ctx context.Context, effect func(context.Context) error) error {
		return e.Of(saga.TaskFrom(ctx)).wait(ctx, effect)
	})
	return e
}

// Of returns the hand of a task of the store.
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
