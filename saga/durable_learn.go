package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// loadFound learns the records of the outbox, and those that were in it when the page was
// opened, or that other pages have told of since: a base that was loaded meanwhile may not have
// their changes. It returns false when ctx has ended.
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

// enqueue has f called after what was enqueued before, on a goroutine of its own. The lock is
// not held, because f may run sagas.
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

// learn brings the items to what a record says. isRead says that it was read from the outbox,
// rather than told by another page.
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

// admit learns a record that has no item. then is called without the lock; it may be nil.
func (c *outboxClient) admit(r Record) (then func()) {
	was, known := c.recent.of(r.ID)
	if !known && r.State == RecordDone && r.Order > c.loadedUpTo {
		c.recent.add(r.ID, RecordDone)
		return func() { c.showDecided(r) }
	}
	return c.admitAs(r, was, known)
}

// showDecided shows a change that the server has already when this page first hears of it,
// because earlier messages were lost. It was made after this page had loaded what it shows, so
// that does not contain it. Where the base follows a server nothing is done: the change comes
// from there.
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

// admitAs makes an item of a record if there is something to be done about it. known says that
// there was an item with that ID before, which was over and had the state was.
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
	if c.owner { // it has to remove the record
		c.items[r.ID] = i
		i.moveTo(itemStateOf(i.record))
		c.afterSettled(i)
	} else if itemStateOf(r).isOver() {
		c.broadcast(message{Is: eventSeen, IDs: []string{r.ID}})
	}
	return nil
}

// runFound runs the saga of a new item.
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
				i.record = i.kept // the owner writes that it is done
			}
			c.afterSettled(i)
			c.refresh(b)
		})
	default:
		l.run()
	}
}

// updateItem brings an item to what its record says. then is called without the lock; it may
// be nil.
func (c *outboxClient) updateItem(b *atom.Batch, i *item, r Record, isRead bool) (then func()) {
	to := itemStateOf(r)
	if isRead || i.kept.Order == 0 || to > itemStateOf(i.kept) {
		if i.kept = r; i.record.Order == 0 { // another page has read it before this one's write has returned
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
	announceSeen := func() {
		if to.isOver() {
			c.batch(func(*atom.Batch) { c.broadcast(message{Is: eventSeen, IDs: []string{r.ID}}) })
		}
	}
	switch {
	case i.state.isOver():
		return announceSeen
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
			announceSeen()
		}
	}
	i.record = r
	i.moveTo(settling)
	return func() {
		i.endAsRecorded()
		announceSeen()
	}
}
