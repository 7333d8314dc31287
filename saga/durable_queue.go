package saga

import (
	"cmp"
	"math"
	"slices"
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

	owner bool  // what is in the outbox is this page's to send
	known int64 // this page has seen every record up to this Order
	noted int64 // and one of this

	paused  bool // nothing is tried before the timer
	probing bool // one at a time, until one gets an answer
	login   bool // because the server wants to know first who asks
	probes  int  // in a row that got none
	timer   *time.Timer
}

// count returns a higher number each time.
func (q *queue) count() uint64 { q.counter++; return q.counter }

// compare has those come last that have no place in the outbox yet.
func (i *item) compare(other *item) int {
	a, b := i.record.Order, other.record.Order
	switch {
	case a == 0 && b == 0:
		return cmp.Compare(i.ran, other.ran)
	case a == 0:
		return 1
	case b == 0:
		return -1
	}
	return cmp.Compare(a, b)
}

// inOrder sorts items by compare. Package sort is in every page anyway; an instance of
// slices.SortFunc would be 17 KB more.
type inOrder []*item

func (o inOrder) Len() int           { return len(o) }
func (o inOrder) Less(i, j int) bool { return o[i].compare(o[j]) < 0 }
func (o inOrder) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }

// overlaps reports whether two items are about the same thing, or one about a part of
// what the other is about.
func (i *item) overlaps(other *item) bool {
	return atom.Overlap(i.task.launch.on, other.task.launch.on)
}

// place puts an item where the order of the outbox has it.
func (q *queue) place(i *item) {
	q.remove(i)
	q.order = append(q.order, i)
	for at := len(q.order) - 1; at > 0 && i.compare(q.order[at-1]) < 0; at-- {
		q.order[at], q.order[at-1] = q.order[at-1], i
	}
}

func (q *queue) remove(i *item) {
	if at := slices.Index(q.order, i); at >= 0 {
		q.order = slices.Delete(q.order, at, at+1)
	}
}

// laterThan returns what comes after an item in the order, and is about target, or about
// something else that does.
func (q *queue) laterThan(i *item, target atom.Target) (later []*item) {
	for _, x := range q.order {
		if x != i && i.compare(x) < 0 && (atom.Overlap(target, x.task.launch.on) || slices.ContainsFunc(later, x.overlaps)) {
			later = append(later, x)
		}
	}
	return later
}

// align brings the log into the order of the outbox after an item has got its place there:
// what another page has run before may have been heard of earlier.
func (c *client) align(b *atom.Batch, i *item) {
	c.place(i)
	c.stirred = true
	moved := []*item{i}
	for _, x := range c.laterThan(i, i.task.launch.on) {
		below := func(m *item) bool { return (m != i || m.logged > x.logged) && m.overlaps(x) }
		if slices.ContainsFunc(moved, below) {
			moved = append(moved, x)
		}
	}
	c.takeOut(b, moved[1:])()
}

// takeOut takes items out of the log, from the top, as none may be there without what it was
// made on, until they are put back on top of it.
func (c *client) takeOut(b *atom.Batch, items []*item) (putBack func()) {
	var out []*item // the last one first
	putBack = func() {
		slices.Reverse(out)
		each(out, func(x *item) {
			x.logged = c.count()
			x.task.enterAgain(b)
		})
	}
	returned := false
	defer func() {
		if !returned { // an update that was applied again has ended the goroutine
			putBack()
		}
	}()
	for _, x := range slices.Backward(items) {
		if x.isInLog(b) {
			out = append(out, x)
		}
		if !x.task.isAway() {
			x.task.takeOut(b)
		}
	}
	returned = true
	return putBack
}

// bringBack has enter the log what is away from it and can be applied now.
func (c *client) bringBack(b *atom.Batch) {
	if !c.stirred {
		return
	}
	c.stirred = false
	for _, i := range slices.Clone(c.order) {
		if i.task.isAway() && !i.task.confirmed && i.state != settling {
			i.enters(b, i.task)
		}
	}
}

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
		i.enters(b, i.task) // the base may be another now
	}
	i.become(sending)
	i.task.setWaiting(false)
	if !i.task.sent && !i.task.isAway() {
		i.task.record(b)
	}
	i.task.nudgeIn(b)
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
	i.task.nudgeIn(b)
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
