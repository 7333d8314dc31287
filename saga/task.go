package saga

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/goroutine"
	"github.com/atomsaga/atomsaga/internal/wait"
)

// A State tells how far a task is. It changes once, from Running to another.
type State string

const (
	Running   State = "running"
	Succeeded State = "succeeded" // the effect has worked, or there was none
	Failed    State = "failed"    // the effect has not worked; the change is taken back
	Cancelled State = "cancelled" // [Task.Cancel] was called; the change is taken back

	// Superseded by a newer run of the saga ([Saga.Latest]); the change is
	// taken back.
	Superseded State = "superseded"

	// Conflict: the change could not be re-applied, and is taken back.
	Conflict State = "conflict"
)

var (
	// ErrTimeout is the error of a task whose effect took longer than
	// [Saga.Timeout] allows.
	ErrTimeout = errors.New("saga: the effect took too long")

	// ErrCancelled is the error of a task that was cancelled.
	ErrCancelled = errors.New("saga: cancelled")

	// ErrSuperseded is the error of a task that a newer one has superseded.
	ErrSuperseded = errors.New("saga: superseded by a newer one")

	// ErrConflict is wrapped by the error of a task whose change could not be
	// re-applied when something below it changed.
	ErrConflict = errors.New("saga: the change could not be re-applied")

	// ErrEffectPanicked is wrapped by the error of a task whose effect
	// panicked; the error's text has the value and the stack.
	ErrEffectPanicked = errors.New("saga: the effect panicked")

	// ErrNoResult is for effects to return, wrapped or not, that have worked and
	// have no result to hand on: the task succeeds, and the post-effect of a
	// [Typed] saga is not called, which would write a value that nobody gave it.
	ErrNoResult = errors.New("saga: the effect has worked, without a result")

	// ErrEnded is wrapped by the error of what an effect asks for that its task, which has
	// ended without it, can no longer give: see [Task.AsSent].
	ErrEnded = errors.New("saga: the task has ended")

	// ErrEffectExited is wrapped by the error of a task whose effect has ended
	// its goroutine ([runtime.Goexit], as a test's FailNow does) and so can return
	// nothing. It is not tried again.
	ErrEffectExited = errors.New("saga: the effect has ended its goroutine (runtime.Goexit)")
)

// A Task is one run of a saga. It is safe for concurrent use.
type Task struct {
	launch   *launch
	store    *atom.Store
	registry *registry

	// Guarded by the store's lock.
	work       work          // of runs that have joined: the last one's
	entries    []*atom.Entry // none when the update was refused; several when runs have joined
	patches    []draft.Changes
	sent       bool        // the entries are re-applied from the patches
	refusals   int         // of a patch that was stale; the effect's goroutine has it
	burst      *burst      // nil unless others may join, or have
	lane       *lane       // nil without a policy
	number     uint64      // in the order in which those with a policy were run
	letGo      func() bool // of launch.ctx; nil when there is none
	prev, next *Task       // that run

	live      bool // what it has changed is, or was when it ran
	expecting bool // a base that contains the change is to come; see Live
	confirmed bool // one has come

	// Where entries and patches begin: most tasks have one of each.
	firstEntry [1]*atom.Entry
	firstPatch [1]draft.Changes

	ctx          context.Context // the effect's
	cancelEffect context.CancelFunc
	done         chan struct{} // closed when everyone has been told
	endedBy      goroutine.ID  // and that is who tells them

	mu           sync.Mutex
	id           string // "" until somebody asks
	state        State
	err, postErr error
	clash        *atom.Conflict // written before the state
	attempts     int
	texts        [][]byte // of the patches, as they are sent; nil before, and when they have to be made anew
	waiting      bool
	progress     progress
	began, ended time.Time
}

func newTask(l *launch, w work) *Task {
	t := &Task{
		launch: l, store: l.store, registry: registryOf(l.store), work: w,
		state: Running, began: time.Now(), done: make(chan struct{}),
	}
	t.entries, t.patches = t.firstEntry[:0], t.firstPatch[:0]
	if l.durable != nil {
		t.id = l.durable.id()
	}
	t.ctx, t.cancelEffect = context.WithCancel((*taskContext)(t))
	return t
}

// ID names the task among all tasks of all devices. Send it along as the key by
// which the server knows an attempt that it has carried out already, and by which
// its answer to everyone tells whose change it was.
func (t *Task) ID() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.id == "" {
		t.id = newID()
	}
	return t.id
}

func (t *Task) isNamed(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.id != "" && t.id == id
}

// newID returns a name that no other device gives. Tests that play a history again have
// it return the same ones.
var newID = rand.Text

// Durable reports whether the saga was made with [Define], and outlives the page.
func (t *Task) Durable() bool { return t.launch.durable != nil }

// Store returns the store that the task changes.
func (t *Task) Store() *atom.Store { return t.store }

