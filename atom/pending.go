package atom

// Pending returns how many entries that concern a wait for their effect: those
// that change a, a part of it, or something that it is a part of. [Watch] tells
// when that may have changed.
func Pending(r Reader, a Target) (n int) {
	r.view(nil, func(s *Store) {
		root, _ := a.target()
		c := s.cells[root]
		if c == nil {
			return
		}
		for _, e := range c.entries {
			if e.state == entryPending && e.concerns(a) {
				n++
			}
		}
	})
	return n
}
