package atom

import "github.com/atomsaga/atomsaga/atom/draft"

// An Atom is a small piece of shared state: a root, made by [New], or a part of
// another atom's value, seen through [Focus], [Key] or [At]. It is a
// definition, made once and held in a variable or a [Family]; its values are
// in stores.
//
// Atoms are compared by identity. The id comes first so that
// reflect.DeepEqual, by which go-app decides whether a component's field has
// changed, ends there.
type Atom[T any] struct {
	id   uint64
	root *definition
	path draft.Path // from the root's value

	// read returns a pointer to the value in a state of the root; false when it is missing.
	// at is its path now, if [Rekey] has renamed an element on the way, else nil.
	read func(state any, at *draft.Path) (*T, bool)

	// edit returns a state of the root in which revise has replaced the value, and what has
	// changed. The two states share everything that is not on the way to the value. With
	// applyFresh it returns ErrLens when a lens on the way leads elsewhere than before.
	edit func(state any, at *draft.Path, as applyMode, revise transform[T]) (any, draft.Changes, error)
}

// A transform makes the next value from the previous one, which it leaves alone.
type transform[T any] func(prev *T) (next *T, c draft.Changes, err error)

// A definition is what stores know a root, derived or async atom by. It is collected when
// nobody has the atom any more, and with it what stores keep for the atom.
type definition struct {
	id      uint64
	initial any // of a root: *T
}

//go:noinline
func newDefinition(initial any) *definition { return &definition{newID(), initial} }

// New returns a root atom whose value is initial in every store until it is
// written to. Values are immutable by convention: what Get returns is not written
// to. What New and Set are given is copied where it could be written to, so that
// the caller may go on with it.
//
// New panics with [draft.ErrType] when a T cannot be the value of an atom, and with what
// Set would return when initial cannot.
func New[T any](initial T) *Atom[T] {
	value, err := draft.Seal(&initial)
	if err != nil {
		panic(err)
	}
	root := newDefinition(value)
	return &Atom[T]{
		id:   root.id,
		root: root,
		read: func(state any, _ *draft.Path) (*T, bool) { return state.(*T), true },
		edit: func(state any, _ *draft.Path, _ applyMode, revise transform[T]) (any, draft.Changes, error) {
			return revise(state.(*T))
		},
	}
}

// Get returns the value, the zero value when a is missing. What it returns is
// shared: do not write to what it points to.
func (a *Atom[T]) Get(r Reader) T {
	v, _ := a.Lookup(r)
	return v
}

// Lookup returns the value, and whether there is one: an element of a map or a
// list may be missing.
func (a *Atom[T]) Lookup(r Reader) (value T, ok bool) {
	s := r.beginRead(a)
	defer r.endRead()
	if p, ok := a.now(s); ok {
		s.rememberRead(a.root)
		return *p, true
	}
	return value, false
}

// now returns the visible value; the lock is held. It remembers the last one: after a change
// the same value is read by the comparison, and again by whoever shows it.
func (a *Atom[T]) now(s *Store) (*T, bool) {
	if last := &s.read; last.atom == a.id && last.epoch == s.epoch {
		p := last.value.(*T)
		return p, p != nil
	}
	if len(a.path) > 0 {
		s.mu.claim() // there may be a lens on the way
	}
	state, at := a.root.initial, (*draft.Path)(nil)
	c := s.existingLog(a.root)
	if c != nil {
		state, at = c.visible, c.whereNow(a.path)
	}
	p, ok := a.read(state, at)
	if !ok {
		p = nil
	}
	if c != nil { // without a log nothing would forget the value with the atom
		s.read = lastRead{a.id, s.epoch, p}
	}
	return p, ok
}

// A lastRead is the last value that was read from a store: a *T, nil when it was missing.
// The next change forgets it, so that it keeps no value alive that nobody sees.
type lastRead struct {
	atom, epoch uint64
	value       any
}

// Set replaces the value. It keeps its place among the live entries of the
// log: what was dispatched before it and fails later is taken back below it.
// ErrMissing when a is missing.
func (a *Atom[T]) Set(w Writer, value T) error { return a.write(w, replaceBy(value)) }

// Update runs edit on a draft of the value: change it as if it were your own.
// Like every entry it is run again when something below it in the log changes,
// so it must be pure. ErrMissing when a is missing; an error wrapping
// [draft.ErrUpdatePanicked] when edit panics. In both cases nothing has changed.
func (a *Atom[T]) Update(w Writer, edit func(*T)) error { return a.write(w, draftWith(edit)) }

// Sync replaces the base of the value: what a server says it is. Every live
// entry stays above it, in its place. ErrMissing when a is missing there.
func (a *Atom[T]) Sync(w Writer, value T) error { return a.sync(w, replaceBy(value)) }

// SyncUpdate changes the base of the value by running edit on a draft of it,
// under every live entry.
func (a *Atom[T]) SyncUpdate(w Writer, edit func(*T)) error { return a.sync(w, draftWith(edit)) }

// SyncFunc replaces the base of the value by what next makes of it. The changes
// of the entries in contained are part of that already: they leave the log with
// it, whether they have succeeded or are pending, and are not applied again. An
// error of next is returned, and nothing has changed; ErrMissing when a is
// missing in the base.
func (a *Atom[T]) SyncFunc(w Writer, next func(base T) (T, error), contained ...*Entry) error {
	return a.sync(w, func(prev *T) (*T, draft.Changes, error) {
		value, err := next(*prev)
		if err != nil {
			return prev, draft.Changes{}, err
		}
		return draft.Adopt(prev, &value)
	}, contained...)
}

// write dispatches an entry that has succeeded from the start.
func (a *Atom[T]) write(w Writer, revise transform[T]) error {
	b := w.beginWrite()
	defer w.endWrite(b)
	_, err := b.s.dispatch([]*Edit{editOf(a, revise)}, entrySucceeded)
	if err != nil {
		b.s.reportError(a, err)
	}
	return err
}

// sync puts under the log a base in which revise has replaced the value.
func (a *Atom[T]) sync(w Writer, revise transform[T], contained ...*Entry) (err error) {
	b := w.beginWrite()
	defer w.endWrite(b)
	defer func() {
		if err != nil {
			b.s.reportError(a, err)
		}
	}()
	log := b.s.logOf(a.root)
	base, c, err := a.edit(log.baseNow(), log.whereNow(a.path), applyFresh, revise)
	if err != nil {
		return err
	}
	log.rebase(b.s, base, c.Paths(), contained)
	return nil
}

// draftWith returns the transform that runs edit on a draft. A nil edit changes nothing.
func draftWith[T any](edit func(*T)) transform[T] {
	return func(prev *T) (next *T, c draft.Changes, err error) {
		if edit == nil {
			return prev, draft.Changes{}, nil
		}
		return draft.Revise(prev, edit)
	}
}

// replaceBy returns the transform to value.
func replaceBy[T any](value T) transform[T] {
	return func(prev *T) (*T, draft.Changes, error) { return draft.Adopt(prev, &value) }
}
