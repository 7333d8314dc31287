package saga

import (
	"encoding/json"
)

// A message is what one page tells the others. ID is the record's.
type message struct {
	Is     event   `json:"is"`
	ID     string  `json:"id,omitempty"`
	Record *Record `json:"record,omitempty"` // added
	Reason string  `json:"reason,omitempty"` // failed
	Paused bool    `json:"paused,omitempty"` // resting

	// When it has succeeded: what the effect has made, or that it has made nothing.
	Result   json.RawMessage `json:"result,omitempty"`
	NoResult bool            `json:"noResult,omitempty"`
}

type event string

const (
	hello     event = "hello" // a page has been opened
	owned     event = "owned" // the outbox, by another page now
	added     event = "added"
	succeeded event = "succeeded"
	failed    event = "failed"    // and set aside
	cancelled event = "cancelled" // and removed
	dismissed event = "dismissed" // after it had been set aside
	network   event = "network"   // the owner pauses, or goes on
)

func (k *keeper) tell(m message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.say(m)
}

// say is tell under the lock: what is told of the state of the keeper arrives in
// the order in which that has changed.
func (k *keeper) say(m message) {
	if k.outbox == nil {
		return
	}
	if text, err := json.Marshal(m); err == nil {
		k.outbox.Tell(text)
	}
}

func (k *keeper) hear(text []byte) {
	var m message
	if json.Unmarshal(text, &m) != nil {
		return // from another version of the program
	}
	switch m.Is {
	case hello:
		k.welcome()
		k.review()
		return
	case owned, network:
		k.mu.Lock()
		k.elsewhere = m.Paused
		k.mu.Unlock()
		k.publish()
		if m.Is == owned {
			k.review()
		}
		return
	}
	k.intake.Lock()
	defer k.intake.Unlock()
	switch {
	case m.Is == added && k.ready:
		k.meet(*m.Record)
	case m.Is == added:
		k.found = append(k.found, *m.Record)
	case k.ready:
		k.settled(m)
	default:
		k.early[m.ID] = m
	}
}

// welcome answers a page that was opened. That is the next start for a record
// whose page was gone before it could say that it was added.
func (k *keeper) welcome() {
	k.mu.Lock()
	owner := k.owner
	if owner {
		k.say(message{Is: network, Paused: k.probing})
	}
	k.mu.Unlock()
	if !owner {
		return
	}
	records := k.all()
	k.intake.Lock()
	defer k.intake.Unlock()
	for _, r := range records {
		if k.meet(r) {
			k.tell(message{Is: added, Record: &r})
		}
	}
}

// settled hands on what has become of an item in another page.
func (k *keeper) settled(m message) {
	k.mu.Lock()
	i := k.items[m.ID]
	if i == nil {
		k.gone.add(m.ID)
		k.mu.Unlock()
		return
	}
	live := !i.over
	switch {
	case m.Is != failed:
		k.forget(i)
	case live:
		i.aside, i.record.Reason = true, m.Reason
	}
	i.over = true
	k.leave(i)
	k.advance()
	k.mu.Unlock()
	k.publish()
	switch {
	case i.task == nil:
	case m.Is == cancelled, m.Is == dismissed:
		i.task.Cancel() // does nothing to one that has failed
		i.task.Dismiss()
	case live:
		i.told <- m
	}
}

// A memory is the last ids of what is over: a message about one may be late.
type memory struct {
	ids   map[string]bool
	order []string
}

func (m *memory) has(id string) bool { return m.ids[id] }

func (m *memory) add(id string) {
	if m.ids == nil {
		m.ids = map[string]bool{}
	}
	if m.ids[id] {
		return
	}
	m.ids[id] = true
	if m.order = append(m.order, id); len(m.order) > 1000 {
		delete(m.ids, m.order[0])
		m.order = m.order[1:]
	}
}
