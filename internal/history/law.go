package history

import "slices"

// A Law is the oracle of one root atom. It implements only the Law: the value is the
// base, which has the server's changes, with the changes that have not failed applied in
// the order in which they were dispatched.
//
// A change that can no longer be applied is a conflict: it is removed, together with
// everything else that its task has changed.
type Law struct {
	Base State

	live       []*entry // in the order of dispatch
	roots      []*Law   // all roots of the store
	lastNumber *int     // number of the last entry in the store
}

// A Change changes a state, or reports false when it cannot.
type Change func(*State) bool

// An entry is a change in the log of a root.
type entry struct {
	number  int // the same in all logs that a transaction is in
	task    int // -1 for a change that has no task
	change  Change
	pending bool
	sent    bool   // change was made by changeFrom
	laws    []*Law // the roots whose logs have the entry
}

// Laws returns the oracles of the roots of one store, which have these bases.
func Laws(bases ...State) []*Law {
	laws, last := make([]*Law, len(bases)), new(int)
	for i := range bases {
		laws[i] = &Law{Base: bases[i].Clone(), roots: laws, lastNumber: last}
	}
	return laws
}

// Always returns a Change that never fails.
func Always(change func(*State)) Change {
	return func(s *State) bool { change(s); return true }
}

// OfItem returns a Change of an item, which fails when the item does not exist.
func OfItem(id string, change func(*Item)) Change {
	return func(s *State) bool {
		i := s.index(id)
		if i >= 0 {
			change(&s.Items[i])
		}
		return i >= 0
	}
}

// Handle handles an event. With onItem the operation is dispatched on the atom of an
// item, and so is a conflict once the item is removed.
func (l *Law) Handle(e Event, onItem bool) {
	change := Always(e.Op.Apply)
	if onItem {
		change = OfItem(e.Op.ID, e.Op.ApplyItem)
	}
	switch e.Ev {
	case "start":
		l.Start(e.K, change)
	case "plain":
		l.Plain(change)
	case "server":
		l.Server(e.Op.Apply)
	case "settle":
		l.Settle(e.K, e.OK)
	}
}

// Start dispatches a change of task k, which may have dispatched others.
func (l *Law) Start(k int, change Change) { Transact(k, map[*Law]Change{l: change}) }

// Transact dispatches one change of task k in several logs. It is folded only when it is
// the oldest in all of them.
func Transact(k int, changes map[*Law]Change) {
	var laws []*Law
	for l := range changes {
		laws = append(laws, l)
	}
	*laws[0].lastNumber++
	for l, change := range changes {
		l.live = append(l.live, &entry{number: *l.lastNumber, task: k, change: change, pending: true, laws: laws})
	}
}

// Plain dispatches a change without a task, which is never pending. It reports false,
// and does nothing, when the change cannot be applied.
func (l *Law) Plain(change Change) bool {
	if v := l.Value(); !change(&v) {
		return false
	}
	*l.lastNumber++
	l.live = append(l.live, &entry{number: *l.lastNumber, task: -1, change: change, laws: []*Law{l}})
	l.settleAll()
	return true
}

// Server applies a change to the base.
func (l *Law) Server(change func(*State)) {
	change(&l.Base)
	l.settleAll()
}

// Settle ends task k: its pending changes succeed, or are removed.
func (l *Law) Settle(k int, ok bool) {
	if ok {
		for _, other := range l.roots {
			for _, e := range other.pendingOf(k) {
				e.pending = false
			}
		}
	} else {
		l.remove(func(e *entry) bool { return e.task == k && e.pending })
	}
	l.settleAll()
}

// remove removes the entries that match, from every log.
func (l *Law) remove(matches func(*entry) bool) {
	for _, other := range l.roots {
		other.live = slices.DeleteFunc(other.live, matches)
	}
}

// pendingOf returns the pending entries of task k in this log.
func (l *Law) pendingOf(k int) (all []*entry) {
	for _, e := range l.live {
		if e.task == k && e.pending {
			all = append(all, e)
		}
	}
	return all
}

// Has reports whether task k has pending changes in this log.
func (l *Law) Has(k int) bool { return len(l.pendingOf(k)) > 0 }

// Pending returns the tasks with pending changes in this log, oldest first.
func (l *Law) Pending() (ks []int) {
	for _, e := range l.live {
		if e.pending && !slices.Contains(ks, e.task) {
			ks = append(ks, e.task)
		}
	}
	return ks
}

// settleAll removes all conflicts, and folds what can be folded, in every log.
func (l *Law) settleAll() {
	for l.removeConflict() {
	}
	for again := true; again; {
		again = false
		for _, other := range l.roots {
			again = other.fold() || again
		}
	}
}

// removeConflict removes the first entry that cannot be applied, with everything of its
// task, and reports whether there was one.
func (l *Law) removeConflict() (found bool) {
	for _, other := range l.roots {
		_, e := other.replay()
		if e == nil {
			continue
		}
		l.remove(func(x *entry) bool { return x.number == e.number || e.pending && x.pending && x.task == e.task })
		return true
	}
	return false
}

// fold applies the oldest entry to the base if it has succeeded, and reports whether it
// did.
func (l *Law) fold() bool {
	if len(l.live) == 0 || l.live[0].pending {
		return false
	}
	oldest := l.live[0]
	for _, other := range oldest.laws {
		if other.live[0].number != oldest.number {
			return false
		}
	}
	for _, other := range oldest.laws {
		other.live[0].change(&other.Base)
		other.live = other.live[1:]
	}
	return true
}

// replay returns the base with the live entries applied, up to the first that cannot be,
// which it returns too.
func (l *Law) replay() (v State, cannot *entry) {
	v = l.Base.Clone()
	for _, e := range l.live {
		if next := v.Clone(); e.change(&next) {
			v = next
		} else {
			return v, e
		}
	}
	return v, nil
}

// Value returns the value that everyone must see now.
func (l *Law) Value() State {
	v, _ := l.replay()
	return v
}
