package saga

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// OnError calls f with every task of the store that fails, ends as a conflict, or has a
// PostErr, until remove is called. It is the place for the message that must appear even
// when the component that began the task is gone. f is called before [Task.Wait] returns,
// on the goroutine that ends the task, without a lock.
//
// A failure is not lost because nobody listened yet: OnError calls f, before it returns,
// with those (the last 100) that no handler was called with, that no [FailureOn] has
// returned, and that nobody has retried or dismissed.
func OnError(s *atom.Store, f func(*Task)) (remove func()) {
	r := registryOf(s)
	p := &f
	r.mu.Lock()
	r.onError = append(slices.Clip(r.onError), p)
	unreported := r.unreported
	r.unreported = nil
	r.mu.Unlock()
	for _, t := range unreported {
		f(t)
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.onError = slices.DeleteFunc(slices.Clone(r.onError), func(q *func(*Task)) bool { return q == p })
	}
}

// report calls the handlers of [OnError], or keeps the task for the first one to come.
func (r *registry) report(t *Task) {
	r.mu.Lock()
	handlers := r.onError
	if len(handlers) == 0 {
		r.unreported = appendLast(r.unreported, t)
	}
	r.mu.Unlock()
	callAll(handlers, t)
}

// callAll calls all handlers, even if one panics.
func callAll(handlers []*func(*Task), t *Task) {
	if len(handlers) > 0 {
		defer callAll(handlers[1:], t)
		(*handlers[0])(t)
	}
}

// maxRemembered is how many ended tasks a store keeps, and how many failures that nobody
// dismisses.
const maxRemembered = 100

// appendLast returns a copy of all with t appended, without the first task when there are
// too many.
func appendLast(all []*Task, t *Task) []*Task {
	return append(all[max(0, len(all)+1-maxRemembered):], t)
}

// markReported notes that somebody knows of a failure.
func (r *registry) markReported(t *Task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.unreported, t) {
		r.unreported = slices.DeleteFunc(slices.Clone(r.unreported), func(x *Task) bool { return x == t })
	}
}

func (r *registry) addFailure(b *atom.Batch, t *Task) {
	r.mu.Lock()
	r.failures = appendLast(r.failures, t)
	r.mu.Unlock()
	atom.Nudge(b, t.spec.on)
}

// removeFailuresOf removes the failures of what a new entry changes, because the user has
// moved on. The record of a durable saga stays in the outbox: nobody has decided about it.
func (r *registry) removeFailuresOf(b *atom.Batch, e *atom.Entry) {
	r.removeFailures(b, func(failed *Task) bool {
		if len(failed.entries) == 0 {
			return e.Concerns(b, failed.spec.on)
		}
		return slices.ContainsFunc(failed.entries, func(f *atom.Entry) bool { return e.Overlaps(b, f) })
	})
}

func (r *registry) dismiss(w atom.Writer, t *Task) {
	r.markReported(t)
	r.removeFailures(w, func(failed *Task) bool { return failed == t })
}

// removeFailures removes the failures for which which returns true. The slice is
// copy-on-write, so readers may keep it. r.mu is not held while which runs: it takes the
// store's lock.
func (r *registry) removeFailures(w atom.Writer, which func(*Task) bool) {
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
		atom.Nudge(w, t.spec.on)
	}
}

// FailureOn returns the last task that has failed to change a, or a part of it, and was
// neither dismissed, nor run again, nor followed by another change of the same thing. It
// returns nil when there is none. The caller counts as told: [OnError] does not call a later
// handler with that task.
func FailureOn(s *atom.Store, a atom.Target) *Task {
	r := registryOf(s)
	r.mu.Lock()
	failures := r.failures
	r.mu.Unlock()
	for _, t := range slices.Backward(failures) {
		if t.concerns(s, a) {
			r.markReported(t)
			return t
		}
	}
	return nil
}
