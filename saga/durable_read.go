package saga

import (
	"context"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// readNow reads the outbox on a goroutine of its own.
func (c *outboxClient) readNow() {
	if ctx := c.ctx; c.ready && ctx.Err() == nil {
		go c.readAll(ctx)
	}
}

// readAll learns the records of the outbox, after those of before, which it may not have any
// more. It returns when that is done.
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

// noteMissing notes which items' records are not in the outbox. That says nothing of what has
// become of them. A record that a second read does not find either is lost, and is written again.
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

// readLater reads the outbox again in a second, when messages that are on their way have come.
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

// noteOrder notes that this page has seen the record of that Order. If the owner may have missed
// one before it, the outbox is read.
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
