package history

import "slices"

// Law is the oracle of one root atom. It knows nothing but the Law: fold the
// survivors in the order of dispatch, the server's changes below them.
//
// A change tells whether it can be made of a state; one that cannot is a
// conflict, and leaves with everything that its task has changed.
type Law struct {
	Base       State
	live       []*entry
	roots      []*Law // the other roots of the same store, for transactions
	lastNumber *int   // number of the last entry, common to them
}

// A Change makes its change of a state, or reports that it cannot.
type Change func(*State) bool

type entry struct {
	number  int
	task    int // the task
	change  Change
	pending bool
	sent    bool   // change is what was sent
	laws    []*Law // of a transaction: all those that have the entry
}

// Laws returns the oracles of several roots of one store.
func Laws(bases ...State) []*Law {
	laws, last := make([]*Law, len(bases)), new(int)
	for i := range bases {
		laws[i] = &Law{Base: bases[i].Clone(), roots: laws, lastNumber: last}
	}
	return laws
}

// Always is a change that can be made of every state.
func Always(change func(*State)) Change {
	return func(s *State) bool { change(s); return true }
}

// OfItem is a change of an item, which must be there.
func OfItem(id string, change func(*Item)) Change {
	return func(s *State) bool {
		i := s.index(id)
		if i >= 0 {
			change(&s.Items[i])
		}
		return i >= 0
	}
}

// On is told of an event. onItem says that the operation was dispatched on the
// atom of one item, and so is dropped as a conflict once the item is gone.
func (l *Law) On(e Event, onItem bool) {
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

// Start dispatches a change of task k, which may have others.
func (l *Law) Start(k int, change Change) { Transact(k, map[*Law]Change{l: change}) }

// Transact dispatches a change in several logs, as one: it is folded only when
// it is the oldest in all of them.
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

// Plain dispatches a change that has succeeded from the start; false when it
// cannot be made, and is not.
func (l *Law) Plain(change Change) bool {
	if v := l.Value(); !change(&v) {
		return false
	}
	*l.lastNumber++
	l.live = append(l.live, &entry{number: *l.lastNumber, task: -1, change: change, laws: []*Law{l}})
	l.settleAll()
	return true
}

// Server changes the base.
func (l *Law) Server(change func(*State)) {
	change(&l.Base)
	l.settleAll()
}

// Settle ends what is left of task k.
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

func (l *Law) remove(who func(*entry) bool) {
	for _, other := range l.roots {
		other.live = slices.DeleteFunc(other.live, who)
	}
}

func (l *Law) pendingOf(k int) (all []*entry) {
	for _, e := range l.live {
		if e.task == k && e.pending {
			all = append(all, e)
		}
	}
	return all
}

// Has reports whether task k has pending changes.
func (l *Law) Has(k int) bool { return len(l.pendingOf(k)) > 0 }

// Pending returns the tasks that have not been settled, oldest first.
func (l *Law) Pending() (ks []int) {
	for _, e := range l.live {
		if e.pending && !slices.Contains(ks, e.task) {
			ks = append(ks, e.task)
		}
	}
	return ks
}

// settleAll has conflicts leave, and folds what may be folded, in every log.
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

// removeConflict has the first entry that cannot be re-applied leave.
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

// fold moves the oldest entry into the base, when it may.
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

// replay applies the live entries on the base, up to the first that cannot be.
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

// Value is what everyone must see now.
func (l *Law) Value() State {
	v, _ := l.replay()
	return v
}

// Sendable reports whether all that task k changes now can be told by which items
// it is about: not when it moves or adds some.
func (l *Law) Sendable(k int) bool {
	_, ok := l.sentChanges(k)
	return ok
}

// Send has task k re-applied from what it changes now, if it is sendable.
func (l *Law) Send(k int) {
	sent, _ := l.sentChanges(k)
	for e, change := range sent {
		e.change, e.sent = change, true
	}
}

func (l *Law) sentChanges(k int) (map[*entry]Change, bool) {
	sent := map[*entry]Change{}
	for _, other := range l.roots {
		v := other.Base.Clone()
		for _, e := range other.live {
			below := v.Clone()
			e.change(&v)
			if e.task != k || !e.pending || e.sent {
				continue
			}
			change, ok := changeFrom(below, v, e.change)
			if !ok {
				return nil, false
			}
			sent[e] = change
		}
	}
	return sent, true
}

// changeFrom is what makes one state of another, as a change of items by their
// identity. It can only be made where the original finds what it is about.
func changeFrom(before, after State, original Change) (Change, bool) {
	gone, set := []string{}, []Item{}
	kept := State{}
	for _, it := range before.Items {
		i := after.index(it.ID)
		switch {
		case i < 0:
			gone = append(gone, it.ID)
			continue
		case after.Items[i] != it:
			set = append(set, after.Items[i])
		}
		kept.Items = append(kept.Items, after.Items[i])
	}
	if !slices.Equal(kept.Items, after.Items) {
		return nil, false
	}
	return func(s *State) bool {
		if scratch := s.Clone(); !original(&scratch) {
			return false
		}
		for _, id := range gone {
			i := s.index(id)
			if i < 0 {
				return false
			}
			s.Items = slices.Delete(s.Items, i, i+1)
		}
		for _, it := range set {
			i := s.index(it.ID)
			if i < 0 {
				return false
			}
			was := before.Items[before.index(it.ID)]
			to := &s.Items[i]
			if it.Name != was.Name {
				to.Name = it.Name
			}
			if it.Done != was.Done {
				to.Done = it.Done
			}
			if it.Count != was.Count {
				to.Count = it.Count
			}
		}
		if after.Meta.N != before.Meta.N {
			s.Meta.N = after.Meta.N
		}
		if after.Meta.Title != before.Meta.Title {
			s.Meta.Title = after.Meta.Title
		}
		return true
	}, true
}
