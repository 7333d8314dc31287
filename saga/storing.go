package saga

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// storeAll writes what has been run to the outbox, in order: all that there is
// at once, as one write takes as long as many.
func (k *keeper) storeAll() {
	for {
		k.mu.Lock()
		batch := slices.DeleteFunc(k.unstored, func(i *item) bool { return i.over })
		k.unstored = nil
		if len(batch) == 0 {
			k.storing = false
			k.mu.Unlock()
			return
		}
		records := make([]Record, len(batch))
		for n, i := range batch {
			records[n] = i.record
		}
		k.mu.Unlock()
		kept, err := k.outbox.Put(k.ctx, records)
		k.trouble(err)
		for n, i := range batch {
			if err != nil {
				k.stored(i, 0)
			} else {
				k.stored(i, kept[n].Order)
			}
		}
	}
}

// stored is called with the place of an item in the outbox, 0 when it has none.
func (k *keeper) stored(i *item, order int64) {
	k.mu.Lock()
	i.record.Order, i.unkept = order, order == 0
	record, over, aside, owner := i.record, i.over, i.aside, k.owner
	k.mu.Unlock()
	if !over {
		k.store.Batch(func(b *atom.Batch) { k.align(b, i.row) })
	}
	switch {
	case order == 0:
	case !over || aside && !owner:
		record.Reason = ""
		k.tell(message{Is: added, Record: &record})
	case aside:
		k.write(i)
	default:
		k.erase(i)
	}
}

// write replaces the record of an item that was set aside, and says so.
func (k *keeper) write(i *item) {
	k.mu.Lock()
	record := i.record
	k.mu.Unlock()
	if record.Order == 0 {
		return // it is on its way there, and will be written then
	}
	_, err := k.outbox.Put(k.ctx, []Record{record})
	k.trouble(err)
	k.tell(message{Is: failed, ID: record.ID, Reason: record.Reason})
}

// remove takes out the record of an item that is over, and says why.
func (k *keeper) remove(i *item, why event) {
	k.erase(i)
	k.tell(message{Is: why, ID: i.record.ID})
}

func (k *keeper) erase(i *item) {
	k.mu.Lock()
	order := i.record.Order
	k.mu.Unlock()
	if order != 0 {
		k.trouble(k.outbox.Remove(k.ctx, order))
	}
}

// trouble keeps the last error of the outbox, until something has worked.
func (k *keeper) trouble(err error) {
	k.mu.Lock()
	changed := (k.err == nil) != (err == nil) && k.ctx.Err() == nil
	if changed {
		k.err = err
	}
	k.mu.Unlock()
	if changed {
		k.publish()
	}
}
