package history

import "slices"

// Sendable reports whether all that task k changes now can be told by the identities of
// items: it must not add or move any.
func (l *Law) Sendable(k int) bool {
	_, ok := l.sentChanges(k)
	return ok
}

// Send pins task k, if it is sendable: from now on its changes are applied as what they
// change now.
func (l *Law) Send(k int) {
	sent, _ := l.sentChanges(k)
	for e, change := range sent {
		e.change, e.sent = change, true
	}
}

// sentChanges returns what the pending entries of task k change now, as changes by
// identity, and reports false when one cannot be told so.
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

// changeFrom returns a Change that makes the same differences as between before and
// after, to the items of the same ids. It fails where the original change fails.
// changeFrom reports false when items were added or moved.
func changeFrom(before, after State, original Change) (Change, bool) {
	removed, changed := []string{}, []Item{}
	kept := State{}
	for _, it := range before.Items {
		i := after.index(it.ID)
		switch {
		case i < 0:
			removed = append(removed, it.ID)
			continue
		case after.Items[i] != it:
			changed = append(changed, after.Items[i])
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
		for _, id := range removed {
			i := s.index(id)
			if i < 0 {
				return false
			}
			s.Items = slices.Delete(s.Items, i, i+1)
		}
		for _, it := range changed {
			i := s.index(it.ID)
			if i < 0 {
				return false
			}
			prev := before.Items[before.index(it.ID)]
			to := &s.Items[i]
			if it.Name != prev.Name {
				to.Name = it.Name
			}
			if it.Done != prev.Done {
				to.Done = it.Done
			}
			if it.Count != prev.Count {
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
