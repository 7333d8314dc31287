package saga

import (
	"math"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// maxConcurrent is how many effects of an outbox run at a time: what a browser opens
// to one server.
const maxConcurrent = 6

// probeBackoff is when one is tried again while the server cannot be reached, or wants to
// know first who asks.
var probeBackoff = Backoff{Retries: math.MaxInt, Base: time.Second, Max: time.Minute}

// A queue says whose effect may run: of all that wait, in the order of the outbox, those
// that no earlier one overlaps. Those that the outbox has not taken come last.
type queue struct {
	order      []*item
	running    int  // whose effects run
	mayReenter bool // what is away from the log may be able to enter it again
	counter    uint64
	renames    uint64 // in the store, when the items were last given their names

	owner     bool  // what is in the outbox is this page's to send
	seenUpTo  int64 // this page has seen every record up to this Order
	notedUpTo int64 // and one of this

	loadedUpTo int64 // the last Order of what was there when this page had what it shows

	paused       bool // nothing is tried before the timer
	probing      bool // one at a time, until one gets an answer
	unauthorized bool // because the server wants to know first who asks
	probes       int  // in a row that got none
	timer        *time.Timer
}

// nextNumber returns a higher number each time.
func (q *queue) nextNumber() uint64 { q.counter++; return q.counter }

// startReady begins every effect that may run now.
func (c *outboxClient) startReady(b *atom.Batch) {
	if c.ctx.Err() != nil {
		return
	}
	c.checkOwner(b)
	most := maxConcurrent
	if c.probing {
		most = 1
	}
	for c.running < most && !c.paused {
		i := c.nextItem(b)
		if i == nil {
			return
		}
		c.startItem(b, i)
	}
}

// startItem gives an item its turn. Its effect is handed what became of the change while it
// waited; what was sent once is sent as it was.
func (c *outboxClient) startItem(b *atom.Batch, i *item) {
	if i.task.isAway() && !i.task.confirmed {
		i.reenter(b, i.task) // the base may be another now
	}
	i.moveTo(sending)
	i.task.setWaiting(false)
	if !i.task.pinned && !i.task.isAway() {
		i.task.record(b)
	}
	i.task.notifyStatusIn(b)
	i.task.start()
}

// nextItem returns whose effect is the next to run: the first that may, and while the server is
// being probed the one that has not found it for the longest time, or one address that is
// down would stand for all.
func (c *outboxClient) nextItem(b *atom.Batch) (best *item) {
	candidates := 0
	for at, i := range c.order {
		if i.state != queued || !c.maySend(b, i) || c.isBlocked(at) {
			continue
		}
		if best == nil || i.probedAt < best.probedAt {
			best = i
		}
		if candidates++; !c.probing || candidates == maxCandidates {
			break
		}
	}
	return best
}

// maxCandidates is among how many the one to probe with is chosen.
const maxCandidates = 50

func (c *outboxClient) maySend(b *atom.Batch, i *item) bool {
	if !i.task.isAway() && !i.task.confirmed && !i.isInLog(b) {
		return false // it could not be re-applied, and is about to say so
	}
	if i.decided {
		return false
	}
	return i.unkept || c.owner && i.kept.Order != 0 && i.kept.Order <= c.seenUpTo
}

// isBlocked reports whether something about the same thing is before the item at a place
// in the queue, or on its way.
func (q *queue) isBlocked(at int) bool {
	i := q.order[at]
	if x := i.blocker; x != nil && x.state.waits() && (x.state != queued || x.compare(i) < 0) {
		return true
	}
	i.blocker = nil
	for n := at - 1; n >= 0 && i.blocker == nil; n-- {
		if x := q.order[n]; x.overlaps(i) {
			i.blocker = x
		}
	}
	for n := at + 1; n < len(q.order) && i.blocker == nil; n++ {
		if x := q.order[n]; x.state != queued && x.overlaps(i) {
			i.blocker = x
		}
	}
	return i.blocker != nil
}

// serverAnswered is called when a server has said something, whatever it was.
func (c *outboxClient) serverAnswered(b *atom.Batch) {
	was := c.probing
	c.paused, c.probing, c.unauthorized, c.probes = false, false, false, 0
	if was {
		c.announceOwner()
	}
	c.refresh(b)
}

// pauseSending ends the turn of an item that has found no server, or one that wants to know
// first who asks.
func (c *outboxClient) pauseSending(b *atom.Batch, i *item, mine *attempt, login bool) {
	if i.attempt != mine {
		return
	}
	i.moveTo(queued)
	i.probedAt = c.nextNumber()
	i.task.setWaiting(true)
	i.task.notifyStatusIn(b)
	if !c.paused || login != c.unauthorized {
		c.unauthorized = login
		c.paused, c.probing = true, true
		c.probes++
		wait, _ := probeBackoff.next(c.probes, nil)
		if c.timer != nil {
			c.timer.Stop()
		}
		c.timer = time.AfterFunc(wait, func() { c.batch(c.probe) })
		c.announceOwner()
	}
	c.requestWrite() // one that was sent unkept may be kept now
	c.refresh(b)
}

// probe has one effect try whether the server is there again.
func (c *outboxClient) probe(b *atom.Batch) {
	if !c.paused || c.ctx.Err() != nil {
		return
	}
	c.timer.Stop()
	c.paused = false
	c.startReady(b)
}

// probeNow is called when there is reason to believe that the server can be asked again.
func (c *outboxClient) probeNow(b *atom.Batch) {
	c.probes = 0
	c.probe(b)
}

// eventResume is tryNow in every page.
func (c *outboxClient) resumeAllPages() {
	c.batch(func(b *atom.Batch) {
		c.broadcast(message{Is: eventResume})
		c.probeNow(b)
	})
}
