package atom

import "slices"

// A Conflict tells of an entry that could not be re-applied when something
// below it changed, and was dropped for that reason. Values are those of the
// entry's target; nil stands for a missing one.
type Conflict struct {
	Entry  *Entry
	Path   string // the target, as a JSON pointer from its root atom
	Mine   any    // what the entry had made of it
	Theirs any    // what is there now
	Base   any    // what had been there when the entry was last applied
	Err    error  // why it could not be re-applied; [ErrMissing] when the target is gone
}

// OnConflict calls f, outside the store's lock, with each entry that had to be
// dropped because it could not be re-applied, until remove is called.
func (s *Store) OnConflict(f func(Conflict)) (remove func()) {
	s.lock()
	defer s.mu.Unlock()
	p := &f
	s.onConflict = append(s.onConflict, p)
	return func() {
		s.lock()
		defer s.mu.Unlock()
		s.onConflict = slices.DeleteFunc(slices.Clone(s.onConflict), func(q *func(Conflict)) bool { return q == p })
	}
}

// conflict has everyone told who asked for it, after the batch.
func (s *Store) conflict(c Conflict) {
	if f := c.Entry.onConflict; f != nil {
		s.notes.add(func() { f(c) })
	}
	for _, f := range s.onConflict {
		s.notes.add(func() { (*f)(c) })
	}
}
