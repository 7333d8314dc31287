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
	pages map[string]bool // by name, that have been heard of; false when they did not answer
	roll  *time.Timer     // until those are asked that have not seen what they ought to

	locked  bool            // this page has the lock
	owned   context.Context // ends when it has it no more
	release func()          // gives it up

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
	c.find(c.ctx, []Record{*m.Record}, func(int) { c.learn(*m.Record, false) })
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

// readNow reads the outbox on a goroutine of its own.
func (c *client) readNow() {
	if ctx := c.ctx; c.ready && ctx.Err() == nil {
		go c.read(ctx)
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
