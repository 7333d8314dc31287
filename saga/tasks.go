package saga

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// History is what runs in a store, and what ran in it.
type History struct {
	version uint64  // tells two of them apart without comparing tasks
	Running []*Task // in the order of dispatch
	Ended   []*Task // the last 100, in the order in which they have ended
}

// Tasks returns an atom of all tasks of a store: for the page's "saving", a panel of what
// failed, a log. It changes when a task begins or ends, and with its [Task.Progress].
//
//	func (c *SavingBadge) Render() app.UI {
//		n := len(c.tasks.Use(&c.bind, saga.Tasks()).Running)
//		...
//	}
func Tasks() *atom.Derived[History] { return history }

var (
	history = atom.Derive(func(r atom.Reader) History {
		ts := &registryOf(r).tasks
		ts.isRead = true
		h := History{version: historyVersion.Get(r), Ended: slices.Clone(ts.ended)}
		for t := ts.first; t != nil; t = t.next {
			h.Running = append(h.Running, t)
		}
		return h
	})

	// historyVersion counts the changes of a store's tasks once somebody has read them.
	historyVersion = atom.New(uint64(0))
)

// tasks are the tasks of a store. They are guarded by its lock.
type tasks struct {
	first, last *Task   // a list of those that run
	ended       []*Task // oldest first
	isRead      bool    // somebody has read Tasks
	version     uint64
}

// notify notifies those who show [Tasks].
func (ts *tasks) notify(b *atom.Batch) {
	if ts.isRead {
		ts.version++
		historyVersion.Sync(b, ts.version)
	}
}

func (ts *tasks) add(b *atom.Batch, t *Task) {
	if t.prev = ts.last; t.prev != nil {
		t.prev.next = t
	} else {
		ts.first = t
	}
	ts.last = t
	ts.notify(b)
}

func (ts *tasks) moveToEnded(b *atom.Batch, t *Task) {
	if ts.first == t || t.prev != nil { // it was running
		ts.unlink(t)
	}
	if len(ts.ended) == maxRemembered {
		copy(ts.ended, ts.ended[1:])
		ts.ended = ts.ended[:maxRemembered-1]
	}
	ts.ended = append(ts.ended, t)
	ts.notify(b)
}

func (ts *tasks) unlink(t *Task) {
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		ts.first = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	} else {
		ts.last = t.prev
	}
	t.prev, t.next = nil, nil
}

// named returns the task with that id among those that run and the last that have ended, or
// nil.
func (ts *tasks) named(id string) *Task {
	for t := ts.first; t != nil; t = t.next {
		if t.isNamed(id) {
			return t
		}
	}
	if i := slices.IndexFunc(ts.ended, func(t *Task) bool { return t.isNamed(id) }); i >= 0 {
		return ts.ended[i]
	}
	return nil
}

// RunningOn returns the tasks that run for a, or for a part of it, in the order of dispatch.
func RunningOn(s *atom.Store, a atom.Target) (all []*Task) {
	r := registryOf(s)
	s.Batch(func(b *atom.Batch) {
		for t := r.tasks.first; t != nil; t = t.next {
			if t.concerns(b, a) {
				all = append(all, t)
			}
		}
	})
	return all
}
