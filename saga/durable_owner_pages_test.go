package saga_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A frozenPage hears nothing, tells nothing and writes nothing while it stands still.
type frozenPage struct {
	*outbox.Page
	frozen atomic.Pointer[chan struct{}] // nil, or closed, when it does not
}

func (p *frozenPage) wait() {
	if frozen := p.frozen.Load(); frozen != nil {
		<-*frozen
	}
}

func (p *frozenPage) Tell(message []byte) {
	if p.frozen.Load() == nil {
		p.Page.Tell(message)
	}
}

func (p *frozenPage) Put(ctx context.Context, records []saga.Record) ([]saga.Record, error) {
	p.wait()
	return p.Page.Put(ctx, records)
}

func (p *frozenPage) Remove(ctx context.Context, orders ...int64) error {
	p.wait()
	return p.Page.Remove(ctx, orders...)
}

func (p *frozenPage) Listen(ctx context.Context, hear func([]byte), online func()) {
	p.Page.Listen(ctx, func(m []byte) { p.wait(); hear(m) }, online)
}

// An owner that stands still is found out within seconds; another page says so, and sends.
func TestAnOwnerThatStandsStillIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		page := &frozenPage{Page: d.memory.Open()}
		owner := atom.NewStore()
		names.Set(owner, map[string]string{"a": "old", "b": "old"})
		stop := saga.UseOutbox(owner, page, func(atom.Reader) bool { return true })
		synctest.Wait()
		other, close := d.open()
		defer close()
		third, close3 := d.open()
		defer close3()
		frozen := make(chan struct{})
		page.frozen.Store(&frozen)
		task := setName.Run(other, rename{"a", "new"})
		time.Sleep(20 * time.Second)
		if state := saga.OutboxOf(other).State().Get(other); task.State() != saga.Succeeded || state.Waiting != 0 {
			t.Errorf("the task has %s, the outbox is %+v", task.State(), state)
		}
		if a, b := saga.OutboxOf(other).State().Get(other), saga.OutboxOf(third).State().Get(third); !a.Stalled && !b.Stalled {
			t.Error("nobody says so")
		}
		page.frozen.Store(nil)
		closeChannel(frozen)
		time.Sleep(time.Minute)
		for n, s := range []*atom.Store{owner, other, third} {
			if state := saga.OutboxOf(s).State().Get(s); state.Waiting != 0 || nameOf.Of("a").Get(s) != "new" {
				t.Errorf("when it goes on, page %d has %+v, %q", n, state, nameOf.Of("a").Get(s))
			}
		}
		if err := setName.Run(owner, rename{"b", "new"}).Wait(t.Context()); err != nil {
			t.Error(err)
		}
		page.Close()
		stop()
		time.Sleep(time.Hour)
	})
}

func closeChannel(c chan struct{}) { close(c) }