// State tells how far the task is.
func (t *Task) State() State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// Err returns why the task has not succeeded; nil while it runs.
func (t *Task) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// PostErr returns why the post-effect of a task that succeeded made no change.
func (t *Task) PostErr() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.postErr
}

// Began returns when the task was dispatched.
func (t *Task) Began() time.Time { return t.began }

// Ended returns when the task ended; the zero time while it runs.
func (t *Task) Ended() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ended
}

// Attempts returns how often the effect has been begun.
func (t *Task) Attempts() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.attempts
}

// Patch returns what the update has changed when it was dispatched, in the atom
// that the saga ran on; of runs that have joined, what they have changed
// together. The inverse is Patch().Inverse().
func (t *Task) Patch() draft.Changes {
	if all := t.Patches(); len(all) > 0 {
		return all[0]
	}
	return draft.Changes{}
}

// Patches returns the patch of each edit of a transaction.
func (t *Task) Patches() (all []draft.Changes) {
	t.store.Batch(func(*atom.Batch) { all = slices.Clone(t.patches) })
	return all
}

// Wait waits until the task has ended and returns its Err, or ctx's error when
// that ends first. While the task runs it panics in a handler of [hook.On], or another
// function that the browser calls: until that returns no answer can come.
//
// By then everybody has been told, with one exception: those who are told of the end
// may wait for the task, too, and need not wait for themselves.
func (t *Task) Wait(ctx context.Context) error {
	select {
	case <-t.done:
		return t.Err()
	default:
		if t.tellsOfIt() {
			return t.Err()
		}
		wait.CheckContext(ctx, "saga: Task.Wait")
	}
	select {
	case <-t.done:
		return t.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tellsOfIt reports whether the calling goroutine is the one that has ended the task.
func (t *Task) tellsOfIt() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state != Running && t.endedBy == goroutine.Current()
}

// Cancel takes the change back and cancels the effect's context. It does
// nothing to a task that has ended.
func (t *Task) Cancel() { t.end(Cancelled, ErrCancelled, t.drop) }

// Retry runs the saga of a task that has failed again, as a new change, and
// dismisses the failure. The record of a durable saga stays in the outbox until
// that has succeeded, or has failed in its place.
func (t *Task) Retry() *Task {
	t.registry.dismiss(t.store, t)
	if t.launch.durable != nil {
		return t.launch.durable.retry()
	}
	if t.burst != nil {
		return t.runAgain(t.burst.begin)
	}
	return t.launch.run()
}

// runAgain runs the saga as other work, which it is, too, when that is run again.
func (t *Task) runAgain(begin func() work) *Task {
	l := *t.performed()
	l.durable = nil
	l.begin = begin
	return l.run()
}

// performed returns the launch whose effect is, or was, performed.
func (t *Task) performed() *launch {
	if t.burst != nil {
		return t.burst.parts[len(t.burst.parts)-1].launch
	}
	return t.launch
}

// Dismiss has the failure of the task forgotten: [FailureOn] no longer
// returns it, and the record of a durable saga leaves the outbox. It does nothing to a
// task that has not failed.
func (t *Task) Dismiss() {
	t.registry.dismiss(t.store, t)
	if t.launch.durable != nil && t.failed() {
		t.launch.durable.dismissed()
	}
}

// A taskContext is the background context of an effect, with its task.
type taskContext Task

type taskKey struct{}

// It ends with the task, and has of the saga's own context only the values: when
// that ends, the task is cancelled.
func (*taskContext) Deadline() (deadline time.Time, ok bool) { return }
func (*taskContext) Done() <-chan struct{}                   { return nil }
func (*taskContext) Err() error                              { return nil }

func (c *taskContext) Value(key any) any {
	switch key {
	case taskKey{}:
		return (*Task)(c)
	case wait.Effect{}:
		return true
	}
	if ctx := (*Task)(c).performed().ctx; ctx != nil {
		return ctx.Value(key)
	}
	return nil
}

// TaskFrom returns the task of the context that an effect was called with, nil
// for any other.
func TaskFrom(ctx context.Context) *Task {
	t, _ := ctx.Value(taskKey{}).(*Task)
	return t
}

// concerns reports whether a is about what the task has changed, or tried to.
func (t *Task) concerns(r atom.Reader, a atom.Target) bool {
	if len(t.entries) == 0 {
		return t.launch.on != nil && atom.Overlap(atom.Current(r, t.launch.on), atom.Current(r, a))
	}
	return slices.ContainsFunc(t.entries, func(e *atom.Entry) bool { return e.Concerns(r, a) })
}

func (t *Task) failed() bool {
	state := t.State()
	return state == Failed || state == Conflict
}

func (t *Task) become(state State, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state, t.err, t.ended, t.endedBy = state, err, time.Now(), goroutine.Current()
}

func (t *Task) setPostErr(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.postErr = err
}

func (t *Task) count() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.attempts++
}
