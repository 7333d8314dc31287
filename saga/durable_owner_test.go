package saga_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A robbedPage owns the outbox until it is robbed of it.
type robbedPage struct {
	*outbox.Page
	owned *owned
}

// An owned context ends when the page is robbed: at once, or, as after a freeze, when somebody
// looks at the clock.
type owned struct {
	context.Context
	leave, end func()
	over       atomic.Bool
}

func (o *owned) Err() error {
	if o.over.Load() {
		o.end()
	}
	return o.Context.Err()
}

func (p *robbedPage) Own(ctx context.Context) (context.Context, error) {
	inner, leave := context.WithCancel(ctx)
	if _, err := p.Page.Own(inner); err != nil {
		leave()
		return nil, err
	}
	outer, end := context.WithCancel(ctx)
	context.AfterFunc(outer, leave)
	p.owned = &owned{Context: outer, leave: leave, end: end}
	return p.owned, nil
}

// A heldServer is asked by pages, and answers by hand.
type heldServer struct {
	mu    sync.Mutex
	pages map[*atom.Store]string
	asked []string
	open  []*heldAttempt
}

type heldAttempt struct {
	ctx    context.Context
	what   string
	answer chan error
}

func holdServer(t *testing.T) *heldServer {
	h := &heldServer{pages: map[*atom.Store]string{}}
	before := serverOfRename
	t.Cleanup(func() { serverOfRename = before })
	serverOfRename = func(ctx context.Context, in rename) (string, error) {
		h.mu.Lock()
		a := &heldAttempt{ctx, fmt.Sprintf("%s: %s=%s", h.pages[saga.TaskFrom(ctx).Store()], in.Row, in.To), make(chan error)}
		h.asked, h.open = append(h.asked, a.what), append(h.open, a)
		h.mu.Unlock()
		return in.To, <-a.answer // whatever becomes of its context
	}
	return h
}

// answers has the oldest attempt end. It reports whether there was one.
func (h *heldServer) answers(err error) bool {
	synctest.Wait()
	h.mu.Lock()
	if len(h.open) == 0 {
		h.mu.Unlock()
		return false
	}
	a := h.open[0]
	h.open = h.open[1:]
	h.mu.Unlock()
	a.answer <- err
	synctest.Wait()
	return true
}

// takeAsked returns what was asked since it was called before.
func (h *heldServer) takeAsked() (asked []string) {
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	asked, h.asked = h.asked, nil
	return asked
}

func (h *heldServer) expect(t *testing.T, want ...string) {
	t.Helper()
	if asked := h.takeAsked(); !slices.Equal(asked, want) {
		t.Errorf("the server was asked\n     %s\nwant %s", strings.Join(asked, ", "), strings.Join(want, ", "))
	}
}

// An owner that has lost the outbox to another page, as a lease after a freeze, learns it
// before another effect starts: what it has under way is given up, and what comes of that is
// nobody's. It waits to own it again.
func TestAnOwnerThatIsRobbedSendsNothingMore(t *testing.T) {
	for _, told := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			memory, server := outbox.NewMemory(), holdServer(t)
			page := &robbedPage{Page: memory.Open()}
			open := func(name string, o saga.Outbox) (*atom.Store, func()) {
				s := atom.NewStore()
				names.Set(s, map[string]string{"a": "old", "b": "old"})
				server.pages[s] = name
				stop := saga.UseOutbox(s, o, func(atom.Reader) bool { return true })
				synctest.Wait()
				return s, stop
			}
			first, stopFirst := open("first", page)
			next := memory.Open()
			second, stopSecond := open("second", next)
			one, two := setName.Run(first, rename{"a", "1"}), setName.Run(first, rename{"a", "2"})
			server.expect(t, "first: a=1")
			underWay := server.open[0]

			page.owned.over.Store(true)
			page.owned.leave()
			if told {
				page.owned.end()
			}
			server.expect(t, "second: a=1")
			if !told {
				setName.Run(first, rename{"b", "1"}) // a look at the clock
				synctest.Wait()
			}
			if underWay.ctx.Err() == nil {
				t.Error("what the first has under way goes on")
			}
			server.answers(errRefused) // the first page's
			if one.State() != saga.Running || len(saga.OutboxOf(first).State().Get(first).Aside)+len(saga.OutboxOf(second).State().Get(second).Aside) > 0 {
				t.Errorf("what the first page was told counts: %s", one.State())
			}
			for server.answers(nil) {
			}
			if one.State() != saga.Succeeded || two.State() != saga.Succeeded {
				t.Errorf("they have ended as %s, %s", one.State(), two.State())
			}
			for _, asked := range server.takeAsked() {
				if !strings.HasPrefix(asked, "second: ") {
					t.Errorf("asked was %s", asked)
				}
			}

			next.Close()
			stopSecond()
			synctest.Wait()
			setName.Run(first, rename{"b", "2"})
			server.expect(t, "first: b=2")
			server.answers(nil)
			page.Close()
			stopFirst()
			time.Sleep(time.Hour)
		})
	}
}

