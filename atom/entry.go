package atom

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// An Entry is one change in the log of a store: it is live from its dispatch
// until it is dropped, or folded into the base. See the package documentation
// for what becomes visible when. An entry with several edits enters, folds,
// conflicts and leaves as one. Its methods panic with [ErrOtherStore] when what they
// are given is not the store in whose log it is, or a batch of that.
type Entry struct {
	store      *Store // in whose log it is
	id         uint64
	state      entryState
	edits      []*Edit
	parts      []rootEntry
	onConflict func(Conflict)
}

// A rootEntry is what an entry changes in one root.
type rootEntry struct {
	entry   *Entry
	log     *rootLog
	edits   []*Edit
	after   any           // the state above it; nil when it has not been computed, see rootLog.stateAbove
	changes draft.Changes // from the state below it to after
	index   *pathIndex    // of changes, once it was needed
	outside bool          // an edit has changed what is no part of its target
	inBase  bool          // it has left: the base that came from outside contains it
}

type entryState uint8

const (
	entryPending    entryState = iota // in the log, its effect is not decided
	entryAwaiting                     // in the log, stays until a base comes that contains it
	entrySucceeded                    // in the log, stays until it is the oldest
	entryFolded                       // in the base
	entryDropped                      // taken back
	entryConflicted                   // taken back, because it could not be re-applied
)

// Dispatch appends an entry to the log: its edits are run on drafts of the atoms' values,
// each on what those before it have made, and the result is visible at once. The entry
// stays live until [Entry.Succeed] or [Entry.Drop]; whenever something below it in the log
// changes, its edits are run again on the new value, so they must be pure: same draft
// in, same change out. It takes effect as a whole or not at all. An Edit may be dispatched
// again, on any store.
//
// A panic of an edit is returned as an error that wraps [draft.ErrUpdatePanicked], a
// missing target as [ErrMissing]; in both cases there is no entry and nothing
// has changed.
func Dispatch(w Writer, edits ...*Edit) (*Entry, error) {
	own := make([]*Edit, len(edits))
	for i, e := range edits {
		own[i] = e.editor.clone()
	}
	b := w.beginWrite()
	defer w.endWrite(b)
	return b.s.dispatch(own, entryPending)
}

// Succeed tells the log that what the entry did is confirmed. The entry is
// folded into the base as soon as everything dispatched before it has left;
// the order never changes. ErrDropped when the entry is not live.
func (e *Entry) Succeed(w Writer) error { return e.become(w, entrySucceeded) }

// Await tells the log that what the entry did is done, and that a base which
// contains it is on its way: no longer pending, the entry keeps its place until
// [Atom.SyncFunc] brings that base, or [Entry.Succeed] has it folded without
// one. ErrDropped when the entry is not live.
func (e *Entry) Await(w Writer) error { return e.become(w, entryAwaiting) }

func (e *Entry) become(w Writer, state entryState) error {
	b := e.beginWrite(w)
	defer w.endWrite(b)
	if e.state != entryPending && e.state != entryAwaiting {
		return ErrDropped
	}
	e.state = state
	for i := range e.parts {
		e.parts[i].notify(b.s, statusChanged)
	}
	e.fold()
	return nil
}

// Drop takes the entry, and nothing else, back: the value is what it would be
// had the entry never been dispatched. ErrDropped when the entry is not live;
// a folded entry cannot be taken back.
func (e *Entry) Drop(w Writer) error {
	b := e.beginWrite(w)
	defer w.endWrite(b)
	if !e.live() {
		return ErrDropped
	}
	b.s.remove(e, entryDropped)
	return nil
}

// Live reports whether the entry is in the log. One that is not was dropped, or
// has been folded into the base.
func (e *Entry) Live(r Reader) bool {
	e.beginRead(r)
	defer r.endRead()
	return e.live()
}

