package atom

// A Reader is where an atom's value is read from: a [*Store], a [*Batch], or
// the Reader that the function of a derived or async atom is handed, which
// also records what was read.
type Reader interface {
	// beginRead takes the store's lock, and records that src is read, if it is not nil;
	// endRead releases the lock. Whoever calls a function of the user in between claims
	// the lock first.
	beginRead(src Source) *Store
	endRead()
}

// A Writer is where an atom is written to: a [*Store], or a [*Batch] of it.
type Writer interface {
	Reader
	beginWrite() *Batch
	endWrite(*Batch)
}

// A Batch collects writes that are seen together: readers of the store see
// either none or all of them, and subscribers are told once. A Batch is a
// Reader, too, and shows what has been written so far. It is valid only inside
// the function that [Store.Batch] hands it to, and in the goroutine of that: used
// anywhere else it panics with [ErrOver], and with [ErrReentered] inside an update or
// derive function, which must see nothing but what they are handed.
type Batch struct {
	s    *Store
	over bool
}

// Batch runs f and makes everything that f writes through b visible at once.
// If f panics, what it has written until then stays, and the panic goes on.
// Inside f use b, not the store.
func (s *Store) Batch(f func(b *Batch)) {
	defer s.endWrite(s.beginWrite())
	s.callWith(f)
}

// callWith calls f, a function of the user, with a Batch that it may use.
func (s *Store) callWith(f func(*Batch)) {
	b := &Batch{s: s}
	before := s.permitted
	s.permitted = b
	defer func() { b.over, s.permitted = true, before }()
	f(b)
}

// A Batch is not handed to whatever runs while it reads or writes.

func (b *Batch) beginWrite() *Batch      { b.acquire(); return &b.s.own }
func (b *Batch) endWrite(*Batch)         { b.restore() }
func (b *Batch) beginRead(Source) *Store { b.acquire(); return b.s }
func (b *Batch) endRead()                { b.restore() }

func (b *Batch) acquire() {
	s := b.s
	switch {
	case s == nil || !s.mu.isOwner() || b.over:
		panic(ErrOver)
	case b == &s.own: // of this package alone
	case s.permitted != Reader(b):
		panic(ErrReentered)
	default:
		s.permitted = nil
	}
}

func (b *Batch) restore() {
	if b != &b.s.own {
		b.s.permitted = b
	}
}
