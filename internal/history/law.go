package history

import (
	"maps"
	"slices"
)

// Law is the oracle. It knows nothing but the Law: fold the survivors in the
// order of dispatch, the server's changes just below the oldest entry that was
// pending when they came.
type Law struct {
	Base State
	live []*entry
}

type entry struct {
	k       int
	change  func(*State)
	needs   string // an item's id: without that item the entry is a conflict
	pending bool
	laws    []*Law // of a transaction: all those that have an entry of this k
}

// On is told of an event. onItem says that the operation was dispatched on the
// atom of one item, and so is dropped as a conflict once the item is gone.
func (l *Law) On(e Event, onItem bool) {
	needs := ""
	if onItem {
		needs = e.Op.ID
	}
	switch e.Ev {
	case "start":
		l.Start(e.K, e.Op.Apply, needs)
	case "plain":
		l.Plain(e.Op.Apply, needs)
	case "server":
		l.Server(e.Op.Apply)
	case "settle":
		l.Settle(e.K, e.OK)
	}
}

// Start dispatches change k. needs is the id of an item, or "".
func (l *Law) Start(k int, change func(*State), needs string) {
	l.live = append(l.live, &entry{k: k, change: change, needs: needs, pending: true})
}

// Transact dispatches change k in several logs, as one: it is folded only when
// it is the oldest in all of them.
func Transact(k int, changes map[*Law]func(*State)) {
	laws := slices.Collect(maps.Keys(changes))
	for l, change := range changes {
		l.live = append(l.live, &entry{k: k, change: change, pending: true, laws: laws})
	}
}

// Plain dispatches a change that has succeeded from the start.
func (l *Law) Plain(change func(*State), needs string) {
	l.live = append(l.live, &entry{k: -1, change: change, needs: needs})
	l.Fold()
}

// Server changes the base.
func (l *Law) Server(change func(*State)) {
	change(&l.Base)
	l.Fold()
}

// Settle ends change k; nothing happens when it was a conflict before.
func (l *Law) Settle(k int, ok bool) {
	i := slices.IndexFunc(l.live, func(e *entry) bool { return e.k == k && e.pending })
	if i >= 0 {
		if ok {
			l.live[i].pending = false
		} else {
			l.live = slices.Delete(l.live, i, i+1)
		}
	}
	l.Fold()
}

// Pending returns the changes that have not been settled, oldest first.
func (l *Law) Pending() (ks []int) {
	for _, e := range l.live {
		if e.pending {
			ks = append(ks, e.k)
		}
	}
	return ks
}

// Fold moves what may into the base; Law does so by itself, except for what a
// transaction has held back in another log.
func (l *Law) Fold() {
	l.Value() // conflicts leave first
	for len(l.live) > 0 && !l.live[0].pending {
		oldest := l.live[0]
		for _, other := range oldest.laws {
			if first := other.live[0]; first.k != oldest.k || first.pending {
				return
			}
		}
		laws := oldest.laws
		if laws == nil {
			laws = []*Law{l}
		}
		for _, other := range laws {
			other.live[0].change(&other.Base)
			other.live = other.live[1:]
		}
		for _, other := range laws {
			if other != l {
				other.Fold()
			}
		}
	}
}

// Value is what everyone must see now.
func (l *Law) Value() State {
	v := l.Base.Clone()
	l.live = slices.DeleteFunc(l.live, func(e *entry) bool {
		if e.needs != "" && !v.Has(e.needs) {
			return true
		}
		e.change(&v)
		return false
	})
	return v
}
