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
// takes its place. An owner that goes on gives the lock up when it hears of the other, and
// looks at a change's record before it sends it; what it had under way is known to the server
// by its id.
//
// A message may be lost. What it said is in the outbox, and a page that finds out that it
// knows less than the owner reads it.
type tabs struct {
	pages     map[string]bool // by name, that have been heard of; false when they did not answer
	rollTimer *time.Timer     // until those are asked that have not seen what they ought to

	locked  bool            // this page has the lock
	owned   context.Context // ends when it has it no more
	release func()          // gives it up

	ownerSign  sign // the owner's last
	lastSign   time.Time
	watchTimer *time.Timer
	behind     bool // this page knew less when it last asked
	candidate  bool // to take the owner's place
	stalled    bool // the owner stands still

	complete bool // the outbox has been read once
	reading  bool // is going to be read in a moment
	looking  bool // is being read, because a record is missing
}

const (
	askInterval   = 3 * time.Second  // between two questions for a sign of life
	maxSilence    = 8 * time.Second  // after it the owner stands still
	electionTime  = time.Second      // for others to say that they take its place
	rollCallTime  = 10 * time.Second // for a page to say that it has seen something, or is there
	cancelledKept = 24 * time.Hour   // what a page was cancelled that may stand still
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
	eventHello  event = "hello"  // a page has been opened
	eventHere   event = "here"   // a page answers that, or who
	eventWho    event = "who"    // is there?
	eventBye    event = "bye"    // a page is closed
	eventRecord event = "record" // a record is what it says
	eventSeen   event = "seen"   // what has become of these records
	eventAsk    event = "ask"    // is there an owner?
	eventOwns   event = "owns"   // the outbox, and how it gets on
	eventStands event = "stands" // still: the owner, and this page would take its place
	eventTook   event = "took"   // the owner's place
	eventResume event = "go on"  // to send: there is reason to believe that it works now
)

// broadcast has the other pages hear a message.
func (c *outboxClient) broadcast(m message) {
	if c.outbox == nil {
		return
	}
	m.From = c.page
	if text, err := json.Marshal(m); err == nil {
		c.outbox.Tell(text)
	}
}

func (c *outboxClient) receive(text []byte) {
	var m message
	if json.Unmarshal(text, &m) != nil || m.From == c.page {
		return // from another version of the program
	}
	if m.Is == eventRecord {
		if m.Record == nil {
			return
		}
		c.batch(func(*atom.Batch) {
			if c.ready {
				c.enqueue(func() { c.receiveRecord(m) })
			} else {
				c.earlyMessages = append(c.earlyMessages, m)
			}
		})
		return
	}
	c.batch(func(b *atom.Batch) {
		if m.Is != eventBye {
			c.pages[m.From] = true
		}
		c.handle(b, m)
		c.refresh(b)
	})
}

// receiveRecord takes in a record that another page has written.
func (c *outboxClient) receiveRecord(m message) {
	c.learnFound(c.ctx, []Record{*m.Record}, func(int) { c.learn(*m.Record, false) })
	c.batch(func(b *atom.Batch) {
		if i := c.items[m.Record.ID]; i != nil {
			c.markSeen(i, m.From)
		}
		c.noteOrder(m.Record.Order)
		c.refresh(b)
	})
}

// handle takes in what is not about a record.
func (c *outboxClient) handle(b *atom.Batch, m message) {
	switch m.Is {
	case eventHello:
		c.broadcast(message{Is: eventHere})
		if c.owner {
			c.announceOwner()
			c.readNow() // what is there may be of a page that was gone before it could tell
		}
	case eventWho:
		c.broadcast(message{Is: eventHere})
	case eventBye:
		delete(c.pages, m.From)
		for _, i := range c.items {
			c.markSeen(i, m.From)
		}
	case eventSeen:
		for _, id := range m.IDs {
			if i := c.items[id]; i != nil {
				c.markSeen(i, m.From)
			}
		}
	case eventAsk:
		c.announceOwner()
	case eventStands:
		if c.announceOwner(); c.candidate && m.From < c.page {
			c.candidate, c.lastSign = false, time.Now()
		}
	case eventOwns, eventTook:
		c.handleOwner(b, m)
	case eventResume:
		c.probeNow(b)
	}
}

// readNow reads the outbox on a goroutine of its own.
func (c *outboxClient) readNow() {
	if ctx := c.ctx; c.ready && ctx.Err() == nil {
		go c.readAll(ctx)
	}
}

// awaitSeen has the record of an item that is over stay until every page has seen it.
func (c *outboxClient) awaitSeen(i *item) {
	if !c.owner {
		return
	}
	i.unseenBy = maps.Clone(c.pages)
	if age := time.Since(time.UnixMilli(i.record.Since)); i.state == done || age > cancelledKept {
		maps.DeleteFunc(i.unseenBy, func(_ string, answers bool) bool { return !answers })
	}
	c.callRoll()
}

// markSeen notes that a page has seen what has become of an item.
func (c *outboxClient) markSeen(i *item, page string) {
	if delete(i.unseenBy, page); c.isRemovable(i) {
		c.requestWrite()
	}
}

// callRoll asks, after a while, the pages that have not seen everything whether they are
// there, and tells them again. Those that do not answer are gone, or stand still: they find
// out by reading, and what they send again the server knows. What was cancelled it does not
// know, so that waits for them for a day.
func (c *outboxClient) callRoll() {
	if c.rollTimer != nil || len(c.itemsUnseen()) == 0 {
		return
	}
	c.rollTimer = time.AfterFunc(rollCallTime, func() {
		c.batch(func(*atom.Batch) {
			for _, i := range c.itemsUnseen() {
				c.broadcast(message{Is: eventRecord, Record: &i.record})
			}
			for page := range c.pages {
				c.pages[page] = false
			}
			c.broadcast(message{Is: eventWho})
			c.rollTimer = time.AfterFunc(rollCallTime, func() {
				c.batch(func(*atom.Batch) {
					c.rollTimer = nil
					for _, i := range c.items {
						for page := range maps.Clone(i.unseenBy) {
							if !c.pages[page] && i.state == done {
								c.markSeen(i, page)
							}
						}
					}
					c.callRoll()
				})
			})
		})
	})
}

// itemsUnseen returns what is over and some page that answers has not seen.
func (c *outboxClient) itemsUnseen() (all []*item) {
	for _, i := range c.items {
		if i.state.isOver() && slices.ContainsFunc(slices.Collect(maps.Keys(i.unseenBy)), func(page string) bool { return c.pages[page] }) {
			all = append(all, i)
		}
	}
	return all
}

// A recentIDs is what has become of the last that are over: a message about one may be late.
type recentIDs struct {
	states map[string]RecordState
	order  []string
}

func (m *recentIDs) of(id string) (state RecordState, known bool) {
	state, known = m.states[id]
	return state, known
}

func (m *recentIDs) add(id string, state RecordState) {
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
