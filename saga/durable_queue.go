package saga

import (
	"math"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// maxConcurrent is how many effects of an outbox run at a time: as many as a browser opens
// connections to one server.
const maxConcurrent = 6

// probeBackoff says when an effect is tried again while the server cannot be reached, or wants to
// know first who asks.
var probeBackoff = Backoff{Retries: math.MaxInt, Base: time.Second, Max: time.Minute}

// queue has the items whose task runs. An effect may run when no earlier item overlaps its own.
type queue struct {
	order      []*item // by compare
	running    int     // items that are sending
	mayReenter bool    // changes that are away from the log may be able to enter it again
	counter    uint64  // see nextNumber
	renames    uint64  // of atoms, when the items got their current names

	owner      bool  // this page sends what is in the outbox
	seenUpTo   int64 // this page has seen every record up to this Order
	notedUpTo  int64 // and one of this Order
	loadedUpTo int64 // the last Order in the outbox when this page loaded what it shows

	paused       bool        // nothing is tried before timer
	timer        *time.Timer // calls probe
	probing      bool        // one item at a time is tried, until one gets an answer
	unauthorized bool        // because the server wants to know first who asks
	probes       int         // consecutive probes without an answer
}

// nextNumber returns a higher number with each call.
func (q *queue) nextNumber() uint64 { q.counter++; return q.counter }

// startReady starts every effect that may run now.
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

// startItem starts an item's effect. It is called with the value, and has the patch, as they
// are now; a patch that was sent before stays as it was.
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

// nextItem returns the item whose effect is the next to run, or nil: the first that may. While
// the server is probed it is the one whose last probe is the longest ago, so that one address
// that is down does not stand for all.
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

// maxCandidates is among how many items nextItem chooses one to probe with.
const maxCandidates = 50

// maySend reports whether this page may send an item.
func (c *outboxClient) maySend(b *atom.Batch, i *item) bool {
	if !i.task.isAway() && !i.task.confirmed && !i.isInLog(b) {
		return false // it could not be re-applied: onConflict will end the task
	}
	if i.decided {
		return false
	}
	return i.unkept || c.owner && i.kept.Order != 0 && i.kept.Order <= c.seenUpTo
}

// isBlocked reports whether an item that overlaps the one at a place in the queue is before it,
// or is being sent.
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

// serverAnswered ends the probing. It is called when a server has said something, whatever it
// was.
func (c *outboxClient) serverAnswered(b *atom.Batch) {
	was := c.probing
	c.paused, c.probing, c.unauthorized, c.probes = false, false, false, 0
	if was {
		c.announceOwner()
	}
	c.refresh(b)
}

// pauseSending returns an item to the queue that has found no server, or one that wants to know
// first who asks (login), and starts to probe.
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
	c.requestWrite() // an item that was sent without being kept may be kept now
	c.refresh(b)
}

// probe starts one effect, to see whether the server is there again.
func (c *outboxClient) probe(b *atom.Batch) {
	if !c.paused || c.ctx.Err() != nil {
		return
	}
	c.timer.Stop()
	c.paused = false
	c.startReady(b)
}

// probeNow probes without a pause: there is reason to believe that the server can be reached.
func (c *outboxClient) probeNow(b *atom.Batch) {
	c.probes = 0
	c.probe(b)
}

// resumeAllPages calls probeNow in every page.
func (c *outboxClient) resumeAllPages() {
	c.batch(func(b *atom.Batch) {
		c.broadcast(message{Is: eventResume})
		c.probeNow(b)
	})
}
