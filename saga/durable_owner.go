package saga

import (
	"context"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A sign is the owner's sign of life.
type sign struct{ paused, login bool }

// announceOwner is the owner's sign of life.
func (c *outboxClient) announceOwner() {
	if c.owner {
		c.broadcast(message{Is: eventOwns, Paused: c.probing, Login: c.unauthorized, Locked: c.locked, Waiting: len(c.order), Last: c.seenUpTo})
	}
}

// ownOnce waits until this page owns the outbox, and then until it does no more.
func (c *outboxClient) ownOnce(ctx context.Context, o Outbox) {
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
	c.batch(func(b *atom.Batch) {
		c.owned, c.release = owned, release
		c.becomeOwner(b, true)
	})
	c.startSending(ctx)
	<-owned.Done()
	if ctx.Err() == nil {
		c.batch(func(b *atom.Batch) {
			c.checkOwner(b)
			c.refresh(b)
		})
	}
}

// becomeOwner makes this page the owner. It sends nothing before it has read what there is.
func (c *outboxClient) becomeOwner(b *atom.Batch, locked bool) {
	if !c.owner {
		c.seenUpTo, c.complete = 0, false
	}
	c.owner, c.locked = true, locked
	c.stalled = !locked
	for _, i := range c.items {
		if i.state.isOver() {
			c.awaitSeen(i)
		}
	}
	c.broadcast(message{Is: eventWho})
	if locked {
		c.announceOwner()
	} else {
		c.broadcast(message{Is: eventTook})
	}
}

// checkOwner has a page that owned the outbox for a time, or has been robbed of it, know that
// it does no more.
func (c *outboxClient) checkOwner(b *atom.Batch) {
	if c.locked && c.owned.Err() != nil && c.ctx.Err() == nil {
		c.loseOwnership(b)
	}
}

// loseOwnership has this page send no more, as another does. What it has under way is given up, and
// what comes of it is not asked for: who owns the outbox sends it again, by the same id.
func (c *outboxClient) loseOwnership(b *atom.Batch) {
	c.owner, c.locked = false, false
	for _, i := range c.order {
		if i.state == sending && !i.unkept {
			i.moveTo(queued)
			i.task.setWaiting(true)
			i.task.notifyStatusIn(b)
		}
	}
}

// startSending has the owner begin to send.
func (c *outboxClient) startSending(ctx context.Context) {
	c.readAll(ctx)
	c.batch(func(b *atom.Batch) {
		c.complete = true // if it cannot be read, what is known is all there is
		for _, i := range c.order {
			c.seenUpTo = max(c.seenUpTo, i.kept.Order)
			c.announceRecord(i)
		}
		c.requestWrite()
		c.announceOwner()
		c.refresh(b)
	})
}

// announceRecord has the owner tell of an item: its page may have been gone before it could.
func (c *outboxClient) announceRecord(i *item) {
	if c.owner && i.kept.Order != 0 {
		c.broadcast(message{Is: eventRecord, Record: &i.kept})
	}
}

// handleOwner takes in a sign of life of the owner, or of who takes its place. Of two, the one
// that has stood still gives the place up, and one without the lock before one with it.
func (c *outboxClient) handleOwner(b *atom.Batch, m message) {
	c.lastSign, c.candidate = time.Now(), false
	switch {
	case !c.owner:
	case c.locked && m.Is == eventTook:
		c.release()
		c.loseOwnership(b)
	case !c.locked && (m.Locked || m.From < c.page):
		c.loseOwnership(b)
	default:
		return
	}
	c.stalled = !m.Locked
	c.ownerSign = sign{m.Paused, m.Login}
	differs := m.Waiting != len(c.order) || m.Last > c.seenUpTo
	if m.Is == eventTook || m.Is == eventOwns && differs && c.behind {
		c.readNow()
		differs = false
	}
	c.behind = differs
}

// watchOwner asks for a sign of life of the owner, as long as something waits for it.
func (c *outboxClient) watchOwner() {
	if c.watchTimer != nil || !c.mustWatchOwner() {
		return
	}
	c.lastSign = time.Now()
	c.askOwner()
}

func (c *outboxClient) mustWatchOwner() bool {
	return c.ready && !c.owner && len(c.order) > 0 && c.ctx.Err() == nil
}

func (c *outboxClient) askOwner() {
	c.broadcast(message{Is: eventAsk})
	c.watchTimer = time.AfterFunc(askInterval, func() {
		c.batch(func(b *atom.Batch) {
			c.watchTimer = nil
			if !c.mustWatchOwner() {
				return
			}
			if time.Since(c.lastSign) > maxSilence && !c.candidate {
				c.standForOwner(b)
			}
			c.askOwner()
		})
	})
}

// standForOwner has this page take the place of an owner that stands still, unless a page does
// that has a smaller name, or the owner says something.
func (c *outboxClient) standForOwner(b *atom.Batch) {
	c.candidate, c.stalled = true, true
	c.broadcast(message{Is: eventStands})
	c.state.Set(b, c.snapshot())
	ctx := c.ctx
	time.AfterFunc(electionTime, func() {
		takes := false
		c.batch(func(b *atom.Batch) {
			if takes = c.candidate && !c.owner; takes {
				c.candidate = false
				c.becomeOwner(b, false)
			}
		})
		if takes {
			c.startSending(ctx)
		}
	})
}
