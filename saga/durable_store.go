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
	ioToken chan struct{} // holds who speaks to the outbox, until the answer is taken in

	writing      bool
	dirty        bool            // there may be more to write than what is being written
	waiters      []chan struct{} // closed when what there was to write has been, or could not be
	writeErr     error           // of the last write
	readErr      error           // of the last read
	failedWrites int             // writes in a row
	retryTimer   *time.Timer
}

// rewriteBackoff is when what could not be written is written again.
var rewriteBackoff = probeBackoff

// requestWrite has what there is to write written.
func (c *outboxClient) requestWrite() {
	if c.outbox == nil {
		return
	}
	if c.dirty = true; !c.writing {
		c.writing = true
		go c.writeAll()
	}
}

// flush is kick; the channel is closed when that is done, or could not be.
func (c *outboxClient) flush() <-chan struct{} {
	written := make(chan struct{})
	if c.outbox == nil {
		close(written)
		return written
	}
	c.waiters = append(c.waiters, written)
	c.requestWrite()
	return written
}

// A writeRound is what is written at once, as one write takes as long as many.
type writeRound struct {
	began   int64
	items   []*item
	records []Record
	over    []*item // whose records are removed
	orders  []int64
	waiters []chan struct{}
}

func (c *outboxClient) writeAll() {
	c.ioToken <- struct{}{}
	defer func() { <-c.ioToken }()
	for {
		var w *writeRound
		c.batch(func(*atom.Batch) {
			if !c.dirty {
				c.writing = false
				return
			}
			w = c.collect()
		})
		if w == nil {
			return
		}
		kept, err := w.write(c.ctx, c.outbox)
		c.batch(func(b *atom.Batch) { c.finishRound(b, w, kept, err) })
		for _, waiter := range w.waiters {
			close(waiter)
		}
	}
}

// collect returns what there is to write, in the order of the log.
func (c *outboxClient) collect() *writeRound {
	w := &writeRound{began: time.Now().UnixMilli(), waiters: c.waiters}
	c.waiters, c.dirty = nil, false
	for _, i := range c.items {
		switch {
		case c.isRemovable(i):
			w.over = append(w.over, i)
			w.orders = append(w.orders, i.kept.Order)
		case c.needsWrite(i):
			w.items = append(w.items, i)
		}
	}
	sort.Sort(inOrder(w.items))
	for _, i := range w.items {
		w.records = append(w.records, i.record)
	}
	return w
}

// needsWrite reports whether this page has to write the item's record.
func (c *outboxClient) needsWrite(i *item) bool {
	switch {
	case i.record == i.kept || i.state == found || i.unreadable && i.state == refused:
		return false
	case i.kept.Order == 0:
		// What is sent unkept, and is not to be sent by another page, or is over.
		return !i.state.isOver() && i.record.State != RecordDone && !(i.unkept && i.state == sending)
	case i.refusedHere && i.state == refused:
		return c.owner // nobody knew that this is the page that counts
	}
	return true
}

// isRemovable reports whether everybody has seen what has become of an item. Where there is
// no other page that is as soon as it is known.
func (c *outboxClient) isRemovable(i *item) bool {
	switch {
	case !c.owner || i.kept.Order == 0:
		return false
	case i.state == settling:
		return i.record.State == RecordDone && len(c.pages) == 0
	}
	return i.state.isOver() && len(i.unseenBy) == 0
}

// write returns what was kept of the round's records.
func (w *writeRound) write(ctx context.Context, o Outbox) (kept []Record, err error) {
	if len(w.records) > 0 {
		kept, err = o.Put(ctx, w.records)
	}
	if err == nil && len(w.orders) > 0 {
		err = o.Remove(ctx, w.orders...)
	}
	return kept, err
}

