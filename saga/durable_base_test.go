package saga_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

var (
	visitors, guests = atom.New(0), atom.New(0) // guests follows no server
	sentCount        func(context.Context) error
)

var countVisitor = saga.Define("test.count",
	func(which string) *atom.Atom[int] {
		return map[string]*atom.Atom[int]{"visitors": visitors, "guests": guests}[which]
	},
	func(string) saga.Saga[int] {
		return saga.Update(func(n *int) { *n++ }).Effect(func(ctx context.Context, _ int) error { return sentCount(ctx) })
	})

// A change whose answer was lost with its page is in what the next page loads: that
// shows it once, from the first moment on.
func TestWhatTheBaseContainsIsNotShownTwice(t *testing.T) {
	for _, test := range []struct {
		reason         string
		which          string
		hold           holding
		first, another int // what the page shows at first, and whether it is sent again
	}{
		{"the server has it", "visitors", contain("sent"), 1, 0},
		{"the server does not have it", "visitors", contain(), 2, 1},
		{"nobody can be asked", "visitors", nil, 2, 1},
		{"the server does not answer", "visitors", func(context.Context) (func(context.Context, []string, time.Time) []string, func()) {
			return func(ctx context.Context, _ []string, _ time.Time) []string { <-ctx.Done(); return nil }, func() {}
		}, 2, 1},
		{"it is of an atom that follows no server", "guests", contain("sent"), 2, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			memory, attempts := outbox.NewMemory(), 0
			sentCount = func(context.Context) error { attempts++; time.Sleep(time.Hour); return nil }
			_, err := memory.Open().Put(t.Context(), []saga.Record{{ID: "sent", Name: "test.count", Version: 1, Input: `"` + test.which + `"`}})
			if err != nil {
				t.Fatal(err)
			}
			s, page := atom.NewStore(), memory.Open()
			count := map[string]*atom.Atom[int]{"visitors": visitors, "guests": guests}[test.which]
			count.Set(s, 1)
			defer saga.FollowServer(s, saga.ServerBase{Atom: visitors, Hold: test.hold})()
			shown := count.Get(s)
			defer s.Subscribe(count, func() { shown = max(shown, count.Get(s)) })()
			stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
			time.Sleep(time.Minute)
			synctest.Wait()
			if shown != test.first || attempts != test.another {
				t.Errorf("%s: it showed up to %d, want %d; sent %d times, want %d", test.reason, shown, test.first, attempts, test.another)
			}
			left, err := memory.Open().All(t.Context())
			if err != nil || len(left) != test.another {
				t.Errorf("%s: %d are in the outbox, %v", test.reason, len(left), err)
			}
			if waiting := saga.OutboxOf(s).State().Get(s).Waiting; waiting != test.another {
				t.Errorf("%s: %d wait", test.reason, waiting)
			}
			page.Close()
			stop()
			time.Sleep(2 * time.Hour)
		})
	}
}

// The answer is about the base as it is: that may change only when the changes that it
// does not contain are in the log, where a load finds them and asks about them.
func TestTheBaseIsHeldUntilTheChangesAreInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := outbox.NewMemory()
		sentCount = func(context.Context) error { time.Sleep(time.Hour); return nil }
		_, err := memory.Open().Put(t.Context(), []saga.Record{{ID: "sent", Name: "test.count", Version: 1, Input: `"visitors"`}})
		if err != nil {
			t.Fatal(err)
		}
		s, page := atom.NewStore(), memory.Open()
		var then []map[string]*saga.Task
		release := func() { then = append(then, saga.Unconfirmed(s, visitors)) }
		hold := func(context.Context) (func(context.Context, []string, time.Time) []string, func()) {
			return func(context.Context, []string, time.Time) []string { return nil }, release
		}
		defer saga.FollowServer(s, saga.ServerBase{Atom: visitors, Hold: hold})()
		stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
		synctest.Wait()
		if len(then) == 0 {
			t.Error("the base was not held")
		}
		for _, unconfirmed := range then {
			if unconfirmed["sent"] == nil {
				t.Errorf("released with %v in the log", unconfirmed)
			}
		}
		page.Close()
		stop()
		time.Sleep(2 * time.Hour)
	})
}

