package saga

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// tabs is what a page knows of the other pages with its outbox.
//
// One of them owns the outbox: it has the lock, and performs the effects. A page that has
// something to be sent asks the owner now and then for a sign of life. An owner that gives none
// stands still, in a debugger or frozen, and the page with the smallest name takes its place. An
// owner that goes on gives the lock up when it hears of that, and reads a change's record before
// it sends it. The server knows what it had under way by its ID.
//
// A message may be lost. What it said is in the outbox, which a page reads when it finds out that
// it knows less than the owner.
type tabs struct {
	pages     map[string]bool // by name; false for those that did not answer the last roll call
	rollTimer *time.Timer     // of callRoll

	locked  bool            // this page has the lock
	owned   context.Context // ends when it no longer has it
	release func()          // gives it up

	ownerSign  sign        // the owner's last
	lastSign   time.Time   // when it came
	watchTimer *time.Timer // of askOwner
	behind     bool        // this page knew less than the owner when it last asked
	candidate  bool        // this page is to take the owner's place
	stalled    bool        // the owner stands still
}

const (
	askInterval   = 3 * time.Second  // between two calls of askOwner
	maxSilence    = 8 * time.Second  // after it the owner counts as standing still
	electionTime  = time.Second      // for other pages to say that they take its place
	rollCallTime  = 10 * time.Second // for a page to say that it has seen something, or is there
	cancelledKept = 24 * time.Hour   // how long a page that stands still can learn that a change was cancelled
)

// message is what one page tells the others.
type message struct {
	Is     event    `json:"is"`
	From   string   `json:"from"`
	Record *Record  `json:"record,omitempty"`
	IDs    []string `json:"ids,omitempty"`

	// Of the owner.
	Paused  bool  `json:"paused,omitempty"`  // it probes the server
	Login   bool  `json:"login,omitempty"`   // because that wants to know first who asks
	Locked  bool  `json:"locked,omitempty"`  // it has the lock
	Waiting int   `json:"waiting,omitempty"` // items in its queue
	Last    int64 `json:"last,omitempty"`    // it has seen every record up to this Order
}

type event string

const (
	eventHello  event = "hello"  // the page was opened
	eventHere   event = "here"   // the answer to hello and who
	eventWho    event = "who"    // is there? Every page answers
	eventBye    event = "bye"    // the page is closed
	eventRecord event = "record" // a record, as the page has it
	eventSeen   event = "seen"   // the page has seen that these records are over
	eventAsk    event = "ask"    // is there an owner? The owner answers
	eventOwns   event = "owns"   // the page is the owner, and this is its state
	eventStands event = "stands" // the owner stands still, and the page would take its place
	eventTook   event = "took"   // the page has taken the owner's place
	eventResume event = "go on"  // try now what waits: it may work again
)

// broadcast sends a message to the other pages.
func (c *outboxClient) broadcast(m message) {
	if c.outbox == nil {
		return
	}
	m.From = c.page
	if text, err := json.Marshal(m); err == nil {
		c.outbox.Tell(text)
	}
}

// receive is called with each message of another page.
func (c *outboxClient) receive(text []byte) {
	var m message
	if json.Unmarshal(text, &m) != nil || m.From == c.page {
		return // of another version of the program, or this page's own
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

// receiveRecord learns a record that another page has told of.
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

// handle handles a message that is not a record.
func (c *outboxClient) handle(b *atom.Batch, m message) {
	switch m.Is {
	case eventHello:
		c.broadcast(message{Is: eventHere})
		if c.owner {
			c.announceOwner()
			c.readNow() // there may be records of a page that was gone before it could tell
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

// awaitSeen keeps the record of an item that is over until every page has seen that.
func (c *outboxClient) awaitSeen(i *item) {
	if !c.owner {
		return
	}
	i.unseenBy = maps.Clone(c.pages)
	if age := time.Since(time.UnixMilli(i.record.Since)); i.state == done || age > cancelledKept {
		for page, answers := range i.unseenBy {
			if !answers {
				delete(i.unseenBy, page)
			}
		}
	}
	c.callRoll()
}

// markSeen notes that a page has seen that an item is over.
func (c *outboxClient) markSeen(i *item, page string) {
	if delete(i.unseenBy, page); c.isRemovable(i) {
		c.requestWrite()
	}
}

// callRoll asks the pages that have not seen everything, after a while, whether they are there,
// and tells them again. Pages that do not answer are gone or stand still. Records that are done
// do not wait for them: they find out by reading, and what they send again the server knows.
// What was cancelled the server does not know, so such a record waits for a day.
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

// itemsUnseen returns the items that are over and that some page that answers has not seen.
func (c *outboxClient) itemsUnseen() (all []*item) {
	for _, i := range c.items {
		if i.state.isOver() && slices.ContainsFunc(slices.Collect(maps.Keys(i.unseenBy)), func(page string) bool { return c.pages[page] }) {
			all = append(all, i)
		}
	}
	return all
}
