package atom

// A tracker is the Reader of a derived atom's function: it notes what is read.
type tracker struct {
	s    *Store
	deps []dependency
	seen map[Source]bool
	over bool
}

// run computes the value of m. What is not restored here would stay so when
// the function ends its goroutine.
func (t *tracker) run(c computation, m *memo) any {
	t.s.mu.claim()
	before := t.s.permitted
	t.s.permitted = t
	defer func() { t.s.permitted, t.over, m.computing = before, true, false }()
	return c.run(t, m.value)
}

func (t *tracker) beginRead(src Source) *Store {
	switch {
	case !t.s.mu.isOwner() || t.over:
		panic(ErrOver)
	case t.s.permitted != Reader(t):
		panic(ErrReentered) // inside of another one
	}
	if src != nil && !t.seen[src] {
		t.seen[src] = true
		t.deps = append(t.deps, dependency{src: src, seen: src.peek(t.s)})
	}
	return t.s
}

func (t *tracker) endRead() {}
