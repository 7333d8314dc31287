package saga

import (
	"slices"
	"sync"

	"github.com/atomsaga/atomsaga/atom"
)

// A registry is what this package keeps with one store.
type registry struct {
	mu       sync.Mutex
	failures []*Task // not dismissed, oldest first
	unheard  []*Task // of which nobody has been told
	onError  []*func(*Task)
	around   []*wrapper

	// Guarded by the store's lock.
	lanes       map[laneKey]*lane
	lanesOf     map[policy][]*lane // those without a scope
	renames     uint64             // of atoms, that the lanes know of
	entered     uint64             // how many tasks have, in all lanes
	tasks       tasks
	live        []*confirmation
	unconfirmed map[string]*Task // by id
}

type registryKey struct{}

//go:noinline
func registryOf(r atom.Reader) *registry {
	return atom.StoreValue(r, registryKey{}, newRegistry)
}

func newRegistry() *registry {
	return &registry{lanes: map[laneKey]*lane{}, lanesOf: map[policy][]*lane{}, unconfirmed: map[string]*Task{}}
}

// OnError calls f with every task of the store that has failed, met a conflict,
// or has a PostErr, until remove is called: the place for the message that must
// appear even when the component that began the task is gone.
//
// A failure is never lost because nobody listened yet: those (the last 100) that
// no handler was told of, no [FailureOn] has shown, and nobody has retried or
// dismissed, are what f is called with before OnError returns.
func OnError(s *atom.Store, f func(*Task)) (remove func()) {
	r := registryOf(s)
	p := &f
	r.mu.Lock()
	r.onError = append(slices.Clip(r.onError), p)
	unheard := r.unheard
	r.unheard = nil
	r.mu.Unlock()
	for _, t := range unheard {
		f(t)
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.onError = slices.DeleteFunc(slices.Clone(r.onError), func(q *func(*Task)) bool { return q == p })
	}
}

func (r *registry) report(t *Task) {
	r.mu.Lock()
	handlers := r.onError
	if len(handlers) == 0 {
		r.unheard = remember(r.unheard, t)
	}
	r.mu.Unlock()
	reportTo(handlers, t)
}

// reportTo calls all handlers, although one may panic.
func reportTo(handlers []*func(*Task), t *Task) {
	if len(handlers) > 0 {
		defer reportTo(handlers[1:], t)
		(*handlers[0])(t)
	}
}

// remember adds t, and forgets the first where there are too many. Who holds the
// list sees neither.
func remember(all []*Task, t *Task) []*Task {
	return append(all[max(0, len(all)+1-remembered):], t)
}

// heard notes that somebody knows of a failure.
func (r *registry) heard(t *Task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.unheard, t) {
		r.unheard = slices.DeleteFunc(slices.Clone(r.unheard), func(x *Task) bool { return x == t })
	}
}

// run is told of a task whose effect is going to be performed.
func (r *registry) run(b *atom.Batch, t *Task) { r.tasks.begin(b, t) }

// ended is told of a task that is over. A failure is kept for those who show it
// beside the atom.
func (r *registry) ended(b *atom.Batch, t *Task) {
	r.leave(t)
	r.tasks.end(b, t)
	if !t.failed() || t.launch.on == nil {
		return
	}
	r.mu.Lock()
	r.failures = remember(r.failures, t)
	r.mu.Unlock()
	atom.Nudge(b, t.launch.on)
}

// begin forgets the failures of what a new entry changes: the user has moved on. The
// record of a durable saga stays in the outbox: nobody has decided about that.
func (r *registry) begin(b *atom.Batch, e *atom.Entry) {
	r.remove(b, func(failed *Task) bool {
		if len(failed.entries) == 0 {
			return e.Concerns(b, failed.launch.on)
		}
		return slices.ContainsFunc(failed.entries, func(f *atom.Entry) bool { return e.Overlaps(b, f) })
	})
}

func (r *registry) dismiss(w atom.Writer, t *Task) {
	r.heard(t)
	r.remove(w, func(failed *Task) bool { return failed == t })
}

// remove forgets failures. What is in the list is never written to: readers hold
// it outside the lock, which must not be held while which looks at the log.
func (r *registry) remove(w atom.Writer, which func(*Task) bool) {
	r.mu.Lock()
	all := r.failures
	r.mu.Unlock()
	for _, t := range all {
		if !which(t) {
			continue
		}
		r.mu.Lock()
		r.failures = slices.DeleteFunc(slices.Clone(r.failures), func(x *Task) bool { return x == t })
		r.mu.Unlock()
		atom.Nudge(w, t.launch.on)
	}
}

// FailureOn returns the last task that has failed to change a, or a part of it, and was
// neither dismissed, nor run again, nor followed by another change of the same thing; nil
// when there is none. Who asks has been told of it: [OnError] is not called with it later.
func FailureOn(s *atom.Store, a atom.Target) *Task {
	r := registryOf(s)
	r.mu.Lock()
	failures := r.failures
	r.mu.Unlock()
	for _, t := range slices.Backward(failures) {
		if t.concerns(s, a) {
			r.heard(t)
			return t
		}
	}
	return nil
}
