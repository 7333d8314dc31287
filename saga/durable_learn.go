package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// loadFound makes items of what is in the outbox, and of what was there since the page was
// opened: a base that was loaded meanwhile may not have it. It returns false when ctx has
// ended.
func (c *outboxClient) loadFound(ctx context.Context, opened []Record) bool {
	c.batch(func(*atom.Batch) {
		for _, m := range c.earlyMessages {
			opened = append(opened, *m.Record)
		}
		c.earlyMessages = nil
	})
	c.readAll(ctx, opened...)
	c.batch(func(b *atom.Batch) {
		c.ready = true
		if c.complete {
			c.loadedUpTo = c.seenUpTo
		}
		for _, m := range c.earlyMessages {
			c.enqueue(func() { c.receiveRecord(m) })
		}
		c.earlyMessages = nil
		c.refresh(b)
	})
	return ctx.Err() == nil
}

// enqueue has f called, after what came before it: outside of the lock, for it may run sagas.
func (c *outboxClient) enqueue(f func()) {
	c.inbox = append(c.inbox, f)
	if c.draining {
		return
	}
	c.draining = true
	go func() {
		for {
			var f func()
			c.batch(func(*atom.Batch) {
				if c.draining = len(c.inbox) > 0; c.draining {
					f, c.inbox = c.inbox[0], c.inbox[1:]
				}
			})
			if f == nil {
				return
			}
			f()
		}
	}()
}

// learn takes in a record as it is in the outbox, or was a moment ago, when another page
// told of it.
func (c *outboxClient) learn(r Record, isRead bool) {
	r = r.normal()
	var then func()
	c.batch(func(b *atom.Batch) {
		if i := c.items[r.ID]; i != nil {
			then = c.updateItem(b, i, r, isRead)
		} else {
			then = c.admit(r)
		}
		c.refresh(b)
	})
	if then != nil {
		then()
	}
}

// admit makes an item of a record that this page does not have.
func (c *outboxClient) admit(r Record) (then func()) {
	was, known := c.recent.of(r.ID)
	if !known && r.State == RecordDone && r.Order > c.loadedUpTo {
		c.recent.add(r.ID, RecordDone)
		return func() { c.showDecided(r) }
	}
	return c.admitAs(r, was, known)
}

// showDecided shows a change of which this page hears only that the server has it: what was told
// of it before is lost. It was made after this page had what it shows, so that does not have
// it; where the base follows the server it comes by itself.
func (c *outboxClient) showDecided(r Record) {
	queued := r
	queued.State, queued.Result, queued.NoResult = RecordQueued, "", false
	i := newItem(c, queued)
	i.kept, i.decided = queued, true
	l, err := revive(i)
	c.batch(func(b *atom.Batch) {
		if err != nil || registryOf(b).follows(b, l.on) {
			i = nil
			c.admitAs(r, RecordDone, true)
			c.refresh(b)
			return
		}
		c.items[r.ID] = i
	})
	if i != nil {
		l.run()
		c.learn(r, true)
	}
}

// admitAs makes an item of a record, if there is something to do about it.
func (c *outboxClient) admitAs(r Record, was RecordState, known bool) (then func()) {
	i := newItem(c, r)
	i.kept = r
	switch {
	case !known && !itemStateOf(r).isOver():
		c.items[r.ID] = i
		c.announceRecord(i)
		return func() { c.runFound(i) }
	case !known:
		c.recent.add(r.ID, r.State)
	case !itemStateOf(r).isOver():
		i.setRecordState(was, "", "")
	}
	if c.owner { // the record has to leave the outbox
		c.items[r.ID] = i
		i.moveTo(itemStateOf(i.record))
		c.afterSettled(i)
	} else if itemStateOf(r).isOver() {
		c.broadcast(message{Is: eventSeen, IDs: []string{r.ID}})
	}
	return nil
}

// runFound runs the saga of an item that was found.
func (c *outboxClient) runFound(i *item) {
	l, err := revive(i)
	switch {
	case err != nil:
		c.batch(func(b *atom.Batch) {
			i.unreadable = true
			if i.moveTo(refused); i.record.Reason == "" {
				i.record.Reason = err.Error()
			}
			c.refresh(b)
		})
	case i.record.State == RecordRefused:
		c.batch(func(b *atom.Batch) {
			i.moveTo(refused)
			c.refresh(b)
		})
		i.showFailure(l)
	case c.isContained(i, l):
		c.batch(func(b *atom.Batch) {
			delete(c.contained, i.record.ID)
			i.moveTo(done)
			i.setRecordState(RecordDone, "", "")
			if !c.owner {
				i.record = i.kept // it is the owner's to say
			}
			c.afterSettled(i)
			c.refresh(b)
		})
	default:
		l.run()
	}
}

// updateItem brings an item to what its record has become.
func (c *outboxClient) updateItem(b *atom.Batch, i *item, r Record, isRead bool) (then func()) {
	to := itemStateOf(r)
	if isRead || i.kept.Order == 0 || to > itemStateOf(i.kept) {
		if i.kept = r; i.record.Order == 0 { // another page has read it before this one was told that it is there
			if i.record.Order = r.Order; i.state.waits() {
				c.alignLog(b, i)
			}
		}
	}
	if i.missing = false; i.record.Sent == "" || r.Sent != "" && !c.owner {
		i.record.Sent = r.Sent
	}
	if i.record != i.kept {
		c.requestWrite()
	}
	told := func() {
		if to.isOver() {
			c.batch(func(*atom.Batch) { c.broadcast(message{Is: eventSeen, IDs: []string{r.ID}}) })
		}
	}
	switch {
	case i.state.isOver():
		return told
	case to == queued, i.state == settling:
		return nil
	case i.state == refused:
		if i.refusedHere = false; to == refused {
			i.record = r
			return nil
		}
		i.record = r
		i.moveTo(to)
		c.afterSettled(i)
		return func() {
			if i.task != nil {
				i.task.registry.dismiss(c.store, i.task)
			}
			told()
		}
	}
	i.record = r
	i.moveTo(settling)
	return func() {
		i.endAsRecorded()
		told()
	}
}
