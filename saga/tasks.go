package saga

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// A History is what runs in a store, and what ran in it.
type History struct {
	seen    uint64  // tells two of them apart before anyone compares tasks
	Running []*Task // in the order of dispatch
	Ended   []*Task // the last 100, in the order in which they have ended
}

// Tasks returns an atom of all tasks of a store: for the page's "saving", a
// panel of what failed, a log. It is told when a task begins and ends, and of
// its [Progress].
//
//	func (c *SavingBadge) Render() app.UI {
//		n := len(c.tasks.Use(&c.bind, saga.Tasks()).Running)
//		...
//	}
func Tasks() *atom.Derived[History] { return history }

// remembered is how many tasks are kept that have ended, and how many failures
// that nobody dismisses.
const remembered = 100

var (
	history = atom.Derive(func(r atom.Reader) History {
		ts := &registryOf(r).tasks
		ts.followed = true
		h := History{seen: changed.Get(r), Ended: slices.Clone(ts.ended)}
		for t := ts.first; t != nil; t = t.next {
			h.Running = append(h.Running, t)
		}
		return h
	})

	// changed counts the changes of a store's tasks once somebody looks at them.
	changed = atom.New(uint64(0))
)

// tasks are the tasks of a store; guarded by its lock.
type tasks struct {
	first, last *Task // running
	ended       []*Task
	followed    bool
	count       uint64
}

func (ts *tasks) touch(b *atom.Batch) {
	if ts.followed {
		ts.count++
		changed.Sync(b, ts.count)
	}
}

func (ts *tasks) begin(b *atom.Batch, t *Task) {
	if t.prev = ts.last; t.prev != nil {
		t.prev.next = t
	} else {
		ts.first = t
	}
	ts.last = t
	ts.touch(b)
}

func (ts *tasks) end(b *atom.Batch, t *Task) {
	if ts.first == t || t.prev != nil { // it was running
		ts.unlink(t)
	}
	if len(ts.ended) == remembered {
		copy(ts.ended, ts.ended[1:])
		ts.ended = ts.ended[:remembered-1]
	}
	ts.ended = append(ts.ended, t)
	ts.touch(b)
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

// named returns the task with that id, of those that run and the last that have ended.
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
