package saga

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A durable saga, in a page, is an item: a state machine.
//
//	found ──> queued ──> sending ──> settling ──> done        nobody needs it any more
//	            ^  ^        │  │         └──────> refused     a person decides about it
//	            │  └────────┘  v                     │
//	            └────────── resting               cancelled   nobody needs it any more
//
// It waits in the queue, in the order of the outbox, until nothing before it is about
// the same thing (durable_queue.go); its effect is judged (durable_attempt.go); what
// has come of it is written, and then its task ends (durable_store.go). What a page
// writes it tells the others, and they go the same way, from queued to settling
// (durable_tabs.go). A record ends by a state that everybody has seen: that there is none
// says nothing, and has the page that shows it write it again.
//
// All of it is guarded by the store's lock. Events come in as methods that take a
// Batch; what they have done runs on goroutines of its own: an effect, a write, a timer.
type item struct {
	client   *outboxClient
	state    itemState
	record   Record   // as it should be in the outbox
	kept     Record   // as it is there, by a write that was completed or by a read; Order 0 when it is not
	seenAt   int64    // when it began to be read or written that way, in milliseconds of the clock
	task     *Task    // nil while it is not dispatched, and for ever when it cannot be
	attempt  *attempt // while an attempt is made
	runAgain func() *Task
	on       atom.Target // what it is about, as that is called now; nil before it is dispatched

	ranAt      uint64 // when it was dispatched, counted
	loggedAt   uint64 // when its update last entered the log, counted
	blocker    *item  // an earlier one about the same thing, when it was last looked for
	probedAt   uint64 // when it last found no server, counted
	failures   int    // that have failed, of those that count
	wasRefused bool   // of what was sent: another patch takes its place

	unkept      bool // the outbox has not taken it: it is sent by this page, or lost with it
	refusedHere bool // refused by this page, not by a server: what counts is what the owner makes of it
	unreadable  bool // refused because this version of the program cannot read it: another may
	decided     bool // the server has it, as another page has told
	missing     bool // the last read has not found it

	// Of one that is over, in the page that owns the outbox: the pages that may not
	// have seen it.
	unseenBy map[string]bool
}

type itemState uint8

const (
	found     itemState = iota // in the outbox, or not dispatched yet
	queued                     // waits for its turn
	sending                    // its effect runs in this page
	resting                    // its effect is tried again after a while
	settling                   // what has come of it is known, and its task about to end
	refused                    // set aside
	cancelled                  // by a person, before or after it was refused
	done                       // the server has it
)

func (s itemState) String() string {
	return [...]string{"found", "queued", "sending", "resting", "settling", "refused", "cancelled", "done"}[s]
}

// waits reports whether the server's answer is still to come.
func (s itemState) waits() bool { return s >= queued && s <= settling }

// isOver reports whether nobody needs the item any more.
func (s itemState) isOver() bool { return s >= cancelled }

// transitions has the states that may follow each.
var transitions = [...][]itemState{
	found:     {queued, refused, cancelled, done},
	queued:    {sending, settling, refused, cancelled, done},
	sending:   {queued, resting, settling, refused, cancelled, done},
	resting:   {queued, settling, refused, cancelled, done},
	settling:  {refused, cancelled, done},
	refused:   {cancelled, done},
	cancelled: {},
	done:      {},
}

func newItem(c *outboxClient, r Record) *item { return &item{client: c, record: r} }

// moveTo is the one place in which an item changes its state.
func (i *item) moveTo(state itemState) {
	if !slices.Contains(transitions[i.state], state) {
		panic(fmt.Sprintf("saga: a durable saga that is %s cannot become %s", i.state, state))
	}
	c := i.client
	switch i.state {
	case sending:
		c.running--
		i.cancelAttempt()
	case refused:
		c.aside = slices.DeleteFunc(c.aside, func(x *item) bool { return x == i })
	}
	switch i.state = state; state {
	case sending:
		c.running++
	case refused:
		c.aside = append(c.aside, i)
	}
}

func (i *item) id() string { return i.record.ID }

// setRecordState has the outbox keep what has become of the item.
func (i *item) setRecordState(state RecordState, reason, result string) {
	i.record.State, i.record.Reason, i.record.Result = state, reason, result
	i.record.Since = time.Now().UnixMilli()
}

// makeRoom takes out of the log what comes after the item in the order of the outbox and
// is about the same thing, before the item is dispatched; restore puts that back.
// So a change that is heard of late is made on what it was made on in its page.
func (i *item) makeRoom(b *atom.Batch, t *Task) (restore func()) {
	c := i.client
	putBack := func() {}
	if i.record.Order != 0 {
		c.followRenames(b)
		putBack = c.takeOutOfLog(b, c.laterThan(i, atom.Current(b, t.spec.on)))
	}
	return func() {
		putBack()
		c.refresh(b)
	}
}

