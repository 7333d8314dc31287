package saga

import (
	"fmt"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

func (c *outboxClient) snapshot() (s OutboxState) {
	s.Waiting = len(c.order)
	again := map[string]bool{}
	for _, i := range c.order {
		if i.record.Again != "" {
			again[i.record.Again] = true
		}
		if i.kept.Order == 0 {
			s.Unkept = append(s.Unkept, i.record)
		}
	}
	for _, i := range c.aside {
		if !again[i.record.ID] {
			s.Aside = append(s.Aside, i.record)
			for at := len(s.Aside) - 1; at > 0 && s.Aside[at].Order < s.Aside[at-1].Order; at-- {
				s.Aside[at], s.Aside[at-1] = s.Aside[at-1], s.Aside[at]
			}
		}
		if i.kept.Order == 0 {
			s.Unkept = append(s.Unkept, i.record)
		}
	}
	paused, login := c.probing, c.unauthorized
	if !c.owner && c.ownerSign.paused {
		paused, login = true, c.ownerSign.login
	}
	s.Paused, s.Unauthorized, s.Stalled = paused && !login, paused && login, c.stalled
	if c.writeErr != nil {
		s.Err = c.writeErr.Error()
	} else if c.readErr != nil {
		s.Err = c.readErr.Error()
	}
	return s
}

// sane returns what is wrong with the client.
func (c *outboxClient) sane(b *atom.Batch) error {
	running := 0
	for at, i := range c.order {
		switch {
		case !i.state.waits():
			return fmt.Errorf("%s is in the queue", i.state)
		case c.items[i.record.ID] != i || i.task == nil:
			return fmt.Errorf("what is in the queue is no item, or has no task")
		case at > 0 && c.order[at-1].compare(i) > 0:
			return fmt.Errorf("the queue is not in the order of the outbox")
		}
		if i.state == sending {
			running++
		}
		for _, x := range c.order[:at] {
			switch {
			case !x.overlaps(i):
			case x.state == sending && i.state == sending:
				return fmt.Errorf("two are sent that are about the same thing: %s, %s", x.record.Input, i.record.Input)
			case x.loggedAt > i.loggedAt && x.isInLog(b) && i.isInLog(b):
				return fmt.Errorf("the log is not in the order of the outbox: %s, %s", x.record.Input, i.record.Input)
			}
		}
	}
	if running != c.running {
		return fmt.Errorf("%d are sent, not %d", running, c.running)
	}
	for id, i := range c.items {
		switch {
		case i.record.ID != id:
			return fmt.Errorf("an item is under another's id")
		case i.state.waits() != slices.Contains(c.order, i):
			return fmt.Errorf("%s is not where it belongs", i.state)
		case i.state >= refused && !i.unreadable && itemStateOf(i.record) != i.state,
			i.state.waits() && i.state != settling && i.record.State != RecordQueued:
			return fmt.Errorf("%s has a record that is %q", i.state, i.record.State)
		case i.kept.Order != 0 && i.kept.Order != i.record.Order:
			return fmt.Errorf("the place of a record is not the one that it has")
		}
	}
	return nil
}

// itemStateOf returns the state of an item with that record.
func itemStateOf(r Record) itemState {
	switch r.State {
	case RecordRefused:
		return refused
	case RecordCancelled:
		return cancelled
	case RecordDone:
		return done
	}
	return queued
}
