package atom

import "slices"

// An Entry is one change in the log of a store: it is live from its dispatch
// until it is dropped, or folded into the base. See the package documentation
// for what becomes visible when.
type Entry struct {
	cell  *cell
	id    uint64
	path  Path // of the atom it was dispatched on
	apply func(before any) (after any, c Changes, err error)
	look  func(state any) any // the target's value in a state, nil when it is missing

	after   any     // the state above it
	changes Changes // from the state below it to after
	patch   Changes // the same, seen from the target
	state   entryState

	onConflict func(Conflict)
}

type entryState uint8

const (
	entryPending    entryState = iota // in the log, its effect is not decided
	entrySucceeded                    // in the log, stays until it is the oldest
	entryFolded                       // part of the base
	entryDropped                      // taken back
	entryConflicted                   // taken back, because it could not be re-applied
)

// Dispatch appends an entry to the log: edit is run on a draft of a's value,
// and the result is visible at once. The entry stays live until
// [Entry.Succeed] or [Entry.Drop]; whenever something below it in the log
// changes, edit is run again on the new value, so it must be pure: same draft
// in, same change out. A nil edit makes an entry that changes nothing.
//
// A panic of edit is returned as an error that wraps [ErrUpdatePanicked], a
// missing target as [ErrMissing]; in both cases there is no entry and nothing
// has changed.
func Dispatch[T any](w Writer, a *Atom[T], edit func(*T)) (*Entry, error) {
	b := w.begin()
	defer w.end(b)
	e := a.entry(drafting(b.s, edit))
	if err := b.s.cellOf(a.root).dispatch(b.s, e); err != nil {
		return nil, err
	}
	return e, nil
}

// Succeed tells the log that what the entry did is confirmed. The entry is
// folded into the base as soon as everything dispatched before it has left;
// the order never changes. ErrDropped when the entry is not live.
func (e *Entry) Succeed(w Writer) error {
	b := w.begin()
	defer w.end(b)
	if e.state != entryPending {
		return ErrDropped
	}
	e.state = entrySucceeded
	e.cell.touch(b.s, e.concern(), becauseStatus)
	e.cell.fold(b.s)
	return nil
}

// Drop takes the entry, and nothing else, back: the value is what it would be
// had the entry never been dispatched. ErrDropped when the entry is not live;
// a folded entry cannot be taken back.
func (e *Entry) Drop(w Writer) error {
	b := w.begin()
	defer w.end(b)
	if !e.live() {
		return ErrDropped
	}
	e.cell.drop(b.s, e, entryDropped)
	return nil
}

func (e *Entry) live() bool { return e.state == entryPending || e.state == entrySucceeded }

// OnConflict sets what is called, outside the store's lock, when the entry is
// dropped because it could not be re-applied. Set it in the batch that
// dispatches the entry.
func (e *Entry) OnConflict(f func(Conflict)) { e.onConflict = f }

// Changes returns what the entry changes in its root atom, as it was last
// applied.
func (e *Entry) Changes(r Reader) (c Changes) {
	r.view(nil, func(*Store) { c = e.changes })
	return c
}

// Path returns the place of the atom that the entry was dispatched on, in its
// root atom.
func (e *Entry) Path() Path { return e.path }

// Patch returns what the entry changes in the atom that it was dispatched on,
// as it was last applied: what to send to a server that keeps that value.
func (e *Entry) Patch(r Reader) (c Changes) {
	r.view(nil, func(*Store) { c = e.patch })
	return c
}

// concern lists the paths that the entry is about: what it changes, or its
// target when it changes nothing.
func (e *Entry) concern() []Path {
	if e.changes.Empty() {
		return []Path{e.path}
	}
	return e.changes.paths()
}

// Concerns reports whether the entry is about a, a part of a, or something
// that a is a part of.
func (e *Entry) Concerns(r Reader, a Target) (yes bool) {
	r.view(nil, func(*Store) { yes = e.concerns(a) })
	return yes
}

func (e *Entry) concerns(a Target) bool {
	root, path := a.target()
	return e.cell.root == root && slices.ContainsFunc(e.concern(), func(p Path) bool { return overlap(p, path) })
}

// Overlaps reports whether both entries are about the same part of the state.
func (e *Entry) Overlaps(r Reader, other *Entry) (yes bool) {
	r.view(nil, func(*Store) {
		yes = e.cell == other.cell && slices.ContainsFunc(e.concern(), func(p Path) bool {
			return slices.ContainsFunc(other.concern(), func(q Path) bool { return overlap(p, q) })
		})
	})
	return yes
}

// Overlap reports whether a and b are the same part of the state, or one is a
// part of the other.
func Overlap(a, b Target) bool {
	rootA, pathA := a.target()
	rootB, pathB := b.target()
	return rootA == rootB && overlap(pathA, pathB)
}

// Nudge tells those who [Watch] something that overlaps a to look again,
// although no value has changed. For packages that keep a status beside it.
func Nudge(w Writer, a Target) {
	b := w.begin()
	defer w.end(b)
	a.nudge(b.s)
}
