package atom

import "slices"

// handlers are the functions that are called, outside the store's lock, when something
// of one kind happens.
type handlers[T any] struct{ all []*handler[T] }

type handler[T any] struct {
	call    func(T)
	removed bool
}

// add has f called until remove is.
func (hs *handlers[T]) add(s *Store, f func(T)) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &handler[T]{call: f}
	hs.all = append(hs.all, h)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		h.removed = true
		hs.all = slices.DeleteFunc(hs.all, func(x *handler[T]) bool { return x == h })
	}
}

// notify has those that are not removed meanwhile called with event after the batch.
func (hs *handlers[T]) notify(s *Store, event T) {
	for _, h := range hs.all {
		s.notifications.add(func() {
			s.mu.Lock()
			removed := h.removed
			s.mu.Unlock()
			if !removed {
				h.call(event)
			}
		})
	}
}