// finishRound takes in what has come of a round. The others are told of it.
func (c *outboxClient) finishRound(b *atom.Batch, w *writeRound, kept []Record, err error) {
	for n, i := range w.items {
		if kept == nil {
			i.unkept = i.kept.Order == 0
			if w.records[n].Order != 0 {
				c.broadcast(message{Is: eventRecord, Record: &w.records[n]}) // they would not read it
			}
			continue
		}
		isNew := i.kept.Order == 0
		i.kept, i.unkept, i.seenAt = kept[n], false, w.began
		i.record.Order = kept[n].Order
		c.noteOrder(kept[n].Order)
		if isNew && i.state.waits() {
			c.alignLog(b, i)
		}
		c.broadcast(message{Is: eventRecord, Record: &kept[n]})
		if i.record != i.kept {
			c.requestWrite()
		}
		if i.state.isOver() {
			c.forgetItem(i)
		}
	}
	for n, i := range w.over {
		if err != nil || c.items[i.record.ID] != i || i.kept.Order != w.orders[n] {
			continue
		}
		if i.record.State != i.kept.State {
			c.broadcast(message{Is: eventRecord, Record: &i.record}) // a page that begins just now has read another
		}
		if i.kept = (Record{}); i.state.isOver() {
			c.forgetItem(i)
		}
	}
	switch idle := len(w.items)+len(w.over) == 0; {
	case err == nil && !idle:
		c.writeErr, c.failedWrites = nil, 0
	case err != nil && c.ctx.Err() == nil:
		c.writeErr = err
		c.failedWrites++
		wait, _ := rewriteBackoff.next(c.failedWrites, nil)
		if c.retryTimer != nil {
			c.retryTimer.Stop()
		}
		c.retryTimer = time.AfterFunc(wait, func() { c.batch(func(*atom.Batch) { c.requestWrite() }) })
	}
	c.refresh(b)
}

// readAll takes in what is in the outbox, after what was told of it before.
func (c *outboxClient) readAll(ctx context.Context, before ...Record) {
	c.ioToken <- struct{}{}
	began, upTo := time.Now().UnixMilli(), int64(0)
	c.batch(func(*atom.Batch) { upTo = c.notedUpTo })
	records, err := c.outbox.All(ctx)
	c.batch(func(b *atom.Batch) {
		if ctx.Err() == nil {
			c.readErr = err
		}
		if err == nil {
			c.noteMissing(records)
		}
		c.refresh(b)
	})
	<-c.ioToken
	taken := make(chan struct{})
	c.batch(func(*atom.Batch) {
		c.enqueue(func() {
			defer close(taken)
			all := slices.Concat(before, records)
			c.learnFound(ctx, all, func(n int) {
				if ctx.Err() == nil {
					c.learn(all[n], n >= len(before))
				}
			})
			c.batch(func(b *atom.Batch) {
				if err == nil {
					c.seenUpTo = max(c.seenUpTo, upTo)
				}
				for _, r := range records {
					c.seenUpTo = max(c.seenUpTo, r.Order)
					if i := c.items[r.ID]; i != nil {
						i.seenAt = began
					}
				}
				c.complete = c.complete || err == nil
				c.refresh(b)
			})
		})
	})
	<-taken
}

// noteMissing notes which items' records are not in the outbox. That says nothing of what
// has become of them: who misses one for good, because the browser has lost it, writes it again.
func (c *outboxClient) noteMissing(records []Record) {
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
			c.requestWrite()
		default:
			i.missing = true
			c.readLater()
		}
	}
}

// readLater reads the outbox again in a moment, when what is on its way has arrived.
func (c *outboxClient) readLater() {
	if c.reading {
		return
	}
	c.reading = true
	ctx := c.ctx
	time.AfterFunc(time.Second, func() {
		c.batch(func(*atom.Batch) { c.reading = false })
		if ctx.Err() == nil {
			c.readAll(ctx)
		}
	})
}

// noteOrder notes that this page has seen the record of that Order. If there may be one before it
// that it has not seen, it looks.
func (c *outboxClient) noteOrder(order int64) {
	c.notedUpTo = max(c.notedUpTo, order)
	switch {
	case order <= c.seenUpTo || !c.complete:
	case order == c.seenUpTo+1:
		c.seenUpTo = order
	case c.owner && !c.looking:
		c.looking = true
		ctx, noted := c.ctx, c.notedUpTo
		go func() {
			c.readAll(ctx)
			c.batch(func(b *atom.Batch) {
				c.looking = false
				if c.notedUpTo > noted {
					c.noteOrder(c.notedUpTo)
				}
				c.refresh(b)
			})
		}()
	}
}