// A holding is what a live atom is told of who holds its base.
type holding = func(context.Context) (contains func(context.Context, []string, time.Time) []string, release func())

func contain(ids ...string) holding {
	return func(context.Context) (func(context.Context, []string, time.Time) []string, func()) {
		return func(context.Context, []string, time.Time) []string { return ids }, func() {}
	}
}

// A page that shows the change, because its base was older, is told that the server
// has it when another page finds that out.
func TestOtherPagesAreToldWhatTheBaseContains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := outbox.NewMemory()
		gone := make(chan struct{})
		sentCount = func(ctx context.Context) error { <-gone; return errServer }
		old, oldPage := atom.NewStore(), memory.Open()
		stopOld := saga.UseOutbox(old, oldPage, func(atom.Reader) bool { return true })
		synctest.Wait()
		task := countVisitor.Run(old, "visitors")
		synctest.Wait()
		next, nextPage := atom.NewStore(), memory.Open()
		visitors.Set(next, 1)
		defer saga.FollowServer(next, saga.ServerBase{Atom: visitors, Hold: contain(task.ID())})()
		stopNext := saga.UseOutbox(next, nextPage, func(atom.Reader) bool { return true })
		time.Sleep(time.Second)
		synctest.Wait()
		if got := visitors.Get(next); got != 1 {
			t.Errorf("the next page shows %d", got)
		}
		oldPage.Close() // the next page owns the outbox now
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := visitors.Get(next); got != 1 {
			t.Errorf("the next page shows %d when it owns the outbox", got)
		}
		if left, err := memory.Open().All(t.Context()); err != nil || len(left) > 0 {
			t.Errorf("left are %v, %v", left, err)
		}
		close(gone)
		stopOld()
		nextPage.Close()
		stopNext()
		time.Sleep(time.Hour)
	})
}

// A page that begins asks about what is in the outbox once its base is held, so also about
// what another page has added and sent while it waited for that.
func TestWhatIsSentWhileAPageBeginsIsShownOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := outbox.NewMemory()
		var mu sync.Mutex
		var committed []string
		has := func(id string) bool {
			mu.Lock()
			defer mu.Unlock()
			return slices.Contains(committed, id)
		}
		count := func() int {
			mu.Lock()
			defer mu.Unlock()
			return len(committed)
		}
		answer := make(chan struct{})
		sentCount = func(ctx context.Context) error {
			mu.Lock()
			committed = append(committed, saga.TaskFrom(ctx).ID())
			mu.Unlock()
			<-answer
			return nil
		}
		old, oldPage := atom.NewStore(), memory.Open()
		stopOld := saga.UseOutbox(old, oldPage, func(atom.Reader) bool { return true })
		synctest.Wait()
		next, nextPage := atom.NewStore(), memory.Open()
		shown := 0
		defer next.Subscribe(visitors, func() { shown = max(shown, visitors.Get(next)) })()
		hold := func(context.Context) (func(context.Context, []string, time.Time) []string, func()) {
			time.Sleep(time.Second) // a load decides first
			visitors.Sync(next, count())
			return func(_ context.Context, ids []string, _ time.Time) (contained []string) {
				for _, id := range ids {
					if has(id) {
						contained = append(contained, id)
					}
				}
				return contained
			}, func() {}
		}
		defer saga.FollowServer(next, saga.ServerBase{Atom: visitors, Hold: hold})()
		stopNext := saga.UseOutbox(next, nextPage, func(atom.Reader) bool { return true })
		time.Sleep(time.Second / 2)
		countVisitor.Run(old, "visitors")
		time.Sleep(time.Minute)
		if got := visitors.Get(next); got != 1 || shown != 1 {
			t.Errorf("the page shows %d, and has shown up to %d, want 1", got, shown)
		}
		close(answer)
		time.Sleep(time.Minute)
		if got := visitors.Get(next); got != 1 || shown != 1 {
			t.Errorf("after the answer the page shows %d, and has shown up to %d, want 1", got, shown)
		}
		oldPage.Close()
		stopOld()
		nextPage.Close()
		stopNext()
		time.Sleep(time.Hour)
	})
}
