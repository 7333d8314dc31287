package saga

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// tabs is what a page knows of the others with its outbox.
//
// One of them owns the outbox: it has the lock, and performs the effects. A page that has
// something to be sent asks the owner now and then for a sign of life. An owner that
// gives none stands still, in a debugger or frozen: then the page of the smallest name
// takes its place. If the owner goes on, the server is told twice by ids that it knows, and
// the owner gives the lock up when it hears of the other.
//
// A message may be lost. What it said is in the outbox, and a page that finds out that it
// knows less than the owner reads it.
type tabs struct {
	pages map[string]bool // by name, that have been heard of; false when they did not answer
	roll  *time.Timer     // until those are asked that have not seen what they ought to

	locked  bool   // this page has the lock
	release func() // gives it up

	elsewhere sign // the owner's last
	heard     time.Time
	watching  *time.Timer
	differs   bool // this page knew less when it last asked
	candidate bool // to take the owner's place
	stalled   bool // the owner stands still

	complete bool // the outbox has been read once
	reading  bool // is going to be read in a moment
	looking  bool // is being read, because a record is missing
}

// A sign is the owner's sign of life.
type sign struct{ paused, login bool }

const (
	asks      = 3 * time.Second  // between two questions for a sign of life
	silence   = 8 * time.Second  // after it the owner stands still
	elects    = time.Second      // for others to say that they take its place
	rollCall  = 10 * time.Second // for a page to say that it has seen something, or is there
	remembers = 24 * time.Hour   // what a page was cancelled that may stand still
)

// A message is what one page tells the others.
type message struct {
	Is     event    `json:"is"`
	From   string   `json:"from"`
	Record *Record  `json:"record,omitempty"`
	IDs    []string `json:"ids,omitempty"`

	// Of the owner.
	Paused  bool  `json:"paused,omitempty"`
	Login   bool  `json:"login,omitempty"`
	Locked  bool  `json:"locked,omitempty"`
	Waiting int   `json:"waiting,omitempty"` // how many
	Last    int64 `json:"last,omitempty"`    // of the records that it has seen
}

type event string

const (
	hello         event = "hello"  // a page has been opened
	here          event = "here"   // a page answers that, or who
	who           event = "who"    // is there?
	bye           event = "bye"    // a page is closed
	changedRecord event = "record" // a record is what it says
	seen          event = "seen"   // what has become of these records
	ask           event = "ask"    // is there an owner?
	owns          event = "owns"   // the outbox, and how it gets on
	stands        event = "stands" // still: the owner, and this page would take its place
	took          event = "took"   // the owner's place
	goOn          event = "go on"  // to send: there is reason to believe that it works now
)

// tell has the other pages hear a message.
func (c *client) tell(m message) {
	if c.outbox == nil {
		return
	}
	m.From = c.page
	if text, err := json.Marshal(m); err == nil {
		c.outbox.Tell(text)
	}
}

// tellOwner is the owner's sign of life.
func (c *client) tellOwner() {
	if c.owner {
		c.tell(message{Is: owns, Paused: c.probing, Login: c.login, Locked: c.locked, Waiting: len(c.order), Last: c.known})
	}
}

func (c *client) hear(text []byte) {
	var m message
	if json.Unmarshal(text, &m) != nil || m.From == c.page {
		return // from another version of the program
	}
	if m.Is == changedRecord {
		if m.Record == nil {
			return
		}
		c.in(func(*atom.Batch) {
			if c.ready {
				c.takeIn(func() { c.hearOf(m) })
			} else {
				c.early = append(c.early, m)
			}
		})
		return
	}
	c.in(func(b *atom.Batch) {
		if m.Is != bye {
			c.pages[m.From] = true
		}
		c.take(b, m)
		c.changed(b)
	})
}

// hearOf takes in a record that another page has written.
func (c *client) hearOf(m message) {
	c.learn(*m.Record, false)
	c.in(func(b *atom.Batch) {
		if i := c.items[m.Record.ID]; i != nil {
			c.saw(i, m.From)
		}
		c.note(m.Record.Order)
		c.changed(b)
	})
}

