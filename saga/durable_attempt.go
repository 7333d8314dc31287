package saga

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A attempt is one attempt that an item makes. It is over as soon as the item is no longer
// sending, whatever the reason: what comes of the attempt after that is nobody's.
type attempt struct{ cancel context.CancelFunc }

// beginAttempt returns the turn that the item has been given, with the context of its effect;
// nil when that is over already.
func (i *item) beginAttempt(t *Task) (mine *attempt, ctx context.Context) {
	ctx, cancel := context.WithCancel(t.ctx)
	i.client.batch(func(*atom.Batch) {
		if i.state == sending && i.attempt == nil {
			mine = &attempt{cancel}
			i.attempt = mine
		}
	})
	if mine == nil {
		cancel()
	}
	return mine, ctx
}

func (i *item) cancelAttempt() {
	if i.attempt != nil {
		i.attempt.cancel()
		i.attempt = nil
	}
}

// perform makes one attempt. It is called when the item has its turn, on a goroutine of
// its own. One that cannot be applied by then has met a conflict, and is not sent.
func (i *item) perform(t *Task) {
	c := i.client
	mine, ctx := i.beginAttempt(t)
	if mine == nil || !c.isStillQueued(ctx, i) {
		return
	}
	over, conflict := false, error(nil)
	c.batch(func(b *atom.Batch) {
		c.checkOwner(b)
		if over = i.attempt != mine || c.ctx.Err() != nil; !over && t.isAway() && !t.confirmed {
			conflict = t.conflictErr()
		}
	})
	switch {
	case over:
		return
	case conflict != nil:
		c.settleItem(i, t, mine, nil, conflict)
		return
	}
	returned := false
	defer func() {
		if !returned { // the effect has taken its goroutine with it
			c.judge(i, t, mine, nil, exited())
		}
	}()
	made, err := t.attempt(ctx, t.program)
	c.judge(i, t, mine, made, err)
	returned = true
}

// freshMillis is for how long, in milliseconds, what was seen of a record is good enough to send it.
const freshMillis = 1000

// isStillQueued reports whether the record of an item still waits to be sent: this page may have
// stood still while another has cancelled it, or has sent it. That there is none says nothing.
func (c *outboxClient) isStillQueued(ctx context.Context, i *item) bool {
	order := int64(0)
	c.batch(func(*atom.Batch) {
		if age := time.Now().UnixMilli() - i.seenAt; age < 0 || age >= freshMillis {
			order = i.kept.Order
		}
	})
	if order == 0 {
		return true
	}
	r, there, err := c.outbox.Get(ctx, order)
	if err != nil || !there || r.ID != i.record.ID || r.normal().State == RecordQueued {
		return true
	}
	c.batch(func(*atom.Batch) { c.enqueue(func() { c.learn(r, true) }) })
	return false
}

// judge decides what follows from what an attempt has come to: what the effect has
// made, or its error.
func (c *outboxClient) judge(i *item, t *Task, mine *attempt, made any, err error) {
	over := false
	c.batch(func(b *atom.Batch) {
		c.checkOwner(b)
		over = i.attempt != mine
		if t.confirmed {
			err = nil // the base has it, whatever the effect says
		}
	})
	if over || t.ctx.Err() != nil || c.isClosed() {
		return // it has ended otherwise, or is another page's
	}
	backoff := t.spec.retry
	if isTemporary(err) {
		backoff.Retries = math.MaxInt
	}
	permanent := isPermanent(err)
	switch wait, again := t.tryAgain(i.failures+1, err, backoff); {
	case err == nil:
		c.settleItem(i, t, mine, made, nil)
	case isUnauthorized(err): // even where it would be permanent for a saga that is not durable
		c.batch(func(b *atom.Batch) { c.pauseSending(b, i, mine, true) })
	case isUnreachable(err) && !permanent:
		c.batch(func(b *atom.Batch) { c.pauseSending(b, i, mine, false) })
	case again:
		c.batch(func(b *atom.Batch) { c.retryLater(b, i, mine, wait) })
	default:
		c.settleItem(i, t, mine, nil, err)
	}
}

// settleItem ends the task as its effect has. The outbox is told first: whoever sees
// the task end may close the page.
func (c *outboxClient) settleItem(i *item, t *Task, mine *attempt, made any, err error) {
	var written <-chan struct{}
	c.batch(func(b *atom.Batch) {
		if i.attempt != mine {
			return
		}
		i.moveTo(settling)
		if err != nil {
			i.setRecordState(RecordRefused, err.Error(), "")
		} else {
			if made != nil { // nil when the base has it, and the effect has failed
				t.program.setResult(made)
			}
			made = t.program.result()
			result, _ := json.Marshal(made) // without it the others make no post-effect
			i.setRecordState(RecordDone, "", string(result))
			i.record.NoResult = made == noResult{}
		}
		written = c.flush()
		c.serverAnswered(b)
	})
	if written == nil {
		return
	}
	<-written
	if err == nil {
		t.succeed(t.program)
	} else {
		i.failTask(t, err)
	}
}

// retryLater has an item wait before it is tried again, and with it all that is about the
// same thing.
func (c *outboxClient) retryLater(b *atom.Batch, i *item, mine *attempt, wait time.Duration) {
	if i.attempt != mine {
		return
	}
	i.failures++
	i.moveTo(resting)
	i.task.setWaiting(true)
	time.AfterFunc(wait, func() {
		c.batch(func(b *atom.Batch) {
			if i.state == resting {
				i.moveTo(queued)
				c.startReady(b)
			}
		})
	})
	c.serverAnswered(b)
	i.task.notifyStatusIn(b)
}

// patchToSend keeps the patch of the first attempt before that is made.
func (i *item) patchToSend(patch []byte) []byte {
	c := i.client
	var written <-chan struct{}
	c.batch(func(b *atom.Batch) {
		if i.record.Sent != "" && !i.wasRefused {
			patch = []byte(i.record.Sent)
			return
		}
		i.record.Sent, i.wasRefused = string(patch), false
		if i.kept.Order != 0 {
			written = c.flush()
		}
	})
	if written != nil {
		<-written
	}
	return patch
}

// patchRefused is called when a server has refused the patch: the next one is another.
func (i *item) patchRefused() { i.client.batch(func(*atom.Batch) { i.wasRefused = true }) }

// Kinds of errors, told by a method as package saga/fetch's errors have it.

func isUnreachable(err error) bool {
	type unreachable interface {
		error
		Unreachable() bool
	}
	e, is := errors.AsType[unreachable](err)
	return errors.Is(err, ErrTimeout) || is && e.Unreachable()
}

func isUnauthorized(err error) bool {
	type unauthorized interface {
		error
		Unauthorized() bool
	}
	e, is := errors.AsType[unauthorized](err)
	return is && e.Unauthorized()
}

func isTemporary(err error) bool {
	type temporary interface {
		error
		Temporary() bool
	}
	e, is := errors.AsType[temporary](err)
	return is && e.Temporary()
}

func isPermanent(err error) bool {
	_, is := errors.AsType[*permanent](err)
	return is
}