// beginWrite and open are those of w and r, which have to be the entry's own store or a
// batch of it: under another lock nobody may look at its log.
func (e *Entry) beginWrite(w Writer) *Batch {
	b := w.beginWrite()
	if b.s != e.store {
		w.endWrite(b)
		panic(ErrOtherStore)
	}
	return b
}

func (e *Entry) beginRead(r Reader) {
	if s := r.beginRead(nil); s != e.store {
		r.endRead()
		panic(ErrOtherStore)
	}
}

// release lets go of what the edits were applied between, of an entry that has left.
func (e *Entry) release() {
	for _, edit := range e.edits {
		edit.editor.release()
	}
	for i := range e.parts {
		e.parts[i].after = nil
	}
}

func (e *Entry) live() bool { return e.state <= entrySucceeded }

// OnConflict sets what is called, outside the store's lock, when the entry is
// dropped because it could not be re-applied. Set it in the batch that
// dispatches the entry.
func (e *Entry) OnConflict(f func(Conflict)) { e.onConflict = f }

// Len is the number of edits of the entry.
func (e *Entry) Len() int { return len(e.edits) }

// Patch returns what the i-th edit of the entry changes in its atom, as it was
// last applied: what to send to a server that keeps that atom's value.
func (e *Entry) Patch(r Reader, i int) draft.Changes {
	e.beginRead(r)
	defer r.endRead()
	edit := e.edits[i]
	if renames := e.renamesOf(edit); renames != nil {
		return renames.changesNow(edit.patch, edit.path, e)
	}
	return edit.patch
}

// Before returns what Patch of the i-th edit was made of: a pointer to the value of
// its atom at that time, which nobody writes through; nil when there was none.
func (e *Entry) Before(r Reader, i int) any {
	e.beginRead(r)
	defer r.endRead()
	edit := e.edits[i]
	before, _ := edit.editor.endpoints()
	if edit.pinned != nil && !e.live() {
		before = edit.pinnedFrom
	}
	return e.valueNow(edit, before)
}

// renamesOf returns what is known of other keys in the root of an edit, mostly nil.
func (e *Entry) renamesOf(edit *Edit) renames {
	if c := e.store.existingLog(edit.root); c != nil {
		return c.renames
	}
	return nil
}

// valueNow is what v, a pointer to a value of an edit's target, points to, with the keys
// that elements have now.
func (e *Entry) valueNow(edit *Edit, v any) any {
	if renames := e.renamesOf(edit); renames != nil {
		return renames.valueNow(v, edit.path, e)
	}
	return v
}

// PinPatch has the entry re-applied from its patches as they are now, and its edits
// not run any more: for an entry of which a server is told the patches. Elements
// are found by their identity, or else by the value that they had, see [draft.ApplyFrom];
// never by position alone. Another call has the patches of that time take their place,
// for a server that has refused the first ones.
func (e *Entry) PinPatch(w Writer) {
	b := e.beginWrite(w)
	defer w.endWrite(b)
	for _, edit := range e.edits {
		sent := edit.patch
		edit.pinned = &sent
		edit.pinnedFrom, _ = edit.editor.endpoints()
	}
}

// Around returns the value that the atom of the i-th edit has just below the
// entry in the log, and just above it: as a pointer to it, which nobody writes
// through, nil where the value is missing, or the entry not live.
func (e *Entry) Around(r Reader, i int) (below, above any) {
	e.beginRead(r)
	defer r.endRead()
	e.store.mu.claim() // for lenses
	edit := e.edits[i]
	if len(e.edits) == 1 && e.live() && !e.parts[0].outside {
		below, above = edit.editor.endpoints() // as found below, without looking
		return e.valueNow(edit, below), e.valueNow(edit, above)
	}
	for j := range e.parts {
		p := &e.parts[j]
		at := p.log.index(p)
		if at < 0 || !slices.Contains(p.edits, edit) {
			continue
		}
		below, above = edit.editor.find(p.log.stateAbove(at-1)), edit.editor.find(p.log.stateAbove(at))
		return e.valueNow(edit, below), e.valueNow(edit, above)
	}
	return nil, nil
}
