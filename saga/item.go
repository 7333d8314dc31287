package saga

import (
	"encoding/json"
	"errors"
	"math"

	"github.com/atomsaga/atomsaga/atom"
)

// An item is a durable saga in one page: its record, and the task that shows it
// there. It begins with Run, or with a record that was found in the outbox.
// What changes is guarded by the keeper's lock.
type item struct {
	keeper *keeper
	record Record
	task   *Task // nil while it is not dispatched, and for ever when it cannot be
	again  func() *Task
	logged uint64 // when its update entered the log, counted

	row     *row
	turn    chan struct{} // to perform the effect
	resting bool          // between two attempts
	unkept  bool          // the outbox has not taken it: it is sent by this page, or lost with it

	over    bool // what has become of it is known
	aside   bool
	dropped bool         // set aside by this page, not by a server
	told    chan message // what has become of it in another page
}

func newItem(k *keeper, r Record) *item {
	return &item{keeper: k, record: r, turn: make(chan struct{}, 1), told: make(chan message, 1)}
}

func (i *item) id() string { return i.record.ID }

func (i *item) retry() *Task { return i.again() }

// entered is called when the update is in the log, in the same batch: so the
// order of the outbox is the one of the log.
func (i *item) entered(b *atom.Batch, t *Task) {
	k := i.keeper
	k.mu.Lock()
	t.setWaiting(true)
	i.task = t
	k.items[i.record.ID] = i
	k.join(i)
	i.logged = k.count()
	switch {
	case i.record.Order != 0:
	case k.outbox == nil:
		i.unkept = true
	default:
		k.unstored = append(k.unstored, i)
		if !k.storing {
			k.storing = true
			go k.storeAll()
		}
	}
	k.mu.Unlock()
	k.align(b, i.row)
	k.state.Set(b, k.now())
}

// failBefore shows the failure of an item that was set aside before the page
// was opened.
func (i *item) failBefore(l *launch) {
	t := newTask(l, l.begin())
	k := i.keeper
	k.mu.Lock()
	i.task, i.over, i.aside = t, true, true
	k.mu.Unlock()
	t.end(Failed, errors.New(i.record.Reason), func(b *atom.Batch) error {
		// It enters the log and leaves at once, so that the failure shows beside
		// what it would have changed.
		if e, err := atom.DispatchAll(b, t.work.edits()...); err == nil {
			t.entries = append(t.entries, e)
			e.Drop(b)
		}
		return nil
	})
}

// perform waits for its turn and performs the effect, until there is an answer,
// here or in another page.
func (i *item) perform(t *Task) {
	k := i.keeper
	for n := 1; i.mayPerform(t); {
		t.setWaiting(false)
		t.nudge()
		err := t.attempt(t.work)
		if t.ctx.Err() != nil || k.closed() {
			k.pass(i)
			return
		}
		if isUnreachable(err) && !isPermanent(err) {
			t.setWaiting(true)
			t.nudge()
			k.pause(i)
			continue
		}
		k.resume()
		backoff := t.launch.retry
		if isTemporary(err) {
			backoff.Retries = math.MaxInt
		}
		wait, again := backoff.next(n, err)
		if err == nil || !again {
			i.settle(t, err)
			return
		}
		n++
		t.setWaiting(true)
		t.nudge()
		k.rest(i, wait)
	}
}

// exited settles the task of an effect that cannot return.
func (i *item) exited(t *Task, err error) {
	if t.ctx.Err() != nil || i.keeper.closed() {
		i.keeper.pass(i)
	} else {
		i.settle(t, err)
	}
}

// sending keeps the patch of the first attempt before that is made.
func (i *item) sending(patch []byte) []byte {
	k := i.keeper
	k.mu.Lock()
	first := i.record.Sent == ""
	if first {
		i.record.Sent = string(patch)
	}
	record := i.record
	k.mu.Unlock()
	if first && !i.unkept {
		_, err := k.outbox.Put(k.ctx, []Record{record})
		k.trouble(err)
	}
	return []byte(record.Sent)
}

// mayPerform waits for the turn; false when the effect is not this page's to
// perform, or no more.
func (i *item) mayPerform(t *Task) bool {
	select {
	case <-i.turn:
		return true
	case m := <-i.told:
		i.follow(t, m)
	case <-t.ctx.Done():
	case <-i.keeper.done():
	}
	return false
}

// settle ends the task as its effect has. The outbox is told first: whoever sees
// the task end may close the page.
func (i *item) settle(t *Task, err error) {
	k := i.keeper
	k.mu.Lock()
	if i.over = true; err != nil {
		i.record.Reason, i.aside = err.Error(), true
	} else {
		k.forget(i)
	}
	k.leave(i)
	k.mu.Unlock()
	if err == nil {
		made := t.work.result()
		result, _ := json.Marshal(made) // without it the others make no post-effect
		k.erase(i)
		k.tell(message{Is: succeeded, ID: i.record.ID, Result: result, NoResult: made == noResult{}})
	} else {
		k.write(i)
	}
	k.publish()
	if err == nil {
		t.succeed(t.work)
	} else {
		t.fail(err)
	}
	k.pass(i)
}

// follow ends the task as it has ended in the page that owns the outbox.
func (i *item) follow(t *Task, m message) {
	if m.Is == failed {
		t.fail(errors.New(m.Reason))
		return
	}
	w := t.work
	if m.NoResult {
		w.keep(noResult{})
	} else if made := w.result(); made != nil && json.Unmarshal(m.Result, made) != nil {
		w = unanswered{w}
	}
	t.succeed(w)
}

// unanswered is work whose effect has succeeded in a page that could not say
// with what result.
type unanswered struct{ work }

var errUnanswered = errors.New("the answer went to another page")

func (unanswered) post(*atom.Batch) (*atom.Entry, error) { return nil, errUnanswered }

// ended is called when the task is over. Unless that came from the effect, this
// page has made it so: the user has cancelled it, or it could not be applied.
func (i *item) ended(t *Task) {
	k := i.keeper
	k.mu.Lock()
	if i.over || k.items[i.record.ID] != i {
		k.mu.Unlock()
		return // it knows; or the update was refused, and never became an item
	}
	i.task, i.over = t, true
	k.leave(i)
	k.advance()
	owner := k.owner
	if t.failed() {
		i.aside, i.dropped, i.record.Reason = true, true, t.Err().Error()
	} else {
		k.forget(i)
	}
	k.mu.Unlock()
	k.publish()
	switch {
	case !i.aside:
		go k.remove(i, cancelled)
	case owner:
		go k.write(i)
	}
}

// dismissed is called when the failure has been. The store may be locked.
func (i *item) dismissed() { go i.keeper.discard(i) }
