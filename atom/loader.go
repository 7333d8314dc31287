package atom

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
)

// A loader is what a store keeps of one async atom. Everything in it is
// guarded by the store's lock.
type loader struct {
	wanted bool // somebody looks
	state  *loadState
	at     region      // who watches the state
	flight *loadReader // the load that is under way, or was the last one
	cancel context.CancelFunc

	good  *loadReader // the last load, when it has brought a value
	fresh bool        // that was for [AsyncAtom.Load]: no observer has come since
}

// loadState is replaced as a whole, and compared as a pointer.
type loadState struct {
	loading bool
	err     error
}

//go:noinline
func (s *Store) loaderOf(id uint64) *loader {
	l, ok := s.loaders[id]
	if !ok {
		l = &loader{state: &loadState{}, cancel: func() {}}
		s.loaders[id] = l
	}
	return l
}

// start starts a load in place of the one under way. What that one has read
// stays observed until the new one has done its reading.
func (l *loader) start(s *Store, run func(context.Context, *loadReader)) {
	l.cancel()
	ctx, cancel := context.WithCancel(context.Background())
	before := l.flight
	r := &loadReader{s: s, l: l, run: run, seen: map[Source]bool{}}
	l.flight, l.cancel = r, cancel
	l.setState(s, loadState{loading: true, err: l.state.err})
	go func() {
		defer cancel()
		returned := false
		defer func() {
			b := s.beginWrite()
			defer s.endWrite(b)
			before.stopObserving()
			if !returned && l.flight == r && l.state.loading {
				l.setState(s, loadState{err: errExited})
			}
		}()
		run(ctx, r)
		returned = true
	}()
}

// isCurrent reports whether what was loaded last is what would be loaded now.
func (l *loader) isCurrent(s *Store) bool {
	if l.good == nil || l.state.loading || l.state.err != nil {
		return false
	}
	for _, d := range l.good.read {
		if !d.src.same(s, d.seen, d.src.peek(s)) {
			return false
		}
	}
	return true
}

// resume has what was read for the present value observed again.
func (l *loader) resume(s *Store) {
	r := l.good
	l.flight, r.over = r, false
	for _, d := range r.read {
		r.stop = append(r.stop, s.subscribeLocked(d.src, valueChanged, r.reload))
	}
}

// errExited is the error of a load that has taken its goroutine with it, as a test does
// that fails in one.
var errExited = errors.New("atom: the load has ended its goroutine (runtime.Goexit)")

// abandon ends the load under way, and stops observing what was read.
func (l *loader) abandon(s *Store) {
	l.cancel()
	l.flight.stopObserving()
	l.flight = nil
	l.setState(s, loadState{err: l.state.err})
}

func (l *loader) setState(s *Store, next loadState) {
	s.advanceEpoch()
	l.state = &next
	l.at.notifyWatchers(s, valueChanged)
}

func callLoad[T any](ctx context.Context, r Reader, load func(context.Context, Reader) (T, error)) (value T, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("atom: the load panicked: %v\n%s", reason, debug.Stack())
		}
	}()
	return load(ctx, r)
}

// A loadReader is the Reader of one load: what it reads is observed, and when
// that changes the load begins again.
type loadReader struct {
	s    *Store
	l    *loader
	run  func(context.Context, *loadReader)
	seen map[Source]bool
	read []dependency // what it has read, and what was there
	stop []func()
	over bool

	onLoad func(b *Batch, enter func(contained ...*Entry))
}

func (r *loadReader) beginRead(src Source) *Store {
	s := r.s
	s.beginWrite()
	if src != nil && !r.seen[src] && !r.over {
		noted := false
		defer func() {
			if !noted { // a function that was called to look at src did not return
				s.endWrite(nil)
			}
		}()
		r.seen[src] = true
		r.read = append(r.read, dependency{src: src, seen: src.peek(s)})
		r.stop = append(r.stop, s.subscribeLocked(src, valueChanged, r.reload))
		noted = true
	}
	return s
}

func (r *loadReader) endRead() { r.s.endWrite(nil) }

// reload begins another load, if this one is still the last.
func (r *loadReader) reload() {
	b := r.s.beginWrite()
	defer r.s.endWrite(b)
	if r.l.flight == r && r.l.wanted {
		r.l.start(r.s, r.run)
	}
}

// stopObserving ends the observations; a nil r has none.
func (r *loadReader) stopObserving() {
	if r == nil {
		return
	}
	r.over = true
	for _, stop := range r.stop {
		stop()
	}
	r.stop = nil
}

// OnLoad has f put the value of a load in its place; r is the Reader that the load was
// handed. f is called in the batch in which the value becomes visible, under the store's
// lock: enter makes the value the base, and removes the entries that it contains from the
// log, as [Atom.SyncFunc] does. f is not called when the load fails, or when nobody waits for
// it any more. With any other Reader OnLoad does nothing: there is no base to come.
func OnLoad(r Reader, f func(b *Batch, enter func(contained ...*Entry))) {
	if r, ok := r.(*loadReader); ok {
		r.onLoad = f
	}
}

func (r *loadReader) install(b *Batch, enter func(contained ...*Entry)) {
	if r.onLoad == nil {
		enter()
		return
	}
	b.s.callWith(func(b *Batch) { r.onLoad(b, enter) })
}

// loadSource is the state of the loader with that id, as something to depend on.
type loadSource uint64

func (id loadSource) peek(s *Store) any                   { return s.loaderOf(uint64(id)).state }
func (id loadSource) same(_ *Store, before, now any) bool { return before == now }
func (id loadSource) observe(s *Store, w watcher) (stop func()) {
	return s.loaderOf(uint64(id)).at.watch(w).remove
}
