package atom

// Kept counts the definitions that the store keeps something for.
func Kept(s *Store) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.logs) + len(s.memos) + len(s.loaders)
}

// Watches counts what is left of the subscriptions of a store.
func Watches(s *Store) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.logs {
		n += c.top.count()
	}
	for _, m := range s.memos {
		n += m.at.count() + m.observers
	}
	return n
}

func (p *region) count() (n int) {
	for x := p.first; x != nil; x = x.next {
		n++
	}
	for _, child := range p.children {
		n += 1 + child.count()
	}
	return n
}

// Free reports whether nobody holds the store's lock.
func Free(s *Store) bool {
	if !s.mu.mu.TryLock() {
		return false
	}
	s.mu.mu.Unlock()
	return true
}

// Waits reports whether a goroutine waits for the store's lock.
func Waits(s *Store) bool {
	waiting.mu.Lock()
	defer waiting.mu.Unlock()
	for _, l := range waiting.locks {
		if l == &s.mu {
			return true
		}
	}
	return false
}
