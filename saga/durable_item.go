package saga

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// item is the life of one record in one page: a state machine. An event is a method that takes
// a batch; moveTo changes the state; the actions that follow (an effect, a write, a timer) run
// on goroutines of their own.
//
//	state      what it means                                next, and why
//	found      the record is in the outbox, and was not     queued: its saga is dispatched
//	           dispatched yet                               refused: it is set aside, or cannot be revived
//	                                                        done: a base contains the change
//	queued     waits until nothing before it overlaps it    sending: it is its turn, and this page owns the outbox
//	                                                        settling: another page has told the outcome
//	sending    its effect runs in this page                 settling: the effect has an outcome, which is written
//	                                                        resting: to be tried again, by its Backoff
//	                                                        queued: no server, or this page lost the outbox
//	resting    waits for its next attempt                   queued: the time has passed
//	                                                        settling: another page has told the outcome
//	settling   its outcome is known; its task is to end     done, refused, cancelled: the task has ended
//	refused    is set aside, a person decides               cancelled: dismissed
//	                                                        done: another page has made it after all
//	cancelled  is over                                      none
//	done       is over: the server has the change           none
//
// A task that ends otherwise, because it is cancelled, meets a conflict, or is confirmed by a
// base, takes its item from any state that waits to cancelled, refused or done.
//
// Everything here is guarded by the store's lock. A record leaves the outbox once all pages
// have seen that its item is over (durable_tabs.go). A missing record means nothing: the page
// that shows it writes it again.
type item struct {
	client   *outboxClient
	state    itemState
	record   Record       // as it should be in the outbox
	kept     Record       // as it is in the outbox, by a completed write or a read; Order 0 if it is not
	seenAt   int64        // when that read or write began, in milliseconds of Unix time
	task     *Task        // nil before it is dispatched, and if it cannot be
	attempt  *attempt     // nil unless it is sending
	runAgain func() *Task // runs the saga as a new item
	on       atom.Target  // its atom under its current name; nil before it is dispatched

	ranAt      uint64 // the number (nextNumber) of its dispatch
	loggedAt   uint64 // the number of its update's last entry into the log
	probedAt   uint64 // the number of its last attempt that found no server
	blocker    *item  // one that isBlocked has found
	failures   int    // attempts that count for the Backoff
	wasRefused bool   // its patch: the next attempt sends another

	unkept      bool // the outbox could not keep it: this page sends it, or it is lost
	refusedHere bool // by this page, not by a server: what the owner makes of it counts
	unreadable  bool // refused because this version of the program cannot read it
	decided     bool // the server has it, as another page has told
	missing     bool // the last read has not found its record

	// unseenBy has the pages that may not have seen that the item is over. The page that owns
	// the outbox has it.
	unseenBy map[string]bool
}

func newItem(c *outboxClient, r Record) *item { return &item{client: c, record: r} }

// moveTo changes the state. Nothing else does.
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

// setRecordState sets what the outbox is to keep of the item.
func (i *item) setRecordState(state RecordState, reason, result string) {
	i.record.State, i.record.Reason, i.record.Result = state, reason, result
	i.record.Since = time.Now().UnixMilli()
}

// makeRoom takes out of the log the later items that overlap the one that is to be dispatched;
// restore puts them back. So a change that this page hears of late is made on the same state as
// in the page that has run it.
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

// canWait reports whether the task goes on although its change cannot be applied: an earlier
// change that is in its way may be taken back. Whether it can is decided when it is its turn,
// by the page that sends it.
func (i *item) canWait(*Task) bool {
	switch i.state {
	case found:
		return i.kept.Order != 0
	case queued, resting, settling:
		return true
	}
	return false
}

// wentAway is called after the change has left the log for that reason.
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

// reenter enters a change that is away at its place in the log, if it can be applied.
func (i *item) reenter(b *atom.Batch, t *Task) {
	c := i.client
	putBack := c.takeOutOfLog(b, c.laterThan(i, i.on))
	i.loggedAt = c.nextNumber()
	t.enterAgain(b)
	putBack()
}

// isInLog reports whether the change is in the log, all of it.
func (i *item) isInLog(b *atom.Batch) bool {
	out := func(e *atom.Entry) bool { return !e.Live(b) }
	return !i.task.isAway() && !slices.ContainsFunc(i.task.entries, out)
}

// failTask ends the task as failed, or as a conflict if its change is away from the log.
func (i *item) failTask(t *Task, err error) {
	away := false
	i.client.batch(func(*atom.Batch) { away = t.isAway() && t.conflict != nil })
	if away {
		t.end(Conflict, t.conflictErr(), t.drop)
	} else {
		t.fail(err)
	}
}

// entered is called when the update is in the log, in the same batch, before makeRoom's restore:
// so the order of the log is that of the outbox.
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

// showFailure makes a failed task of an item that was set aside before the page was opened.
func (i *item) showFailure(sp *spec) {
	t := newTask(sp, sp.instantiate())
	i.client.batch(func(*atom.Batch) { i.task = t })
	t.end(Failed, errors.New(i.record.Reason), func(b *atom.Batch) error {
		// The entry tells FailureOn what the task would have changed.
		if e, err := atom.Dispatch(b, t.program.edits()...); err == nil {
			t.entries = append(t.entries, e)
			e.Drop(b)
		}
		return nil
	})
}

// ended is called when the task has ended, in the same batch. Unless the item is settling, the
// task has ended for a reason of this page: the user has cancelled it, or it could not be
// applied.
func (i *item) ended(b *atom.Batch, t *Task) {
	c := i.client
	if c.items[i.record.ID] != i || i.state >= refused {
		return // the update was refused and never became an item, or this is known already
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

// endAsRecorded ends the task as the record says, which the page that has performed the effect
// has written.
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

// unanswered is a program whose effect has succeeded in another page, with a result that this
// one cannot read.
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

// retry runs the saga of a refused item as a new one. The record of this one stays until the
// outcome of that is known.
func (i *item) retry() *Task { return i.runAgain() }
