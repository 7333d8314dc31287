package atom

// A memo is what a store keeps of one derived atom.
type memo struct {
	value      any // *T or *derivePanic; nil before it was first computed
	deps       []dependency
	checked    uint64 // the epoch in which the value was last known to be up to date
	computing  bool
	batch      uint64 // in which the value was computed last
	recomputed bool   // and not for the first time in that

	// While it has observers, the memo is notified of what changes, and need not compare.
	observers  int
	outdated   bool
	told       uint64 // the batch in which that was told last
	at         region // its own watchers
	unobserved func()

	snapshot *fingerprint // of the value that was handed out last, in debug mode
}

// A computation is a Derived of any type.
type computation interface {
	run(r Reader, last any) (value any)
}

type dependency struct {
	src  Source
	seen any
	stop func()
}

func (s *Store) memoOf(from *definition) *memo {
	m, ok := s.memos[from.id]
	if !ok {
		m = &memo{}
		s.memos[from.id] = m
		s.cleanUpWith(from, func(s *Store, id uint64) { delete(s.memos, id) })
	}
	return m
}

// invalidate notifies those who depend on the value that it may have changed.
func (m *memo) invalidate(s *Store, why reason) {
	if why&valueChanged == 0 || m.outdated && m.told == s.batch {
		return // in another batch somebody who looked did not return
	}
	m.outdated, m.told = true, s.batch
	m.at.notifyWatchers(s, valueChanged)
}

// valid reports whether the value is up to date, without computing it.
func (m *memo) valid(s *Store) bool {
	if m.value == nil {
		return false
	}
	if m.checked == s.epoch || m.observers > 0 && !m.outdated {
		return true
	}
	for i := range m.deps {
		dep := &m.deps[i]
		now := dep.src.peek(s)
		if !dep.src.same(s, dep.seen, now) {
			return false
		}
		dep.seen = now
	}
	m.checked, m.outdated = s.epoch, false
	return true
}

func (m *memo) peek(s *Store, c computation) any {
	if m.valid(s) {
		return m.value
	}
	return m.refresh(s, c)
}

// handOut is peek for a caller outside of the store.
func (m *memo) handOut(s *Store, c computation, id uint64) any {
	v := m.peek(s, c)
	if f, failed := v.(*derivePanic); failed {
		panic(f.reason)
	}
	if s.debug != nil {
		s.debug.remember(&m.snapshot, id, v)
	}
	return v
}

func (m *memo) observe(s *Store, w watcher, c computation, observed func(*Store) func()) (stop func()) {
	if m.observers == 0 && observed != nil {
		m.unobserved = observed(s)
	}
	m.peek(s, c)
	if m.observers++; m.observers == 1 {
		m.observeDeps(s)
	}
	x := m.at.watch(w)
	return func() {
		x.remove()
		if m.observers--; m.observers > 0 {
			return
		}
		stopAll(m.deps)
		if m.unobserved != nil {
			m.unobserved()
			m.unobserved = nil
		}
	}
}

func (m *memo) refresh(s *Store, c computation) (value any) {
	if m.computing {
		panic("atom: a derived atom depends on itself")
	}
	m.computing = true
	t := &tracker{s: s, seen: map[Source]bool{}}
	before := m.deps
	value = t.run(c, m)
	m.value = value
	if f, failed := value.(*derivePanic); failed && f.reason == any(ErrDeadlock) {
		m.value = nil // computed again when it is looked at again: it was a matter of timing
	}
	m.deps, m.checked, m.outdated = t.deps, s.epoch, false
	m.recomputed, m.batch = m.batch == s.batch, s.batch
	if m.observers > 0 {
		m.observeDeps(s)
		stopAll(before) // only now: a dependency that stays is never unobserved
	}
	return value
}

//go:noinline
func (m *memo) observeDeps(s *Store) {
	for i := range m.deps {
		m.deps[i].stop = m.deps[i].src.observe(s, m)
	}
}

func stopAll(deps []dependency) {
	for i := range deps {
		deps[i].stop()
		deps[i].stop = nil
	}
}
