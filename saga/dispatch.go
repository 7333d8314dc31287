package saga

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// dispatch enters the edits into the log.
func (t *Task) dispatch(b *atom.Batch) error {
	e, err := atom.Dispatch(b, t.program.edits()...)
	if err != nil {
		return err
	}
	e.OnConflict(t.onConflict)
	t.entries = append(t.entries, e)
	t.registry.removeFailuresOf(b, e)
	return t.record(b)
}

// takeOut takes the edits out of the log until enterAgain is called. It returns false when
// the log has dropped them already, and is about to call onConflict.
func (t *Task) takeOut(b *atom.Batch) bool { return t.drop(b) == nil }

// enterAgain enters the edits at the end of the log, after takeOut.
func (t *Task) enterAgain(b *atom.Batch) {
	before := slices.Clone(t.entries)
	t.entries = t.entries[:0]
	if err := t.dispatch(b); err != nil {
		t.entries = before
		conflict := t.newConflict(err)
		if t.stayAway(b, conflict) {
			return
		}
		t.conflict = conflict
		go t.end(Conflict, t.conflictErr(), nil)
		return
	}
	t.registry.expect(b, t, t)
	if t.pinned {
		t.pinEntries(b)
	}
}

// stayAway lets a durable task go on although its change cannot be applied for now, and
// takes what is left of it out of the log. It returns false for a task that has to end.
func (t *Task) stayAway(b *atom.Batch, conflict *atom.Conflict) bool {
	d := t.spec.durable
	if d == nil || !d.canWait(t) {
		return false
	}
	t.drop(b)
	t.entries = t.entries[:0]
	t.conflict = conflict
	t.registry.expect(b, t, t)
	return true
}

// isAway reports whether a task that runs has nothing in the log.
func (t *Task) isAway() bool { return len(t.entries) == 0 }

// record keeps what the update changes and makes, for the effect that is to begin. The
// error is that of recordPatches.
func (t *Task) record(b *atom.Batch) error {
	last := t.entries[len(t.entries)-1]
	if err := t.recordPatches(b); err != nil {
		return err
	}
	if last.Len() > 0 {
		_, above := last.Around(b, 0)
		t.program.setNext(above)
	}
	return nil
}

// recordPatches keeps what the update changes. It returns an error for a burst whose changes
// make no sense together any more.
func (t *Task) recordPatches(b *atom.Batch) error {
	last := t.entries[len(t.entries)-1]
	if len(t.entries) == 1 {
		t.patches = t.patches[:0]
		for i := range last.Len() {
			t.patches = append(t.patches, last.Patch(b, i))
		}
		return nil
	}
	return t.burst.mergePatches(b)
}
