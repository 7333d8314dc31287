package atom

// Subscribe calls f after each batch that has changed the value of a, until
// stop is called. f runs outside the store's lock, one callback at a time and
// in the order of the batches, and reads what it needs: by then the value may
// be newer. It may read and write the store, and stop the subscription; what
// its writes cause is delivered after it returns.
func Subscribe[T any](s *Store, a Readable[T], f func()) (stop func()) {
	return s.subscribe(a, becauseValue, f)
}

// Watch is Subscribe that calls f also when an entry that concerns a comes,
// succeeds or goes, whether that changes the value or not. See [Pending].
func Watch[T any](s *Store, a Readable[T], f func()) (stop func()) {
	return s.subscribe(a, becauseBoth, f)
}

// A subscription is a callback on one source. Values are compared before
// anybody is told, so a callback means that something is different.
type subscription struct {
	store   *Store
	src     source
	last    any
	call    func()
	why     reason // what it wants to be told about
	pending reason // what has happened in this batch
	queued  bool   // a call waits for delivery
	stopped bool
}

func (s *Store) subscribe(src source, why reason, f func()) (stop func()) {
	b := s.begin()
	defer s.end(b)
	end := s.observing(src, why, f)
	return func() {
		b := s.begin()
		defer s.end(b)
		end()
	}
}

// observing is subscribe under the lock.
func (s *Store) observing(src source, why reason, f func()) (stop func()) {
	x := &subscription{store: s, src: src, call: f, why: why}
	end := src.observe(s, x)
	x.last = src.peek(s)
	return func() {
		if !x.stopped {
			x.stopped = true
			end()
		}
	}
}

func (x *subscription) stale(s *Store, why reason) {
	if why &= x.why; why == 0 {
		return
	}
	if x.pending == 0 {
		s.due = append(s.due, x)
	}
	x.pending |= why
}

// commit ends a batch, under the lock: it finds out who has to be told.
func (s *Store) commit() {
	for len(s.due) > 0 { // deriving a value may make others due
		due := s.due
		s.due = nil
		for _, x := range due {
			x.check()
		}
	}
}

func (x *subscription) check() {
	why := x.pending
	x.pending = 0
	if x.stopped {
		return
	}
	if now := x.src.peek(x.store); !x.src.same(x.last, now) {
		x.last = now
	} else if why&becauseStatus == 0 {
		return
	}
	if !x.queued {
		x.queued = true
		x.store.notes.add(x.deliver)
	}
}

func (x *subscription) deliver() {
	x.store.lock()
	x.queued = false
	stopped := x.stopped
	x.store.mu.Unlock()
	if !stopped {
		x.call()
	}
}
