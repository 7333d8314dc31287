package atom

// Kept counts the definitions that the store keeps something for.
func Kept(s *Store) int {
	s.lock()
	defer s.mu.Unlock()
	return len(s.cells) + len(s.memos) + len(s.loaders)
}

// Watches counts what is left of the subscriptions of a store.
func Watches(s *Store) (n int) {
	s.lock()
	defer s.mu.Unlock()
	for _, c := range s.cells {
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
