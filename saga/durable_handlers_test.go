package saga_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

func TestASecondUseOutboxPanicsAndLeavesTheStoreUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		s, close := d.open()
		defer close()
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			saga.UseOutbox(s, d.memory.Open(), func(atom.Reader) bool { return true })
		}()
		if err := setName.Run(s, rename{"a", "new"}).Wait(t.Context()); err != nil {
			t.Error(err)
		}
		if state := saga.OutboxOf(s).State().Get(s); state.Waiting != 0 || state.Err != "" {
			t.Errorf("the outbox is %+v", state)
		}
	})
}

// A stuckOutbox answers nothing before it is told to, like a browser whose events
// cannot come before the handler returns that waits for them.
type stuckOutbox struct {
	saga.Outbox
	stuck chan struct{}
}

func (o *stuckOutbox) wait() { <-o.stuck }

func (o *stuckOutbox) Put(ctx context.Context, records []saga.Record) ([]saga.Record, error) {
	o.wait()
	return o.Outbox.Put(ctx, records)
}

func (o *stuckOutbox) Remove(ctx context.Context, orders ...int64) error {
	o.wait()
	return o.Outbox.Remove(ctx, orders...)
}

func (o *stuckOutbox) All(ctx context.Context) ([]saga.Record, error) {
	o.wait()
	return o.Outbox.All(ctx)
}

func (o *stuckOutbox) Get(ctx context.Context, order int64) (saga.Record, bool, error) {
	o.wait()
	return o.Outbox.Get(ctx, order)
}

func (o *stuckOutbox) Own(ctx context.Context) (context.Context, error) {
	o.wait()
	return o.Outbox.Own(ctx)
}

// Whatever a handler of the browser calls returns before the outbox has said anything.
func TestNothingThatAHandlerCallsWaitsForTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errRefused }
		page := &stuckOutbox{d.memory.Open(), make(chan struct{})}
		close(page.stuck)
		s := atom.NewStore()
		names.Set(s, map[string]string{"a": "old", "b": "old"})
		stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
		synctest.Wait()
		refused := make([]*saga.Task, 3)
		for n := range refused {
			refused[n] = setName.Run(s, rename{"a", "new"})
			refused[n].Wait(t.Context())
		}
		d.put(saga.Record{ID: "unknown", Name: "test.gone"})

		page.stuck = make(chan struct{})
		began := time.Now()
		saga.OutboxOf(s).Discard(refused[0].ID())
		refused[1].Dismiss()
		again := refused[2].Retry()
		setName.Run(s, rename{"b", "new"}).Cancel()
		again.Cancel()
		next := atom.NewStore()
		names.Set(next, map[string]string{"a": "old", "b": "old"})
		stopNext := saga.UseOutbox(next, page, func(atom.Reader) bool { return true })
		setName.Run(next, rename{"b", "new"})
		saga.OutboxOf(next).Discard("unknown")
		stopNext()
		stop()
		if took := time.Since(began); took != 0 {
			t.Errorf("they have waited %v", took)
		}
		close(page.stuck)
		time.Sleep(time.Hour)
	})
}
