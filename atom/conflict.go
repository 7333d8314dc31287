package atom

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
func (s *Store) OnConflict(f func(Conflict)) (remove func()) { return s.onConflict.add(s, f) }

// reportConflict calls, after the batch, those who asked for it.
func (s *Store) reportConflict(c Conflict) {
	if f := c.Entry.onConflict; f != nil {
		s.notifications.add(func() { f(c) })
	}
	s.onConflict.notify(s, c)
}
