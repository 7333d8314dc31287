package atom

import (
	"context"
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/wait"
)

// A Loadable is the state of a value that has to be loaded.
type Loadable[T any] struct {
	Value   T     // the last good value, the zero value before there is one
	Loaded  bool  // there is a good value
	Loading bool  // a load is under way
	Err     error // why the last load failed, nil when it did not
}

// An AsyncAtom loads its value; its own value is a [Loadable]. Make it with
// [Async].
type AsyncAtom[T any] struct {
	*Derived[Loadable[T]]
	from  *definition
	load  func(context.Context, Reader) (T, error)
	value *Atom[T]
}

// Async returns an atom whose value load returns. Loading starts when the
// first observer subscribes, and again when an atom that load has read through
// its Reader changes, after [AsyncAtom.Refresh], and when observers come back.
// The context is cancelled when the result is no longer wanted: a newer load
// has begun, or nobody looks any more. The last good value is kept all the
// while. Reading alone starts nothing; use [AsyncAtom.Load] for that. What load
// returns is copied where it could be written to.
//
// A loaded value goes under the live entries (see [Atom.Sync]): a refetch does
// not hide what the user has just done. load runs outside the store's lock; an
// error that it returns, or a panic, is the Err of the Loadable.
func Async[T any](load func(ctx context.Context, r Reader) (T, error)) *AsyncAtom[T] {
	a := &AsyncAtom[T]{from: newDefinition(nil), load: load, value: newMissing[T]()}
	a.Derived = Derive(func(r Reader) Loadable[T] {
		l := Loadable[T]{}
		l.Value, l.Loaded = a.value.Lookup(r)
		a.loader(r.beginRead(nil)) // for the store to forget it with the atom
		r.endRead()
		s := r.beginRead(loadSource(a.from.id))
		defer r.endRead()
		now := s.loaderOf(a.from.id).state
		l.Loading, l.Err = now.loading, now.err
		return l
	})
	a.Derived.observed = func(s *Store) (unobserved func()) {
		l := a.loader(s)
		l.wanted = true
		if l.fresh && l.isCurrent(s) {
			l.resume(s)
		} else {
			l.start(s, a.run)
		}
		return func() {
			l.wanted, l.fresh = false, false
			l.abandon(s)
		}
	}
	return a
}

// newMissing returns a root atom that is missing until its base is set.
func newMissing[T any]() *Atom[T] {
	a := New(*new(T))
	a.root.initial = (*T)(nil)
	a.read = func(state any, _ *draft.Path) (*T, bool) { p := state.(*T); return p, p != nil }
	a.edit = func(state any, _ *draft.Path, _ applyMode, revise transform[T]) (any, draft.Changes, error) {
		p := state.(*T)
		if p == nil {
			return state, draft.Changes{}, fmt.Errorf("%w: it has not been loaded", ErrMissing)
		}
		return revise(p)
	}
	return a
}

// Value returns the loaded value as an atom: what is written to it is seen by
// everyone who reads the AsyncAtom. It is missing until the first load is done.
func (a *AsyncAtom[T]) Value() *Atom[T] { return a.value }

// run does one load, and keeps the result if it is still wanted.
func (a *AsyncAtom[T]) run(ctx context.Context, r *loadReader) {
	loaded, err := callLoad(ctx, r, a.load)
	var value *T
	if err == nil {
		value, err = draft.Seal(&loaded) // the loader may go on with what it has returned
	}
	b := r.s.beginWrite()
	defer r.s.endWrite(b)
	if r.l.flight != r {
		return // a newer load has begun, or nobody looks any more
	}
	r.l.good = nil
	if err == nil {
		r.l.good = r
		r.install(b, func(contained ...*Entry) {
			r.s.logOf(a.value.root).rebase(r.s, value, slices.Values([]draft.Path{nil}), contained)
		})
	}
	r.l.setState(r.s, loadState{err: err})
}

func (a *AsyncAtom[T]) loader(s *Store) *loader {
	if _, ok := s.loaders[a.from.id]; !ok {
		s.cleanUpWith(a.from, func(s *Store, id uint64) { delete(s.loaders, id) })
	}
	return s.loaderOf(a.from.id)
}

// Refresh loads again when somebody looks; when nobody does, the next observer
// has it loaded anyway. It does not wait.
func (a *AsyncAtom[T]) Refresh(s *Store) {
	b := s.beginWrite()
	defer s.endWrite(b)
	l := a.loader(s)
	if l.good = nil; l.wanted {
		l.start(s, a.run)
	}
}

// Load returns the value, and has it loaded first if there is none, if what it was
// loaded from has changed, or if the last load has failed. Somebody who observes it
// next has it from there. It returns the error of the load, or ctx's when that ends
// first, and beside it the last good value. A subscriber may call it, too, though
// others wait behind that; in a function that the browser calls it panics when it has to
// wait, as the load could not go on.
func (a *AsyncAtom[T]) Load(ctx context.Context, s *Store) (T, error) {
	changed, stop := s.notifyChannel(a)
	defer func() {
		stop()
		b := s.beginWrite()
		defer s.endWrite(b)
		l := a.loader(s)
		l.fresh = !l.wanted && l.isCurrent(s)
	}()
	a.freshen(s)
	for {
		now := a.Get(s)
		if !now.Loading {
			return now.Value, now.Err
		}
		wait.CheckContext(ctx, "atom: AsyncAtom.Load")
		select {
		case <-changed:
		case <-ctx.Done():
			return now.Value, ctx.Err()
		}
	}
}

// freshen loads again what is observed, and not what would be loaded now.
func (a *AsyncAtom[T]) freshen(s *Store) {
	b := s.beginWrite()
	defer s.endWrite(b)
	if l := a.loader(s); !l.state.loading && !l.isCurrent(s) {
		l.start(s, a.run)
	}
}
