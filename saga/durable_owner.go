package saga

import (
	"context"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// sign is what the owner has said of its state. See message.
type sign struct{ paused, login bool }

// announceOwner tells the other pages that this one owns the outbox, if it does.
func (c *outboxClient) announceOwner() {
	if c.owner {
		c.broadcast(message{Is: eventOwns, Paused: c.probing, Login: c.unauthorized, Locked: c.locked, Waiting: len(c.order), Last: c.seenUpTo})
	}
}

// ownOnce waits until this page owns the outbox, sends, and returns when it no longer owns it.
func (c *outboxClient) ownOnce(ctx context.Context, o Outbox) {
	asked, release := context.WithCancel(ctx)
	defer release()
	owned, err := o.Own(asked)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return
	default:
		owned = asked // without locks every page owns it: the server knows a task by its ID
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

// becomeOwner makes this page the owner. locked says that it has the lock, and has not taken the
// place of an owner that stands still. It sends nothing before it has read the outbox.
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

// checkOwner calls loseOwnership if the page's time as the owner is over, or another has taken
// its place. It is called before anything is sent.
func (c *outboxClient) checkOwner(b *atom.Batch) {
	if c.locked && c.owned.Err() != nil && c.ctx.Err() == nil {
		c.loseOwnership(b)
	}
}

// loseOwnership stops sending, because another page does. Attempts under way are cancelled, and
// their outcome is ignored: the new owner sends their changes again, with the same IDs.
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

// startSending reads the outbox and starts effects. The owner calls it.
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

// announceRecord tells the other pages of an item's record, if this page is the owner: the page
// that has run it may have been gone before it could.
func (c *outboxClient) announceRecord(i *item) {
	if c.owner && i.kept.Order != 0 {
		c.broadcast(message{Is: eventRecord, Record: &i.kept})
	}
}

// handleOwner handles a message of the owner, or of a page that has taken its place. If this page
// is the owner as well, one gives up: one with the lock to a page that has taken its place
// because it stood still; one without the lock to one with it, or to one with a smaller name.
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

// watchOwner asks the owner for a sign of life, now and then, as long as something waits for it.
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

// standForOwner takes the place of an owner that stands still, unless within electionTime a
// page with a smaller name does, or the owner says something.
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
