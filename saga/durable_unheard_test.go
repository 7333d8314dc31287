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

// A deafPage does not hear what others tell for a while.
type deafPage struct {
	*outbox.Page
	deaf atomic.Bool
}

func (p *deafPage) Listen(ctx context.Context, hear func([]byte), online func()) {
	p.Page.Listen(ctx, func(m []byte) {
		if !p.deaf.Load() {
			hear(m)
		}
	}, online)
}

// A page that hears of a change of another only when the server has it shows it, as one does
// that has heard of it in time, and its post-effect; one that was opened later has it loaded,
// and where the base follows the server it comes by itself.
func TestAChangeThatIsHeardOfWhenItIsDoneShows(t *testing.T) {
	for _, test := range []struct {
		name string
		live bool
		late bool // the page is opened when it is done
		want string
	}{
		{"told again", false, false, "x12"},
		{"on a live atom", true, false, "x2"},
		{"loaded", false, true, "x2"}, // the page loads just that in this test
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory, server := outbox.NewMemory(), holdServer(t)
				owner, _, closeOwner := openDesk(t, memory, "x")
				defer closeOwner()
				witness := memory.Open() // has the record stay
				s, page := atom.NewStore(), &deafPage{Page: memory.Open()}
				renamedDesk.Set(s, list("x"))
				if test.live {
					defer saga.FollowServer(s, saga.ServerBase{Atom: renamedDesk})()
				}
				open := func() func() { return saga.UseOutbox(s, page, func(atom.Reader) bool { return true }) }
				stop := func() {}
				if !test.late {
					stop = open()
				}
				_, _, closeThird := openDesk(t, memory, "x")
				defer closeThird()
				synctest.Wait()
				page.deaf.Store(true)
				markRow.Run(owner, mark{"x", "1"})
				server.answers(nil)
				page.deaf.Store(false)
				if test.late {
					stop = open()
				}
				time.Sleep(time.Minute)
				markRow.Run(s, mark{"x", "2"})
				server.answers(nil)
				if got := rowOf(renamedDesk, "x").Get(s).Name; got != test.want {
					t.Errorf("the page shows %q, want %q", got, test.want)
				}
				time.Sleep(time.Hour)
				if all, err := witness.All(t.Context()); err != nil || len(all) > 0 {
					t.Errorf("left are %v (%v)", all, err)
				}
				if state := saga.OutboxOf(s).State().Get(s); state.Waiting+len(state.Aside) > 0 {
					t.Errorf("the outbox is %+v", state)
				}
				page.Close()
				stop()
				time.Sleep(time.Hour)
			})
		})
	}
}

// The page that hears of it may be the one that sends: it has stood still meanwhile. It does
// not send it again.
func TestAnOwnerThatHearsOfAChangeWhenItIsDoneShowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory, server := outbox.NewMemory(), holdServer(t)
		s, page := atom.NewStore(), memory.Open()
		renamedDesk.Set(s, list("x"))
		stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
		synctest.Wait()
		kept, err := memory.Open().Put(t.Context(), []saga.Record{{
			ID: "another's", Name: "test.markRow", Version: 1, Input: `{"Row":"x","Mark":"1"}`, State: saga.RecordDone, Since: time.Now().UnixMilli(),
		}})
		if err != nil || len(kept) != 1 {
			t.Fatal(err)
		}
		_, _, close := openDesk(t, memory, "x") // has the owner read
		defer close()
		time.Sleep(time.Minute)
		server.expect(t)
		if got := rowOf(renamedDesk, "x").Get(s).Name; got != "x1" {
			t.Errorf("the page shows %q", got)
		}
		time.Sleep(time.Hour)
		if all, err := memory.Open().All(t.Context()); err != nil || len(all) > 0 {
			t.Errorf("left are %v (%v)", all, err)
		}
		page.Close()
		stop()
		time.Sleep(time.Hour)
	})
}
