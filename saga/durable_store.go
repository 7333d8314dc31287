package saga

import (
	"context"
	"slices"
	"sort"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A writer brings the outbox to what the items' records say. What could not be written
// is written again: with what comes next, and after a while.
type writer struct {
	io chan struct{} // holds who speaks to the outbox, until the answer is taken in

	writing bool
	more    bool            // there may be more to write than what is being written
	waiters []chan struct{} // closed when what there was to write has been, or could not be
	failure error           // of the last write
	unread  error           // of the last read
	failed  int             // writes in a row
	later   *time.Timer
}

// rewriting is when what could not be written is written again.
var rewriting = probing

// kick has what there is to write written.
func (c *client) kick() {
	if c.outbox == nil {
		return
	}
	if c.more = true; !c.writing {
		c.writing = true
		go c.writeAll()
	}
}

// save is kick; the channel is closed when that is done, or could not be.
func (c *client) save() <-chan struct{} {
	written := make(chan struct{})
	if c.outbox == nil {
		close(written)
		return written
	}
	c.waiters = append(c.waiters, written)
	c.kick()
	return written
}

// A round is what is written at once, as one write takes as long as many.
type round struct {
	began   int64
	items   []*item
	records []Record
	over    []*item // whose records are removed
	orders  []int64
	waiters []chan struct{}
}

func (c *client) writeAll() {
	c.io <- struct{}{}
	defer func() { <-c.io }()
	for {
		var w *round
		c.in(func(*atom.Batch) {
			if !c.more {
				c.writing = false
				return
			}
			w = c.collect()
		})
		if w == nil {
			return
		}
		kept, err := w.write(c.ctx, c.outbox)
		c.in(func(b *atom.Batch) { c.written(b, w, kept, err) })
		for _, waiter := range w.waiters {
			close(waiter)
		}
	}
}

// collect returns what there is to write, in the order of the log.
func (c *client) collect() *round {
	w := &round{began: time.Now().UnixMilli(), waiters: c.waiters}
	c.waiters, c.more = nil, false
	for _, i := range c.items {
		switch {
		case c.isRemovable(i):
			w.over = append(w.over, i)
			w.orders = append(w.orders, i.kept.Order)
		case c.isUnwritten(i):
			w.items = append(w.items, i)
		}
	}
	sort.Sort(inOrder(w.items))
	for _, i := range w.items {
		w.records = append(w.records, i.record)
	}
	return w
}

// isUnwritten reports whether this page has to write the item's record.
func (c *client) isUnwritten(i *item) bool {
	switch {
	case i.record == i.kept || i.state == found || i.unread && i.state == refused:
		return false
	case i.kept.Order == 0:
		// What is sent unkept, and is not to be sent by another page, or is over.
		return !i.state.isOver() && i.record.State != RecordDone && !(i.unkept && i.state == sending)
	case i.local && i.state == refused:
		return c.owner // nobody knew that this is the page that counts
	}
	return true
}

// isRemovable reports whether everybody has seen what has become of an item. Where there is
// no other page that is as soon as it is known.
func (c *client) isRemovable(i *item) bool {
	switch {
	case !c.owner || i.kept.Order == 0:
		return false
	case i.state == settling:
		return i.record.State == RecordDone && len(c.pages) == 0
	}
	return i.state.isOver() && len(i.unseen) == 0
}

// write returns what was kept of the round's records.
func (w *round) write(ctx context.Context, o Outbox) (kept []Record, err error) {
	if len(w.records) > 0 {
		kept, err = o.Put(ctx, w.records)
	}
	if err == nil && len(w.orders) > 0 {
		err = o.Remove(ctx, w.orders...)
	}
	return kept, err
}

// written takes in what has come of a round. The others are told of it.
func (c *client) written(b *atom.Batch, w *round, kept []Record, err error) {
	for n, i := range w.items {
		if kept == nil {
			i.unkept = i.kept.Order == 0
			if w.records[n].Order != 0 {
				c.tell(message{Is: changedRecord, Record: &w.records[n]}) // they would not read it
			}
			continue
		}
		isNew := i.kept.Order == 0
		i.kept, i.unkept, i.seen = kept[n], false, w.began
		i.record.Order = kept[n].Order
		c.note(kept[n].Order)
		if isNew && i.state.waits() {
			c.align(b, i)
		}
		c.tell(message{Is: changedRecord, Record: &kept[n]})
		if i.record != i.kept {
			c.kick()
		}
		if i.state.isOver() {
			c.forget(i)
		}
	}
	for n, i := range w.over {
		if err != nil || c.items[i.record.ID] != i || i.kept.Order != w.orders[n] {
			continue
		}
		if i.record.State != i.kept.State {
			c.tell(message{Is: changedRecord, Record: &i.record}) // a page that begins just now has read another
		}
		if i.kept = (Record{}); i.state.isOver() {
			c.forget(i)
		}
	}
	switch idle := len(w.items)+len(w.over) == 0; {
	case err == nil && !idle:
		c.failure, c.failed = nil, 0
	case err != nil && c.ctx.Err() == nil:
		c.failure = err
		c.failed++
		wait, _ := rewriting.next(c.failed, nil)
		if c.later != nil {
			c.later.Stop()
		}
		c.later = time.AfterFunc(wait, func() { c.in(func(*atom.Batch) { c.kick() }) })
	}
	c.changed(b)
}

// read takes in what is in the outbox, after what was told of it before.
func (c *client) read(ctx context.Context, before ...Record) {
	c.io <- struct{}{}
	began, upTo := time.Now().UnixMilli(), int64(0)
	c.in(func(*atom.Batch) { upTo = c.noted })
	records, err := c.outbox.All(ctx)
	c.in(func(b *atom.Batch) {
		if ctx.Err() == nil {
			c.unread = err
		}
		if err == nil {
			c.miss(records)
		}
		c.changed(b)
	})
	<-c.io
	taken := make(chan struct{})
	c.in(func(*atom.Batch) {
		c.takeIn(func() {
			defer close(taken)
			all := slices.Concat(before, records)
			c.find(ctx, all, func(n int) {
				if ctx.Err() == nil {
					c.learn(all[n], n >= len(before))
				}
			})
			c.in(func(b *atom.Batch) {
				if err == nil {
					c.known = max(c.known, upTo)
				}
				for _, r := range records {
					c.known = max(c.known, r.Order)
					if i := c.items[r.ID]; i != nil {
						i.seen = began
					}
				}
				c.complete = c.complete || err == nil
				c.changed(b)
			})
		})
	})
	<-taken
}

// miss notes which items' records are not in the outbox. That says nothing of what
// has become of them: who misses one for good, because the browser has lost it, writes it again.
func (c *client) miss(records []Record) {
	there := map[string]bool{}
	for _, r := range records {
		there[r.ID] = true
	}
	for _, i := range c.items {
		switch {
		case there[i.record.ID] || i.kept.Order == 0 || i.state == found:
			i.missing = false
		case i.missing:
			i.missing, i.kept = false, Record{}
			c.kick()
		default:
			i.missing = true
			c.readLater()
		}
	}
}

// readLater reads the outbox again in a moment, when what is on its way has arrived.
func (c *client) readLater() {
	if c.reading {
		return
	}
	c.reading = true
	ctx := c.ctx
	time.AfterFunc(time.Second, func() {
		c.in(func(*atom.Batch) { c.reading = false })
		if ctx.Err() == nil {
			c.read(ctx)
		}
	})
}

// note notes that this page has seen the record of that Order. If there may be one before it
// that it has not seen, it looks.
func (c *client) note(order int64) {
	c.noted = max(c.noted, order)
	switch {
	case order <= c.known || !c.complete:
	case order == c.known+1:
		c.known = order
	case c.owner && !c.looking:
		c.looking = true
		ctx, noted := c.ctx, c.noted
		go func() {
			c.read(ctx)
			c.in(func(b *atom.Batch) {
				c.looking = false
				if c.noted > noted {
					c.note(c.noted)
				}
				c.changed(b)
			})
		}()
	}
}
