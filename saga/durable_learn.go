package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// takeUp makes items of what is in the outbox, and of what was there since the page was
// opened: a base that was loaded meanwhile may not have it. It returns false when ctx has
// ended.
func (c *client) takeUp(ctx context.Context, opened []Record) bool {
	c.in(func(*atom.Batch) {
		for _, m := range c.early {
			opened = append(opened, *m.Record)
		}
		c.early = nil
	})
	c.read(ctx, opened...)
	c.in(func(b *atom.Batch) {
		c.ready = true
		if c.complete {
			c.takenUp = c.known
		}
		for _, m := range c.early {
			c.takeIn(func() { c.hearOf(m) })
		}
		c.early = nil
		c.changed(b)
	})
	return ctx.Err() == nil
}

// takeIn has f called, after what came before it: outside of the lock, for it may run sagas.
func (c *client) takeIn(f func()) {
	c.inbox = append(c.inbox, f)
	if c.takesIn {
		return
	}
	c.takesIn = true
	go func() {
		for {
			var f func()
			c.in(func(*atom.Batch) {
				if c.takesIn = len(c.inbox) > 0; c.takesIn {
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
func (c *client) learn(r Record, isRead bool) {
	r = r.normal()
	var then func()
	c.in(func(b *atom.Batch) {
		if i := c.items[r.ID]; i != nil {
			then = c.update(b, i, r, isRead)
		} else {
			then = c.meet(r)
		}
		c.changed(b)
	})
	if then != nil {
		then()
	}
}

// meet makes an item of a record that this page does not have.
func (c *client) meet(r Record) (then func()) {
	was, known := c.gone.of(r.ID)
	if !known && r.State == RecordDone && r.Order > c.takenUp {
		c.gone.add(r.ID, RecordDone)
		return func() { c.makeUp(r) }
	}
	return c.meetAs(r, was, known)
}

// makeUp shows a change of which this page hears only that the server has it: what was told
// of it before is lost. It was made after this page had what it shows, so that does not have
// it; where the base follows the server it comes by itself.
func (c *client) makeUp(r Record) {
	queued := r
	queued.State, queued.Result, queued.NoResult = RecordQueued, "", false
	i := newItem(c, queued)
	i.kept, i.decided = queued, true
	l, err := revive(i)
	c.in(func(b *atom.Batch) {
		if err != nil || registryOf(b).follows(b, l.on) {
			i = nil
			c.meetAs(r, RecordDone, true)
			c.changed(b)
			return
		}
		c.items[r.ID] = i
	})
	if i != nil {
		l.run()
		c.learn(r, true)
	}
}

// meetAs makes an item of a record, if there is something to do about it.
func (c *client) meetAs(r Record, was RecordState, known bool) (then func()) {
	i := newItem(c, r)
	i.kept = r
	switch {
	case !known && !stateOf(r).isOver():
		c.items[r.ID] = i
		c.tellOf(i)
		return func() { c.show(i) }
	case !known:
		c.gone.add(r.ID, r.State)
	case !stateOf(r).isOver():
		i.mark(was, "", "")
	}
	if c.owner { // the record has to leave the outbox
		c.items[r.ID] = i
		i.become(stateOf(i.record))
		c.settled(i)
	} else if stateOf(r).isOver() {
		c.tell(message{Is: seen, IDs: []string{r.ID}})
	}
	return nil
}

// show runs the saga of an item that was found.
func (c *client) show(i *item) {
	l, err := revive(i)
	switch {
	case err != nil:
		c.in(func(b *atom.Batch) {
			i.unread = true
			if i.become(refused); i.record.Reason == "" {
				i.record.Reason = err.Error()
			}
			c.changed(b)
		})
	case i.record.State == RecordRefused:
		c.in(func(b *atom.Batch) {
			i.become(refused)
			c.changed(b)
		})
		i.failBefore(l)
	case c.isContained(i, l):
		c.in(func(b *atom.Batch) {
			delete(c.contained, i.record.ID)
			i.become(done)
			i.mark(RecordDone, "", "")
			if !c.owner {
				i.record = i.kept // it is the owner's to say
			}
			c.settled(i)
			c.changed(b)
		})
	default:
		l.run()
	}
}

// update brings an item to what its record has become.
func (c *client) update(b *atom.Batch, i *item, r Record, isRead bool) (then func()) {
	to := stateOf(r)
	if isRead || i.kept.Order == 0 || to > stateOf(i.kept) {
		if i.kept = r; i.record.Order == 0 { // another page has read it before this one was told that it is there
			if i.record.Order = r.Order; i.state.waits() {
				c.align(b, i)
			}
		}
	}
	if i.missing = false; i.record.Sent == "" || r.Sent != "" && !c.owner {
		i.record.Sent = r.Sent
	}
	if i.record != i.kept {
		c.kick()
	}
	told := func() {
		if to.isOver() {
			c.in(func(*atom.Batch) { c.tell(message{Is: seen, IDs: []string{r.ID}}) })
		}
	}
	switch {
	case i.state.isOver():
		return told
	case to == queued, i.state == settling:
		return nil
	case i.state == refused:
		if i.local = false; to == refused {
			i.record = r
			return nil
		}
		i.record = r
		i.become(to)
		c.settled(i)
		return func() {
			if i.task != nil {
				i.task.registry.dismiss(c.store, i.task)
			}
			told()
		}
	}
	i.record = r
	i.become(settling)
	return func() {
		i.follow()
		told()
	}
}
