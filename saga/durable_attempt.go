package saga

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// attempt is one call of an item's effect. It is over as soon as the item is no longer
// sending, whatever the reason: what the effect returns after that is ignored.
type attempt struct{ cancel context.CancelFunc }

// beginAttempt returns a new attempt and the context of its effect; nil when the item is no
// longer sending.
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

// perform makes one attempt. It is called on the effect's goroutine once the item is sending.
// A change that cannot be applied by then is not sent: it is a conflict.
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
		if !returned { // the effect has ended its goroutine
			c.judge(i, t, mine, nil, exited())
		}
	}()
	made, err := t.attempt(ctx, t.program)
	c.judge(i, t, mine, made, err)
	returned = true
}

// freshMillis is how long a record that was read may be sent without reading it again.
const freshMillis = 1000

// isStillQueued reports whether the record of an item still waits to be sent. This page may
// have stood still while another has cancelled it, or has sent it. A missing record means
// nothing.
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

// judge decides what follows from the outcome of an attempt: see the table of [Define].
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
		return // the task has ended otherwise, or another page sends it
	}
	backoff := t.spec.retry
	if isTemporary(err) {
		backoff.Retries = math.MaxInt
	}
	permanent := isPermanent(err)
	switch wait, again := t.tryAgain(i.failures+1, err, backoff); {
	case err == nil:
		c.settleItem(i, t, mine, made, nil)
	case isUnauthorized(err): // even if it is marked by Permanent, for sagas that are not durable
		c.batch(func(b *atom.Batch) { c.pauseSending(b, i, mine, true) })
	case isUnreachable(err) && !permanent:
		c.batch(func(b *atom.Batch) { c.pauseSending(b, i, mine, false) })
	case again:
		c.batch(func(b *atom.Batch) { c.retryLater(b, i, mine, wait) })
	default:
		c.settleItem(i, t, mine, nil, err)
	}
}

// settleItem ends the task as its effect has. The outcome is written to the outbox first:
// whoever sees the task end may close the page.
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
			if made != nil { // nil when the base has the change, and the effect has failed
				t.program.setResult(made)
			}
			made = t.program.result()
			result, _ := json.Marshal(made) // on an error the other pages run no post-effect
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

// retryLater has an item wait before the next attempt, and with it all later ones that overlap
// it.
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

// patchToSend returns the patch that the first attempt has sent. If this is the first, it
// returns patch, once that is written to the outbox.
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

// patchRefused says that the server has refused the patch: the next attempt sends another.
func (i *item) patchRefused() { i.client.batch(func(*atom.Batch) { i.wasRefused = true }) }
