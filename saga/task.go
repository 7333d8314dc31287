package saga

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/goroutine"
	"github.com/atomsaga/atomsaga/internal/wait"
)

// Task is one run of a saga, or several that have joined. Its methods may be called on any
// goroutine.
type Task struct {
	spec     *spec
	store    *atom.Store
	registry *registry

	// Guarded by the store's lock.
	program     program       // of runs that have joined: the last one's
	entries     []*atom.Entry // none when the update was refused; several when runs have joined
	patches     []draft.Changes
	pinned      bool        // the entries are re-applied from the patches
	remade      int         // how often the patch was made anew; only the effect's goroutine uses it
	burst       *burst      // nil unless others may join, or have joined
	lane        *lane       // nil without a policy
	number      uint64      // among those with a policy, in the order of dispatch
	stopContext func() bool // stops cancelWith; nil without a context
	prev, next  *Task       // in the list of those that run

	live      bool // what it has changed follows a server, or did when it ran
	expecting bool // a base that contains the change is to come; see FollowServer
	confirmed bool // one has come

	// The arrays that entries and patches begin with: most tasks have one of each.
	firstEntry [1]*atom.Entry
	firstPatch [1]draft.Changes

	ctx          context.Context // the effect's
	cancelEffect context.CancelFunc
	done         chan struct{} // closed by announceEnd
	endedBy      goroutine.ID  // which calls announceEnd

	mu           sync.Mutex
	id           string // "" until somebody asks
	state        State
	err, postErr error
	conflict     *atom.Conflict // set before the state
	attempts     int
	texts        [][]byte // the patches as they are sent; nil before, and when they have to be made anew
	waiting      bool
	progress     struct{ done, total int64 }
	began, ended time.Time
}

func newTask(sp *spec, p program) *Task {
	t := &Task{
		spec: sp, store: sp.store, registry: registryOf(sp.store), program: p,
		state: Running, began: time.Now(), done: make(chan struct{}),
	}
	t.entries, t.patches = t.firstEntry[:0], t.firstPatch[:0]
	if sp.durable != nil {
		t.id = sp.durable.id()
	}
	t.ctx, t.cancelEffect = context.WithCancel((*taskContext)(t))
	return t
}

// ID returns a name of the task that no task of any device shares. Send it along, as the key
// by which the server knows a change that it has carried out already, and by which its answer
// to everyone tells whose change it was.
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

// newID returns a name that no other device gives. It is a variable for tests that replay a
// history with the same names.
var newID = rand.Text

// Durable reports whether the saga was made with [Define], and outlives the page.
func (t *Task) Durable() bool { return t.spec.durable != nil }

// Store returns the store that the task changes.
func (t *Task) Store() *atom.Store { return t.store }

// State returns how far the task is.
func (t *Task) State() State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// Err returns why the task has not succeeded; nil while it runs, and when it has.
func (t *Task) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// PostErr returns why the post-effect of a task that succeeded made no change; nil when it
// made one.
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

// Attempts returns how often the effect has begun.
func (t *Task) Attempts() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.attempts
}

// Patch returns what the update has changed in the saga's atom when it was dispatched; of
// runs that have joined, what they have changed together. What takes it back is
// Patch().Inverse(). Of a transaction it is the first of [Task.Patches].
func (t *Task) Patch() draft.Changes {
	if all := t.Patches(); len(all) > 0 {
		return all[0]
	}
	return draft.Changes{}
}

// Patches returns the patch of each edit of a transaction, in their order.
func (t *Task) Patches() (all []draft.Changes) {
	t.store.Batch(func(*atom.Batch) { all = slices.Clone(t.patches) })
	return all
}

// Wait waits until the task has ended and returns its Err, or ctx's error when ctx ends
// first. By then everybody has been told, except when Wait is called by those who are told
// of the end: they need not wait for themselves.
//
// While the task runs Wait panics in a handler of [hook.On], or another function that the
// browser calls: until that returns no answer can come.
func (t *Task) Wait(ctx context.Context) error {
	select {
	case <-t.done:
		return t.Err()
	default:
		if t.isEndedHere() {
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

// isEndedHere reports whether the calling goroutine is the one that has ended the task.
func (t *Task) isEndedHere() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state != Running && t.endedBy == goroutine.Current()
}

// ReportProgress sets how much of the effect is done, out of total, in a unit of the effect's
// own; total is 0 when it is not known. Those who show the atom, or [Tasks], are notified. An
// effect calls it on its own task, and on a nil task it does nothing:
//
//	saga.TaskFrom(ctx).ReportProgress(sent, size)
func (t *Task) ReportProgress(done, total int64) {
	if t == nil {
		return
	}
	t.mu.Lock()
	t.progress.done, t.progress.total = done, total
	t.mu.Unlock()
	t.notifyStatus()
}

// Progress returns what was last passed to [Task.ReportProgress].
func (t *Task) Progress() (done, total int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.progress.done, t.progress.total
}

// Waiting reports whether the effect waits before an attempt: for its turn, for a burst to be
// over, or to be tried again.
func (t *Task) Waiting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waiting
}

func (t *Task) setWaiting(waiting bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = waiting
}

// notifyStatus notifies watchers that the task's status has changed.
func (t *Task) notifyStatus() { t.store.Batch(t.notifyStatusIn) }

func (t *Task) notifyStatusIn(b *atom.Batch) {
	if t.spec.on != nil {
		atom.Nudge(b, t.spec.on)
	}
	t.registry.tasks.notify(b)
}

// concerns reports whether a is about what the task has changed, or tried to.
func (t *Task) concerns(r atom.Reader, a atom.Target) bool {
	if len(t.entries) == 0 {
		return t.spec.on != nil && atom.Overlap(atom.Current(r, t.spec.on), atom.Current(r, a))
	}
	return slices.ContainsFunc(t.entries, func(e *atom.Entry) bool { return e.Concerns(r, a) })
}

func (t *Task) failed() bool {
	state := t.State()
	return state == Failed || state == Conflict
}

func (t *Task) setState(state State, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state, t.err, t.ended, t.endedBy = state, err, time.Now(), goroutine.Current()
}

func (t *Task) setPostErr(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.postErr = err
}

func (t *Task) countAttempt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.attempts++
}
