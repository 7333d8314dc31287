package saga

import (
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// PinPatch returns [Task.Patch] for an effect that sends it, and has the change re-applied
// from that patch from now on, not by running the update again: the page then shows what the
// server was told. [Saga.PinPatch] does so from the start.
//
// The patch is that of the first call. The error wraps [ErrEnded] when the task has ended
// before that call, because of a timeout or because it was cancelled: there is nothing to
// send any more. It wraps [draft.ErrPath] when runs have joined whose patches no longer make
// one, since what is below them has changed.
func (t *Task) PinPatch() (patch draft.Changes, err error) {
	t.store.Batch(func(b *atom.Batch) {
		if !t.pinned {
			err = t.pin(b) // the effect has its value already
		}
	})
	if err != nil {
		return draft.Changes{}, err
	}
	return t.Patch(), nil
}

// pin has the patches as they are now be re-applied.
func (t *Task) pin(b *atom.Batch) error {
	if t.State() != Running {
		return fmt.Errorf("%w: there is no patch to send", ErrEnded)
	}
	if err := t.recordPatches(b); err != nil {
		return fmt.Errorf("saga: the patches of %d runs: %w", len(t.entries), err)
	}
	t.pinEntries(b)
	return nil
}

func (t *Task) pinEntries(b *atom.Batch) {
	t.pinned = true
	for _, e := range t.entries {
		e.PinPatch(b)
	}
}

// PatchSent is [Task.PinPatch] for an effect that sends the patch as JSON (RFC 6902). It
// has tests by which a server that has another list than the page refuses it: see
// [draft.Changes.GuardedPatch].
//
// It is the same on every attempt, because the server may have the change already; of a
// durable saga after a reload, too. After an error that is [Stale] it is made anew, from the
// value that is there by then. Of a transaction it is the first of [Task.PatchesSent].
func (t *Task) PatchSent() ([]byte, error) {
	all, err := t.PatchesSent()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// PatchesSent returns the [Task.PatchSent] of each edit of a transaction, in their order.
func (t *Task) PatchesSent() ([][]byte, error) {
	t.mu.Lock()
	texts := t.texts
	t.mu.Unlock()
	if texts != nil {
		return texts, nil
	}
	texts, err := t.encodePatches()
	if err != nil {
		return nil, err
	}
	if d := t.spec.durable; d != nil {
		texts[0] = d.patchToSend(texts[0])
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.texts == nil {
		t.texts = texts
	}
	return t.texts, nil
}

// encodePatches pins the patches and returns them as they are sent.
func (t *Task) encodePatches() (texts [][]byte, err error) {
	var patches []draft.Changes
	var before []any
	t.store.Batch(func(b *atom.Batch) {
		if !t.pinned || t.State() == Running { // a task that has ended has what was sent
			err = t.pin(b)
		}
		if err != nil {
			return
		}
		patches = slices.Clone(t.patches)
		for i := range patches {
			before = append(before, t.entries[0].Before(b, i))
		}
	})
	for i, p := range patches {
		text, err := p.GuardedPatch(before[i])
		if err != nil {
			return nil, fmt.Errorf("saga: the patch to send: %w", err)
		}
		texts = append(texts, text)
	}
	return texts, err
}
