package atom

import "slices"

// OnError calls f, outside the store's lock, with the error of each plain write (Set,
// Update, Sync, SyncUpdate, SyncFunc) that has changed nothing, and with its atom, until
// remove is called. The write returns the error as well, where most programs do not
// look: a list that stays empty says why in f.
func (s *Store) OnError(f func(Target, error)) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &errorHandler{store: s, call: f}
	s.onError = append(s.onError, h)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		h.removed = true
		s.onError = slices.DeleteFunc(s.onError, func(x *errorHandler) bool { return x == h })
	}
}

type errorHandler struct {
	store   *Store
	call    func(Target, error)
	removed bool
}

func (h *errorHandler) tell(a Target, err error) {
	h.store.mu.Lock()
	removed := h.removed
	h.store.mu.Unlock()
	if !removed {
		h.call(a, err)
	}
}

// failed has everyone told who asked for it, after the batch.
func (s *Store) failed(a Target, err error) {
	for _, h := range s.onError {
		s.notes.add(func() { h.tell(a, err) })
	}
}
