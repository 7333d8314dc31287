package saga

import (
	"context"
	"sort"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// writer brings the outbox to what the items' records say. What could not be written is written
// again: with what comes next, and after a while.
type writer struct {
	ioToken chan struct{} // held by the goroutine that uses the outbox, until it has learned the answer

	writing      bool            // writeAll runs
	dirty        bool            // there may be more to write than what is being written
	waiters      []chan struct{} // see flush
	writeErr     error           // of the last write
	readErr      error           // of the last read
	failedWrites int             // consecutive
	retryTimer   *time.Timer
	reading      bool // readLater waits
	looking      bool // noteOrder reads
	complete     bool // the outbox has been read since this page owns it, or was opened
}

// rewriteBackoff says when what could not be written is written again.
var rewriteBackoff = probeBackoff

// requestWrite has the records written that differ from the outbox, if there are any.
func (c *outboxClient) requestWrite() {
	if c.outbox == nil {
		return
	}
	if c.dirty = true; !c.writing {
		c.writing = true
		go c.writeAll()
	}
}

// flush is requestWrite. The channel is closed once that is done, or has failed.
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

// writeRound is what is written at once: one write of many records takes as long as one of one.
type writeRound struct {
	began   int64   // in milliseconds of Unix time
	items   []*item // whose records are written
	records []Record
	over    []*item // whose records are removed
	orders  []int64 // of these
	waiters []chan struct{}
}

// writeAll writes rounds until there is nothing left to write.
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

// collect returns what there is to write, new records in the order of dispatch.
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
		// One that is over, or is sent without being kept, is not for other pages to send.
		return !i.state.isOver() && i.record.State != RecordDone && !(i.unkept && i.state == sending)
	case i.refusedHere && i.state == refused:
		return c.owner // what the owner makes of it counts
	}
	return true
}

// isRemovable reports whether this page has to remove the item's record, because every page has
// seen that the item is over. When there is no other page a change that the server has need not
// be written as done first.
func (c *outboxClient) isRemovable(i *item) bool {
	switch {
	case !c.owner || i.kept.Order == 0:
		return false
	case i.state == settling:
		return i.record.State == RecordDone && len(c.pages) == 0
	}
	return i.state.isOver() && len(i.unseenBy) == 0
}

// write writes the round, and returns the records as the outbox has them; nil when it has not
// taken them.
func (w *writeRound) write(ctx context.Context, o Outbox) (kept []Record, err error) {
	if len(w.records) > 0 {
		kept, err = o.Put(ctx, w.records)
	}
	if err == nil && len(w.orders) > 0 {
		err = o.Remove(ctx, w.orders...)
	}
	return kept, err
}

// finishRound brings the items to the outcome of a round, and tells the other pages.
func (c *outboxClient) finishRound(b *atom.Batch, w *writeRound, kept []Record, err error) {
	for n, i := range w.items {
		if kept == nil {
			i.unkept = i.kept.Order == 0
			if w.records[n].Order != 0 {
				c.broadcast(message{Is: eventRecord, Record: &w.records[n]}) // they cannot read it there
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
			c.broadcast(message{Is: eventRecord, Record: &i.record}) // a page that opens now has read another state
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
