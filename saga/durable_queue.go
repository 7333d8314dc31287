package saga

import (
	"math"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// abreast is how many effects of an outbox run at a time: what a browser opens
// to one server.
const abreast = 6

// probing is when one is tried again while the server cannot be reached, or wants to
// know first who asks.
var probing = Backoff{Retries: math.MaxInt, Base: time.Second, Max: time.Minute}

// A queue says whose effect may run: of all that wait, in the order of the outbox, those
// that no earlier one overlaps. Those that the outbox has not taken come last.
type queue struct {
	order   []*item
	running int  // whose effects run
	stirred bool // what is away from the log may be able to enter it again
	counter uint64
	renames uint64 // in the store, when the items were last given their names

	owner bool  // what is in the outbox is this page's to send
	known int64 // this page has seen every record up to this Order
	noted int64 // and one of this

	takenUp int64 // the last Order of what was there when this page had what it shows

	paused  bool // nothing is tried before the timer
	probing bool // one at a time, until one gets an answer
	login   bool // because the server wants to know first who asks
	probes  int  // in a row that got none
	timer   *time.Timer
}

// count returns a higher number each time.
func (q *queue) count() uint64 { q.counter++; return q.counter }

// advance begins every effect that may run now.
func (c *client) advance(b *atom.Batch) {
	if c.ctx.Err() != nil {
		return
	}
	c.checkOwner(b)
	most := abreast
	if c.probing {
		most = 1
	}
	for c.running < most && !c.paused {
		i := c.first(b)
		if i == nil {
			return
		}
		c.begin(b, i)
	}
}

// begin gives an item its turn. Its effect is handed what became of the change while it
// waited; what was sent once is sent as it was.
func (c *client) begin(b *atom.Batch, i *item) {
	if i.task.isAway() && !i.task.confirmed {
		i.reenter(b, i.task) // the base may be another now
	}
	i.become(sending)
	i.task.setWaiting(false)
	if !i.task.pinned && !i.task.isAway() {
		i.task.record(b)
	}
	i.task.notifyStatusIn(b)
	i.task.start()
}

// first returns whose effect is the next to run: the first that may, and while the server is
// being probed the one that has not found it for the longest time, or one address that is
// down would stand for all.
func (c *client) first(b *atom.Batch) (best *item) {
	candidates := 0
	for at, i := range c.order {
		if i.state != queued || !c.mayGo(b, i) || c.isBlocked(at) {
			continue
		}
		if best == nil || i.probed < best.probed {
			best = i
		}
		if candidates++; !c.probing || candidates == mostCandidates {
			break
		}
	}
	return best
}

// mostCandidates is among how many the one to probe with is chosen.
const mostCandidates = 50

func (c *client) mayGo(b *atom.Batch, i *item) bool {
	if !i.task.isAway() && !i.task.confirmed && !i.isInLog(b) {
		return false // it could not be re-applied, and is about to say so
	}
	if i.decided {
		return false
	}
	return i.unkept || c.owner && i.kept.Order != 0 && i.kept.Order <= c.known
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

// resume is called when a server has said something, whatever it was.
func (c *client) resume(b *atom.Batch) {
	was := c.probing
	c.paused, c.probing, c.login, c.probes = false, false, false, 0
	if was {
		c.tellOwner()
	}
	c.changed(b)
}

// pause ends the turn of an item that has found no server, or one that wants to know
// first who asks.
func (c *client) pause(b *atom.Batch, i *item, mine *turn, login bool) {
	if i.turn != mine {
		return
	}
	i.become(queued)
	i.probed = c.count()
	i.task.setWaiting(true)
	i.task.notifyStatusIn(b)
	if !c.paused || login != c.login {
		c.login = login
		c.paused, c.probing = true, true
		c.probes++
		wait, _ := probing.next(c.probes, nil)
		if c.timer != nil {
			c.timer.Stop()
		}
		c.timer = time.AfterFunc(wait, func() { c.in(c.probe) })
		c.tellOwner()
	}
	c.kick() // one that was sent unkept may be kept now
	c.changed(b)
}

// probe has one effect try whether the server is there again.
func (c *client) probe(b *atom.Batch) {
	if !c.paused || c.ctx.Err() != nil {
		return
	}
	c.timer.Stop()
	c.paused = false
	c.advance(b)
}

// tryNow is called when there is reason to believe that the server can be asked again.
func (c *client) tryNow(b *atom.Batch) {
	c.probes = 0
	c.probe(b)
}

// goOn is tryNow in every page.
func (c *client) goOn() {
	c.in(func(b *atom.Batch) {
		c.tell(message{Is: goOn})
		c.tryNow(b)
	})
}
