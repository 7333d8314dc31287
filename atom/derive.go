package atom

import (
	"reflect"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A Derived atom is computed from others. Make it with [Derive].
type Derived[T any] struct {
	from    *origin // first, as the id of an Atom
	compute func(Reader) T

	// observed is called, under the lock, when the first observer comes;
	// the function it returns when the last one has gone. May be nil.
	observed func(*Store) (unobserved func())
}

// Derive returns an atom whose value is what compute returns. The atoms that
// compute reads through its Reader are its dependencies, found anew each time.
//
// The value is cached. It is computed again at most once per batch, and only
// when it is looked at (read, or subscribed to) after a dependency's value has
// really changed; a result that equals the last one is no change for those who
// depend on it. It is never computed from a half-updated state. compute must
// be pure and must not keep its Reader; if it panics, so does Get.
func Derive[T any](compute func(Reader) T) *Derived[T] {
	return &Derived[T]{from: newOrigin(nil), compute: compute}
}

// AtomOpaque says that an atom can be held by another one: see [draft.Opaque].
func (d *Derived[T]) AtomOpaque() {}

// Get returns the value, computing it if it is not known.
func (d *Derived[T]) Get(r Reader) T {
	s := r.open(d)
	defer r.close()
	return *s.memoOf(d.from).handOut(s, d, d.from.id).(*T)
}

func (d *Derived[T]) peek(s *Store) any { return s.memoOf(d.from).peek(s, d) }

// same compares pointers: run keeps that of an equal value. Only where the value has
// been computed more than once in the batch may an equal one have been in between.
func (d *Derived[T]) same(s *Store, before, now any) bool {
	if before == now || !s.memoOf(d.from).again {
		return before == now
	}
	p, ok := before.(*T)
	q, also := now.(*T)
	return ok && also && draft.Equal(p, q)
}

func (d *Derived[T]) observe(s *Store, w watcher) (stop func()) {
	return s.memoOf(d.from).observe(s, w, d, d.observed)
}

// run computes the value, or the failure when compute panics.
func (d *Derived[T]) run(r Reader, last any) (value any) {
	defer func() {
		if reason := recover(); reason != nil {
			value = &failure{reason}
			if f, failed := last.(*failure); failed && f.same(reason) {
				value = f
			}
		}
	}()
	v := d.compute(r)
	if p, ok := last.(*T); ok && draft.Equal(p, &v) {
		return p
	}
	return &v
}

// A failure is the value of a derived atom whose function has panicked.
type failure struct{ reason any }

func (f *failure) same(reason any) bool {
	return reflect.ValueOf(reason).Comparable() && f.reason == reason
}

// A memo is what a store keeps of one derived atom.
type memo struct {
	value     any // *T or *failure; nil before it was first computed
	deps      []dependency
	checked   uint64 // the epoch in which the value was last known to be right
	computing bool
	batch     uint64 // in which the value was computed last
	again     bool   // and not for the first time in that

	// While it is observed it is told what changes, and need not look.
	observers  int
	outdated   bool
	told       uint64 // the batch in which that was told last
	at         region // its own watchers
	unobserved func()

	print *fingerprint // of the value that was handed out last, in debug mode
}

// A computation is a derived atom, whatever its type.
type computation interface {
	run(r Reader, last any) (value any)
}

type dependency struct {
	src  source
	seen any
	stop func()
}

func (s *Store) memoOf(from *origin) *memo {
	m, ok := s.memos[from.id]
	if !ok {
		m = &memo{}
		s.memos[from.id] = m
		s.forgetWith(from, func(s *Store, id uint64) { delete(s.memos, id) })
	}
	return m
}

// stale tells those who depend on the value that it may have changed.
func (m *memo) stale(s *Store, why reason) {
	if why&becauseValue == 0 || m.outdated && m.told == s.batch {
		return // in another batch somebody who looked did not return
	}
	m.outdated, m.told = true, s.batch
	m.at.tell(s, becauseValue)
}

// valid reports whether the value is right, without computing it.
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

// handOut is peek for somebody outside of the store.
func (m *memo) handOut(s *Store, c computation, id uint64) any {
	v := m.peek(s, c)
	if f, failed := v.(*failure); failed {
		panic(f.reason)
	}
	if s.debug != nil {
		s.debug.handed(&m.print, id, v)
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
		x.end()
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
	t := &tracker{s: s, seen: map[source]bool{}}
	before := m.deps
	value = t.handedTo(c, m)
	m.value = value
	if f, failed := value.(*failure); failed && f.reason == any(ErrDeadlock) {
		m.value = nil // computed again when it is looked at again: it was a matter of timing
	}
	m.deps, m.checked, m.outdated = t.deps, s.epoch, false
	m.again, m.batch = m.batch == s.batch, s.batch
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

// A tracker is the Reader of a derived atom's function: it notes what is read.
type tracker struct {
	s    *Store
	deps []dependency
	seen map[source]bool
	over bool
}

// handedTo computes the value of m. What is not restored here would stay so when
// the function ends its goroutine.
func (t *tracker) handedTo(c computation, m *memo) any {
	t.s.mu.claim()
	before := t.s.handed
	t.s.handed = t
	defer func() { t.s.handed, t.over, m.computing = before, true, false }()
	return c.run(t, m.value)
}

func (t *tracker) open(src source) *Store {
	switch {
	case !t.s.mu.mine() || t.over:
		panic(ErrOver)
	case t.s.handed != Reader(t):
		panic(ErrReentered) // inside of another one
	}
	if src != nil && !t.seen[src] {
		t.seen[src] = true
		t.deps = append(t.deps, dependency{src: src, seen: src.peek(t.s)})
	}
	return t.s
}

func (t *tracker) close() {}
