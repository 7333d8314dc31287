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
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &conflictHandler{store: s, call: f}
	s.onConflict = append(s.onConflict, h)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		h.removed = true
		s.onConflict = slices.DeleteFunc(s.onConflict, func(x *conflictHandler) bool { return x == h })
	}
}

type conflictHandler struct {
	store   *Store
	call    func(Conflict)
	removed bool
}

func (h *conflictHandler) tell(c Conflict) {
	h.store.mu.Lock()
	removed := h.removed
	h.store.mu.Unlock()
	if !removed {
		h.call(c)
	}
}

// conflict has everyone told who asked for it, after the batch.
func (s *Store) conflict(c Conflict) {
	if f := c.Entry.onConflict; f != nil {
		s.notes.add(func() { f(c) })
	}
	for _, h := range s.onConflict {
		s.notes.add(func() { h.tell(c) })
	}
}
