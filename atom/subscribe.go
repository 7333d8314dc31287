package atom

import "github.com/atomsaga/atomsaga/internal/sorting"

// Subscribe calls f after each batch that has changed the value of a, until
// stop is called. f runs outside the store's lock, one callback at a time and
// in the order of the batches, and reads what it needs: by then the value may
// be newer. It may read and write the store, and stop the subscription; what
// its writes cause is delivered after it returns.
//
// Those whom one batch concerns are told in the order in which they have subscribed,
// whatever they have subscribed to. One that stops before its turn is not called
// any more; one that subscribes meanwhile hears of what changes from then on.
func (s *Store) Subscribe(a Source, f func()) (stop func()) {
	return s.subscribe(a, valueChanged, f)
}

// Watch is Subscribe that calls f also when an entry that concerns a comes,
// succeeds or goes, whether that changes the value or not. See [Atom.Pending].
func (s *Store) Watch(a Source, f func()) (stop func()) {
	return s.subscribe(a, bothChanged, f)
}

// A subscription is a callback on one source. Values are compared before
// anybody is told, so a callback means that something is different.
type subscription struct {
	store   *Store
	src     Source
	last    any
	call    func()
	number  uint64 // those who came first are told first
	why     reason // what it wants to be told about
	pending reason // what has happened in this batch
	queued  bool   // a call waits for delivery
	stopped bool
	atOnce  bool // called under the lock
}

//go:noinline
func (s *Store) subscribe(src Source, why reason, f func()) (stop func()) {
	return s.start(&subscription{store: s, src: src, call: f, why: why})
}

// notifyChannel returns a channel that is sent to when the value of src has changed, before
// anybody is told: who waits for it may be a subscriber that others wait behind.
func (s *Store) notifyChannel(src Source) (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	send := func() {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	return c, s.start(&subscription{store: s, src: src, call: send, why: valueChanged, atOnce: true})
}

func (s *Store) start(x *subscription) (stop func()) {
	b := s.beginWrite()
	defer s.endWrite(b)
	end := s.observe(x)
	return func() {
		b := s.beginWrite()
		defer s.endWrite(b)
		end()
	}
}

// subscribeLocked is subscribe under the lock.
func (s *Store) subscribeLocked(src Source, why reason, f func()) (stop func()) {
	return s.observe(&subscription{store: s, src: src, call: f, why: why})
}

func (s *Store) observe(x *subscription) (stop func()) {
	s.subscriptions++
	x.number = s.subscriptions
	end := x.src.observe(s, x)
	x.last = x.src.peek(s)
	return func() {
		if !x.stopped {
			x.stopped = true
			end()
		}
	}
}

func (x *subscription) invalidate(s *Store, why reason) {
	if why &= x.why; why == 0 {
		return
	}
	if x.pending == 0 {
		s.dirty = append(s.dirty, x)
	}
	x.pending |= why
}

// commit ends a batch, under the lock: it finds out who has to be told. When a
// function of the user panics meanwhile, or ends its goroutine, the others are told
// all the same.
func (s *Store) commit() {
	if len(s.dirty) == 0 && len(s.changed) == 0 {
		return
	}
	done := false
	defer func() {
		if !done {
			s.commit()
		}
	}()
	for len(s.dirty) > 0 { // deriving a value may make others due
		x := s.dirty[0]
		s.dirty = s.dirty[1:]
		x.check()
	}
	news := s.changed
	s.dirty, s.changed = nil, nil
	sorting.By(news, func(a, b **subscription) bool { return (*a).number < (*b).number })
	for _, x := range news {
		s.notifications.add(x.deliver)
	}
	done = true
}

func (x *subscription) check() {
	why := x.pending
	x.pending = 0
	if x.stopped {
		return
	}
	now := x.src.peek(x.store)
	different := !x.src.same(x.store, x.last, now)
	x.last = now
	switch {
	case !different && why&statusChanged == 0:
	case x.atOnce:
		x.call()
	case !x.queued:
		x.queued = true
		x.store.changed = append(x.store.changed, x)
	}
}

func (x *subscription) deliver() {
	x.store.mu.Lock()
	x.queued = false
	stopped := x.stopped
	x.store.mu.Unlock()
	if !stopped {
		x.call()
	}
}