// A page that owned the outbox for a time does not send what has waited meanwhile, however it
// comes that it goes on: by a timer, an answer, or a change that is made.
func TestAnOwnerWhoseTimeIsOverFindsOutByItself(t *testing.T) {
	for _, test := range []struct {
		name  string
		first error // of the server
		goOn  func(server *heldServer, s *atom.Store)
	}{
		{"a timer", errModelBusy, func(*heldServer, *atom.Store) { time.Sleep(2 * time.Second) }},
		{"a probe", errModelLost, func(*heldServer, *atom.Store) { time.Sleep(2 * time.Second) }},
		{"a change", errModelLost, func(_ *heldServer, s *atom.Store) { setName.Run(s, rename{"b", "2"}) }},
		{"a request", errModelLost, func(_ *heldServer, s *atom.Store) { saga.OutboxOf(s).Resume() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory, server := outbox.NewMemory(), holdServer(t)
				page := &robbedPage{Page: memory.Open()}
				s := atom.NewStore()
				names.Set(s, map[string]string{"a": "old", "b": "old"})
				stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
				synctest.Wait()
				setName.Run(s, rename{"a", "1"})
				server.answers(test.first)
				server.expect(t, ": a=1")
				page.owned.over.Store(true)
				page.owned.leave()
				other, leave := context.WithCancel(t.Context())
				if _, err := memory.Open().Own(other); err != nil {
					t.Fatal(err)
				}
				test.goOn(server, s)
				server.expect(t)
				leave()
				time.Sleep(time.Hour)
				if len(server.takeAsked()) == 0 {
					t.Error("the page does not own it again")
				}
				for server.answers(nil) {
					time.Sleep(time.Hour)
				}
				page.Close()
				stop()
				time.Sleep(time.Hour)
			})
		})
	}
}

// An attempt looks at the record first: an owner that wakes may not have heard yet that
// another page has cancelled the change, or has sent it.
func TestAnOwnerThatWakesDoesNotSendWhatWasDecidedMeanwhile(t *testing.T) {
	for _, test := range []struct {
		is   saga.RecordState
		want saga.State
	}{{saga.RecordCancelled, saga.Cancelled}, {saga.RecordDone, saga.Succeeded}, {saga.RecordRefused, saga.Failed}} {
		t.Run(string(test.is), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory, server := outbox.NewMemory(), holdServer(t)
				page := memory.Open()
				s := atom.NewStore()
				names.Set(s, map[string]string{"a": "old", "b": "old"})
				stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
				synctest.Wait()
				task := setName.Run(s, rename{"a", "1"})
				time.Sleep(2 * time.Second)
				server.answers(errModelLost) // it waits until the server is probed
				other := memory.Open()
				all, err := other.All(t.Context())
				if err != nil || len(all) != 1 {
					t.Fatal(all, err)
				}
				all[0].State, all[0].Since, all[0].Reason, all[0].Result = test.is, time.Now().UnixMilli(), "decided", `"1"`
				if _, err := other.Put(t.Context(), all); err != nil { // and what it tells is late
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				if server.expect(t, ": a=1"); task.State() != test.want {
					t.Errorf("it has ended as %s", task.State())
				}
				next := setName.Run(s, rename{"b", "1"})
				if server.answers(nil); next.State() != saga.Succeeded {
					t.Errorf("the next is %s", next.State())
				}
				page.Close()
				stop()
				time.Sleep(time.Hour)
			})
		})
	}
}