// take takes in what is not about a record.
func (c *client) take(b *atom.Batch, m message) {
	switch m.Is {
	case hello:
		c.tell(message{Is: here})
		if c.owner {
			c.tellOwner()
			c.readNow() // what is there may be of a page that was gone before it could tell
		}
	case who:
		c.tell(message{Is: here})
	case bye:
		delete(c.pages, m.From)
		for _, i := range c.items {
			c.saw(i, m.From)
		}
	case seen:
		for _, id := range m.IDs {
			if i := c.items[id]; i != nil {
				c.saw(i, m.From)
			}
		}
	case ask:
		c.tellOwner()
	case stands:
		if c.tellOwner(); c.candidate && m.From < c.page {
			c.candidate, c.heard = false, time.Now()
		}
	case owns, took:
		c.hearOwner(b, m)
	case goOn:
		c.tryNow(b)
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
		c.owner, c.locked = false, false
	case !c.locked && (m.Locked || m.From < c.page):
		c.owner = false
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

// readNow reads the outbox on a goroutine of its own.
func (c *client) readNow() {
	if ctx := c.ctx; c.ready && ctx.Err() == nil {
		go c.read(ctx)
	}
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
				c.become(b, false, nil)
			}
		})
		if takes {
			c.begins(ctx)
		}
	})
}

// ownOnce waits until this page owns the outbox, and then until it does no more.
func (c *client) ownOnce(ctx context.Context, o Outbox) {
	lease, release := context.WithCancel(ctx)
	defer release()
	if err := o.Own(lease); err != nil && ctx.Err() != nil {
		return
	} // where there are no locks every page owns it: the server knows a task by its ID
	c.in(func(b *atom.Batch) { c.become(b, true, release) })
	c.begins(ctx)
	<-lease.Done()
}

// become makes this page the owner. It sends nothing before it has read what there is.
func (c *client) become(b *atom.Batch, locked bool, release func()) {
	if !c.owner {
		c.known, c.complete = 0, false
	}
	c.owner, c.locked, c.release = true, locked, release
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

// expectAll has the record of an item that is over stay until every page has seen it.
func (c *client) expectAll(i *item) {
	if !c.owner {
		return
	}
	i.unseen = maps.Clone(c.pages)
	if age := time.Since(time.UnixMilli(i.record.Since)); i.state == done || age > remembers {
		maps.DeleteFunc(i.unseen, func(_ string, answers bool) bool { return !answers })
	}
	c.call()
}

// saw notes that a page has seen what has become of an item.
func (c *client) saw(i *item, page string) {
	if delete(i.unseen, page); c.isRemovable(i) {
		c.kick()
	}
}

// call asks, after a while, the pages that have not seen everything whether they are
// there, and tells them again. Those that do not answer are gone, or stand still: they find
// out by reading, and what they send again the server knows. What was cancelled it does not
// know, so that waits for them for a day.
func (c *client) call() {
	if c.roll != nil || len(c.lagging()) == 0 {
		return
	}
	c.roll = time.AfterFunc(rollCall, func() {
		c.in(func(*atom.Batch) {
			for _, i := range c.lagging() {
				c.tell(message{Is: changedRecord, Record: &i.record})
			}
			for page := range c.pages {
				c.pages[page] = false
			}
			c.tell(message{Is: who})
			c.roll = time.AfterFunc(rollCall, func() {
				c.in(func(*atom.Batch) {
					c.roll = nil
					for _, i := range c.items {
						for page := range maps.Clone(i.unseen) {
							if !c.pages[page] && i.state == done {
								c.saw(i, page)
							}
						}
					}
					c.call()
				})
			})
		})
	})
}

// lagging returns what is over and some page that answers has not seen.
func (c *client) lagging() (all []*item) {
	for _, i := range c.items {
		if i.state.isOver() && slices.ContainsFunc(slices.Collect(maps.Keys(i.unseen)), func(page string) bool { return c.pages[page] }) {
			all = append(all, i)
		}
	}
	return all
}

// A memory is what has become of the last that are over: a message about one may be late.
type memory struct {
	states map[string]RecordState
	order  []string
}

func (m *memory) of(id string) (state RecordState, known bool) {
	state, known = m.states[id]
	return state, known
}

func (m *memory) add(id string, state RecordState) {
	if m.states == nil {
		m.states = map[string]RecordState{}
	}
	if _, known := m.states[id]; known {
		return
	}
	m.states[id] = state
	if m.order = append(m.order, id); len(m.order) > 1000 {
		delete(m.states, m.order[0])
		m.order = m.order[1:]
	}
}
