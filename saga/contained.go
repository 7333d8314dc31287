package saga

import (
	"context"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// asking is how long the server may take to say what it has.
const asking = 5 * time.Second

// ask finds out which changes are in a base already, though their records are
// still in the outbox: the page that has sent them was gone before the answer came.
// The bases stay what they are until release is called.
func (k *keeper) ask(ctx context.Context, records []Record) (release func()) {
	var ids []string
	for _, r := range records {
		if r.Reason == "" && !k.knows(r.ID) {
			ids = append(ids, r.ID)
		}
	}
	var live []*confirmation
	k.store.Batch(func(b *atom.Batch) { live = slices.Clone(registryOf(b).live) })
	limited, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	var releases []func()
	for _, c := range live {
		if len(ids) == 0 || c.contains == nil {
			continue
		}
		contained, release := c.contains(limited, ids) // of the others the answer to their effect will tell
		releases = append(releases, release)
		k.intake.Lock()
		for _, id := range contained {
			k.contained[id] = append(k.contained[id], c.atom)
		}
		k.intake.Unlock()
	}
	return func() {
		for _, release := range releases {
			release()
		}
	}
}

// knows reports whether there is an item with this id, or was.
func (k *keeper) knows(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.items[id] != nil || k.gone.has(id)
}

// isContained reports whether what a launch would change is in the base.
func (k *keeper) isContained(id string, l *launch) bool {
	return slices.ContainsFunc(k.contained[id], func(a atom.Target) bool { return atom.Overlap(a, l.on) })
}

// drop lets go of an item that is nothing to show.
func (k *keeper) drop(i *item) {
	k.mu.Lock()
	k.forget(i)
	k.mu.Unlock()
	k.publish()
}

// isSent reports whether a record is of a change that the base contained from the
// start, and takes it out of the outbox.
func (k *keeper) isSent(r Record) bool {
	k.mu.Lock()
	sent := k.contained[r.ID] != nil && k.items[r.ID] == nil && k.gone.has(r.ID)
	k.mu.Unlock()
	if sent {
		k.remove(&item{record: r}, succeeded)
	}
	return sent
}
