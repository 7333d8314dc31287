package saga

import (
	"context"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A sign is the owner's sign of life.
type sign struct{ paused, login bool }

// tellOwner is the owner's sign of life.
func (c *client) tellOwner() {
	if c.owner {
		c.tell(message{Is: owns, Paused: c.probing, Login: c.login, Locked: c.locked, Waiting: len(c.order), Last: c.known})
	}
}

// ownOnce waits until this page owns the outbox, and then until it does no more.
func (c *client) ownOnce(ctx context.Context, o Outbox) {
	asked, release := context.WithCancel(ctx)
	defer release()
	owned, err := o.Own(asked)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return
	default:
		owned = asked // where there are no locks every page owns it: the server knows a task by its ID
	}
	c.in(func(b *atom.Batch) {
		c.owned, c.release = owned, release
		c.become(b, true)
	})
	c.begins(ctx)
	<-owned.Done()
	if ctx.Err() == nil {
		c.in(func(b *atom.Batch) {
			c.checkOwner(b)
			c.changed(b)
		})
	}
}

// become makes this page the owner. It sends nothing before it has read what there is.
func (c *client) become(b *atom.Batch, locked bool) {
	if !c.owner {
		c.known, c.complete = 0, false
	}
	c.owner, c.locked = true, locked
	c.stalled = !locked
	for _, i := range c.items {
		if i.state.isOver() {
			c.expectAll(i)
		}
	}
	c.tell(message{Is: who})
	if locked {
		c.tellOwner()
	} else {
		c.tell(message{Is: took})
	}
}

// checkOwner has a page that owned the outbox for a time, or has been robbed of it, know that
// it does no more.
func (c *client) checkOwner(b *atom.Batch) {
	if c.locked && c.owned.Err() != nil && c.ctx.Err() == nil {
		c.lose(b)
	}
}

// lose has this page send no more, as another does. What it has under way is given up, and
// what comes of it is not asked for: who owns the outbox sends it again, by the same id.
func (c *client) lose(b *atom.Batch) {
	c.owner, c.locked = false, false
	for _, i := range c.order {
		if i.state == sending && !i.unkept {
			i.become(queued)
			i.task.setWaiting(true)
			i.task.notifyStatusIn(b)
		}
	}
}

// begins has the owner begin to send.
func (c *client) begins(ctx context.Context) {
	c.read(ctx)
	c.in(func(b *atom.Batch) {
		c.complete = true // if it cannot be read, what is known is all there is
		for _, i := range c.order {
			c.known = max(c.known, i.kept.Order)
			c.tellOf(i)
		}
		c.kick()
		c.tellOwner()
		c.changed(b)
	})
}

// tellOf has the owner tell of an item: its page may have been gone before it could.
func (c *client) tellOf(i *item) {
	if c.owner && i.kept.Order != 0 {
		c.tell(message{Is: changedRecord, Record: &i.kept})
	}
}

// hearOwner takes in a sign of life of the owner, or of who takes its place. Of two, the one
// that has stood still gives the place up, and one without the lock before one with it.
func (c *client) hearOwner(b *atom.Batch, m message) {
	c.heard, c.candidate = time.Now(), false
	switch {
	case !c.owner:
	case c.locked && m.Is == took:
		c.release()
		c.lose(b)
	case !c.locked && (m.Locked || m.From < c.page):
		c.lose(b)
	default:
		return
	}
	c.stalled = !m.Locked
	c.elsewhere = sign{m.Paused, m.Login}
	differs := m.Waiting != len(c.order) || m.Last > c.known
	if m.Is == took || m.Is == owns && differs && c.differs {
		c.readNow()
		differs = false
	}
	c.differs = differs
}

// watch asks for a sign of life of the owner, as long as something waits for it.
func (c *client) watch() {
	if c.watching != nil || !c.mustWatch() {
		return
	}
	c.heard = time.Now()
	c.ask()
}

func (c *client) mustWatch() bool {
	return c.ready && !c.owner && len(c.order) > 0 && c.ctx.Err() == nil
}

func (c *client) ask() {
	c.tell(message{Is: ask})
	c.watching = time.AfterFunc(asks, func() {
		c.in(func(b *atom.Batch) {
			c.watching = nil
			if !c.mustWatch() {
				return
			}
			if time.Since(c.heard) > silence && !c.candidate {
				c.stand(b)
			}
			c.ask()
		})
	})
}

// stand has this page take the place of an owner that stands still, unless a page does
// that has a smaller name, or the owner says something.
func (c *client) stand(b *atom.Batch) {
	c.candidate, c.stalled = true, true
	c.tell(message{Is: stands})
	c.state.Set(b, c.now())
	ctx := c.ctx
	time.AfterFunc(elects, func() {
		takes := false
		c.in(func(b *atom.Batch) {
			if takes = c.candidate && !c.owner; takes {
				c.candidate = false
				c.become(b, false)
			}
		})
		if takes {
			c.begins(ctx)
		}
	})
}