// canWait reports whether the task stays although it cannot be applied: an earlier change that
// is in its way may be taken back. Whether it can is decided when it has its turn, by the
// page that sends it; until then it is away from the log.
func (i *item) canWait(*Task) bool {
	switch i.state {
	case found:
		return i.kept.Order != 0
	case queued, resting, settling:
		return true
	}
	return false
}

// wentAway is called when it stays for that reason.
func (i *item) wentAway(*Task) {
	c := i.client
	c.batch(func(b *atom.Batch) {
		if i.state == settling {
			c.enqueue(i.endAsRecorded)
		}
		c.mayReenter = true
		c.refresh(b)
	})
}

// reenter has an item that is away enter the log where it belongs, if it can be applied.
func (i *item) reenter(b *atom.Batch, t *Task) {
	c := i.client
	putBack := c.takeOutOfLog(b, c.laterThan(i, i.on))
	i.loggedAt = c.nextNumber()
	t.enterAgain(b)
	putBack()
}

func (i *item) isInLog(b *atom.Batch) bool {
	out := func(e *atom.Entry) bool { return !e.Live(b) }
	return !i.task.isAway() && !slices.ContainsFunc(i.task.entries, out)
}

// failTask ends the task.
func (i *item) failTask(t *Task, err error) {
	away := false
	i.client.batch(func(*atom.Batch) { away = t.isAway() && t.conflict != nil })
	if away {
		t.end(Conflict, t.conflictErr(), t.drop)
	} else {
		t.fail(err)
	}
}

// entered is called when the update is in the log, in the same batch, before what comes
// after it is put back: so the
// order of the outbox is the one of the log.
func (i *item) entered(b *atom.Batch, t *Task) {
	c := i.client
	t.setWaiting(true)
	i.task = t
	i.on = atom.Current(b, t.spec.on)
	i.ranAt = c.nextNumber()
	i.loggedAt = i.ranAt
	i.moveTo(queued)
	c.items[i.record.ID] = i
	c.insert(i)
	c.mayReenter = true
	c.requestWrite()
	if c.outbox == nil {
		i.unkept = true
	}
}

// showFailure shows the failure of an item that was set aside before the page
// was opened.
func (i *item) showFailure(l *spec) {
	t := newTask(l, l.instantiate())
	i.client.batch(func(*atom.Batch) { i.task = t })
	t.end(Failed, errors.New(i.record.Reason), func(b *atom.Batch) error {
		// It enters the log and leaves at once, so that the failure shows beside
		// what it would have changed.
		if e, err := atom.Dispatch(b, t.program.edits()...); err == nil {
			t.entries = append(t.entries, e)
			e.Drop(b)
		}
		return nil
	})
}

// ended is called when the task has ended, in the same batch. Unless it is known what
// has become of it, this page has made it so: the user has cancelled it, or it
// could not be applied.
func (i *item) ended(b *atom.Batch, t *Task) {
	c := i.client
	if c.items[i.record.ID] != i || i.state >= refused {
		return // the update was refused, and never became an item; or it is known already
	}
	i.task = t
	switch {
	case i.state == settling:
		i.moveTo(itemStateOf(i.record))
	case t.failed():
		i.moveTo(refused)
		i.setRecordState(RecordRefused, t.Err().Error(), "")
		i.refusedHere = true
	case t.State() == Succeeded: // the base has it, or it has no effect
		i.moveTo(done)
		i.setRecordState(RecordDone, "", "")
	default:
		i.moveTo(cancelled)
		i.setRecordState(RecordCancelled, "", "")
	}
	c.remove(i)
	c.mayReenter = true
	c.afterSettled(i)
	c.refresh(b)
}

// endAsRecorded ends the task as it has ended in the page that has performed the effect.
func (i *item) endAsRecorded() {
	t := i.task
	switch i.record.State {
	case RecordRefused:
		i.failTask(t, errors.New(i.record.Reason))
	case RecordDone:
		p := t.program
		if i.record.NoResult {
			p.setResult(noResult{})
		} else if made := p.result(); made != nil && json.Unmarshal([]byte(i.record.Result), made) != nil {
			p = unanswered{p}
		}
		t.succeed(p)
	default:
		t.Cancel()
	}
}

// unanswered is work whose effect has succeeded in a page that could not say
// with what result.
type unanswered struct{ program }

var errUnanswered = errors.New("the answer went to another page")

func (unanswered) post(*atom.Batch) (*atom.Entry, error) { return nil, errUnanswered }

// dismissed is called when a person has decided that the change is not to be made.
func (i *item) dismissed() {
	i.client.batch(func(b *atom.Batch) {
		i.client.dismiss(i)
		i.client.refresh(b)
	})
}

// retry runs the saga of a refused item again, as a new one. The record of this one stays
// until something has come of that.
func (i *item) retry() *Task { return i.runAgain() }
