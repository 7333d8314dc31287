package saga

import (
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// perform makes one attempt. It is called when the item has its turn, on a goroutine of
// its own. One that cannot be applied by then has met a conflict, and is not sent.
func (i *item) perform(t *Task) {
	var clash error
	i.client.in(func(*atom.Batch) {
		if t.isAway() && !t.confirmed {
			clash = t.clashErr()
		}
	})
	if clash != nil {
		i.client.settle(i, t, nil, clash)
		return
	}
	made, err := t.attempt(t.work)
	i.client.judge(i, t, made, err)
}

// exited is called in place of judge when the effect has taken its goroutine with it.
func (i *item) exited(t *Task, err error) { i.client.judge(i, t, nil, err) }

// judge decides what follows from what an attempt has come to: what the effect has
// made, or its error.
func (c *client) judge(i *item, t *Task, made any, err error) {
	c.in(func(b *atom.Batch) {
		if t.confirmed {
			err = nil // the base has it, whatever the effect says
		}
	})
	if t.ctx.Err() != nil || c.isClosed() {
		return // it has ended otherwise, or is the next page's
	}
	backoff := t.launch.retry
	if isTemporary(err) {
		backoff.Retries = math.MaxInt
	}
	permanent := isPermanent(err)
	switch wait, again := t.tryAgain(i.tries+1, err, backoff); {
	case err == nil:
		c.settle(i, t, made, nil)
	case isUnauthorized(err): // even where it would be permanent for a saga that is not durable
		c.in(func(b *atom.Batch) { c.pause(b, i, true) })
	case isUnreachable(err) && !permanent:
		c.in(func(b *atom.Batch) { c.pause(b, i, false) })
	case again:
		c.in(func(b *atom.Batch) { c.rest(b, i, wait) })
	default:
		c.settle(i, t, nil, err)
	}
}

// settle ends the task as its effect has. The outbox is told first: whoever sees
// the task end may close the page.
func (c *client) settle(i *item, t *Task, made any, err error) {
	var written <-chan struct{}
	c.in(func(b *atom.Batch) {
		if i.state != sending {
			return
		}
		i.become(settling)
		if err != nil {
			i.mark(RecordRefused, err.Error(), "")
		} else {
			if made != nil { // nil when the base has it, and the effect has failed
				t.work.keep(made)
			}
			made = t.work.result()
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
		t.succeed(t.work)
	} else {
		i.fail(t, err)
	}
}

// rest has an item wait before it is tried again, and with it all that is about the
// same thing.
func (c *client) rest(b *atom.Batch, i *item, wait time.Duration) {
	if i.state != sending {
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
	i.task.nudgeIn(b)
}

// sending keeps the patch of the first attempt before that is made.
func (i *item) sending(patch []byte) []byte {
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

// refused is called when a server has refused the patch: the next one is another.
func (i *item) refused() { i.client.in(func(*atom.Batch) { i.refusal = true }) }

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
