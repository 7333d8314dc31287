package saga

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A turn is one attempt that an item makes. It is over as soon as the item is no longer
// sending, whatever the reason: what comes of the attempt after that is nobody's.
type turn struct{ cancel context.CancelFunc }

// takeTurn returns the turn that the item has been given, with the context of its effect;
// nil when that is over already.
func (i *item) takeTurn(t *Task) (mine *turn, ctx context.Context) {
	ctx, cancel := context.WithCancel(t.ctx)
	i.client.in(func(*atom.Batch) {
		if i.state == sending && i.turn == nil {
			mine = &turn{cancel}
			i.turn = mine
		}
	})
	if mine == nil {
		cancel()
	}
	return mine, ctx
}

func (i *item) endTurn() {
	if i.turn != nil {
		i.turn.cancel()
		i.turn = nil
	}
}

// perform makes one attempt. It is called when the item has its turn, on a goroutine of
// its own. One that cannot be applied by then has met a conflict, and is not sent.
func (i *item) perform(t *Task) {
	c := i.client
	mine, ctx := i.takeTurn(t)
	if mine == nil || !c.look(ctx, i) {
		return
	}
	over, conflict := false, error(nil)
	c.in(func(b *atom.Batch) {
		c.checkOwner(b)
		if over = i.turn != mine || c.ctx.Err() != nil; !over && t.isAway() && !t.confirmed {
			conflict = t.conflictErr()
		}
	})
	switch {
	case over:
		return
	case conflict != nil:
		c.settle(i, t, mine, nil, conflict)
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

// fresh is for how long, in milliseconds, what was seen of a record is good enough to send it.
const fresh = 1000

// look reports whether the record of an item still waits to be sent: this page may have
// stood still while another has cancelled it, or has sent it. That there is none says nothing.
func (c *client) look(ctx context.Context, i *item) bool {
	order := int64(0)
	c.in(func(*atom.Batch) {
		if age := time.Now().UnixMilli() - i.seen; age < 0 || age >= fresh {
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
	c.in(func(*atom.Batch) { c.takeIn(func() { c.learn(r, true) }) })
	return false
}

// judge decides what follows from what an attempt has come to: what the effect has
// made, or its error.
func (c *client) judge(i *item, t *Task, mine *turn, made any, err error) {
	over := false
	c.in(func(b *atom.Batch) {
		c.checkOwner(b)
		over = i.turn != mine
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
	switch wait, again := t.tryAgain(i.tries+1, err, backoff); {
	case err == nil:
		c.settle(i, t, mine, made, nil)
	case isUnauthorized(err): // even where it would be permanent for a saga that is not durable
		c.in(func(b *atom.Batch) { c.pause(b, i, mine, true) })
	case isUnreachable(err) && !permanent:
		c.in(func(b *atom.Batch) { c.pause(b, i, mine, false) })
	case again:
		c.in(func(b *atom.Batch) { c.rest(b, i, mine, wait) })
	default:
		c.settle(i, t, mine, nil, err)
	}
}

// settle ends the task as its effect has. The outbox is told first: whoever sees
// the task end may close the page.
func (c *client) settle(i *item, t *Task, mine *turn, made any, err error) {
	var written <-chan struct{}
	c.in(func(b *atom.Batch) {
		if i.turn != mine {
			return
		}
		i.become(settling)
		if err != nil {
			i.mark(RecordRefused, err.Error(), "")
		} else {
			if made != nil { // nil when the base has it, and the effect has failed
				t.program.setResult(made)
			}
			made = t.program.result()
			result, _ := json.Marshal(made) // without it the others make no post-effect
			i.mark(RecordDone, "", string(result))
			i.record.NoResult = made == noResult{}
		}
		written = c.save()
		c.resume(b)
	})
	if written == nil {
		return
	}
	<-written
	if err == nil {
		t.succeed(t.program)
	} else {
		i.fail(t, err)
	}
}

// rest has an item wait before it is tried again, and with it all that is about the
// same thing.
func (c *client) rest(b *atom.Batch, i *item, mine *turn, wait time.Duration) {
	if i.turn != mine {
		return
	}
	i.tries++
	i.become(resting)
	i.task.setWaiting(true)
	time.AfterFunc(wait, func() {
		c.in(func(b *atom.Batch) {
			if i.state == resting {
				i.become(queued)
				c.advance(b)
			}
		})
	})
	c.resume(b)
	i.task.notifyStatusIn(b)
}

// patchToSend keeps the patch of the first attempt before that is made.
func (i *item) patchToSend(patch []byte) []byte {
	c := i.client
	var written <-chan struct{}
	c.in(func(b *atom.Batch) {
		if i.record.Sent != "" && !i.refusal {
			patch = []byte(i.record.Sent)
			return
		}
		i.record.Sent, i.refusal = string(patch), false
		if i.kept.Order != 0 {
			written = c.save()
		}
	})
	if written != nil {
		<-written
	}
	return patch
}

// patchRefused is called when a server has refused the patch: the next one is another.
func (i *item) patchRefused() { i.client.in(func(*atom.Batch) { i.refusal = true }) }

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
