package saga_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
)

func TestDebounceSendsOneMergedPatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{Title: "first"})
		w := &wire{}
		set := func(to string) saga.Saga[doc] {
			return saga.Update(func(d *doc) { d.Title = to; d.Count++ }).Effect(w.send).Debounce(time.Second)
		}
		task := saga.Run(s, a, set("h"))
		time.Sleep(900 * time.Millisecond)
		a.Update(s, func(d *doc) { d.Rows = []row{{ID: "x"}} }) // somebody else, in between
		if joined := saga.Run(s, a, set("he")); joined != task {
			t.Error("it must join the task")
		}
		time.Sleep(900 * time.Millisecond)
		saga.Run(s, a, set("hey"))
		if got := a.Get(s); got.Title != "hey" || got.Count != 3 || len(w.seen()) != 0 {
			t.Errorf("%+v, sent %v: the update must show at once, and nothing be sent yet", got, w.seen())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		want := `begin hey [{"op":"replace","path":"/Title","value":"hey"},{"op":"replace","path":"/Count","value":3}]`
		if got := w.seen(); len(got) != 1 || got[0] != want {
			t.Errorf("sent %v\nwant %s", got, want)
		}
		back, err := draft.Apply(a.Get(s), task.Patch().Inverse())
		if err != nil || back.Title != "first" || back.Count != 0 {
			t.Errorf("the inverse leads to %+v, %v", back, err)
		}
		task.Wait(t.Context())
		expect(t, s, a, doc{Title: "hey", Count: 3, Rows: []row{{ID: "x"}}})
		if a.Pending(s) != 0 {
			t.Error("something is left pending")
		}
	})
}

func TestDebounceThatFailsTakesBackAllOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		w := &wire{fails: map[string]bool{"ab": true, "Xab": true}}
		task := saga.Run(s, a, w.title("a").Debounce(time.Second))
		saga.Run(s, a, w.title("b").Debounce(time.Second))
		if err := task.Wait(t.Context()); err != errServer {
			t.Error(err)
		}
		expect(t, s, a, doc{})
		a.Set(s, doc{Title: "X"})
		again := task.Retry()
		expect(t, s, a, doc{Title: "Xab"})
		again.Wait(t.Context())
		expect(t, s, a, doc{Title: "X"})
	})
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		start := time.Now()
		var tasks []*saga.Task
		for _, step := range "abcdef" {
			tasks = append(tasks, saga.Run(s, a, w.title(string(step)).Throttle(5500*time.Millisecond)))
			time.Sleep(2 * time.Second)
		}
		for _, task := range tasks {
			task.Wait(t.Context())
		}
		if got, want := w.titles(), "begin a, end a, begin abc, end abc, begin abcdef, end abcdef"; got != want {
			t.Errorf("the server saw %q, want %q", got, want)
		}
		if took := time.Since(start); took != 12*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// What a burst sends is what the page shows, whoever has changed what in between.
func TestABurstSendsWhatThePageShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		task := saga.Run(s, a, w.title("a").Debounce(time.Second))
		a.Update(s, func(d *doc) { d.Title = "X" })
		saga.Run(s, a, w.title("b").Debounce(time.Second))
		task.Wait(t.Context())
		want := `begin Xb [{"op":"replace","path":"/Title","value":"Xb"}]`
		if got := w.seen()[0]; got != want || a.Get(s).Title != "Xb" {
			t.Errorf("the page shows %q, sent %s", a.Get(s).Title, got)
		}
	})
}

// A change of a row that somebody else has put in is nothing that a burst could
// tell: the server may know the row later than the burst.
func TestARunThatCannotBeMergedIsNoPartOfTheBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(list("x")), &wire{}
		rename := func(id string) saga.Saga[doc] {
			return saga.Update(func(d *doc) {
				i := slices.IndexFunc(d.Rows, func(r row) bool { return r.ID == id })
				d.Rows[i].Name = "renamed"
				d.Title += id
			}).Effect(w.send).Debounce(time.Second)
		}
		first := saga.Run(s, a, rename("x"))
		a.Update(s, push("y"))
		second := saga.Run(s, a, rename("y"))
		third := saga.Run(s, a, rename("x"))
		if second == first || second.State() != saga.Running || third != second {
			t.Errorf("the second is %v: %v", second.State(), second.Err())
		}
		first.Wait(t.Context())
		second.Wait(t.Context())
		if got, want := w.titles(), "begin x, end x, begin xyx, end xyx"; got != want {
			t.Errorf("the server saw %q, want %q", got, want)
		}
		if got, want := second.Patch().String(), "renamed"; strings.Count(got, want) < 1 {
			t.Errorf("the second burst's patch is %s", got)
		}
	})
}

func TestABurstIsOpenUntilItsEffectBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		step := func(to string) *saga.Task { return saga.Run(s, a, w.title(to).Throttle(100*time.Millisecond)) }
		first := step("a")
		time.Sleep(300 * time.Millisecond)
		second := step("b") // is due, but the first one's effect takes a second
		time.Sleep(300 * time.Millisecond)
		if first == second || step("c") != second {
			t.Error("it must join the one that waits")
		}
		second.Wait(t.Context())
		if got, want := w.titles(), "begin a, end a, begin abc, end abc"; got != want {
			t.Errorf("the server saw %q, want %q", got, want)
		}
	})
}

// An effect that had to wait for the one before it begins late; the next one is
// counted from there.
func TestThrottleCountsFromWhereTheEffectBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(0)
		var began []time.Duration
		start := time.Now()
		step := func() *saga.Task {
			return saga.Run(s, a, saga.Update(func(n *int) { *n++ }).Effect(func(context.Context, int) error {
				began = append(began, time.Since(start))
				if len(began) == 1 {
					time.Sleep(15 * time.Second)
				}
				return nil
			}).Throttle(10*time.Second))
		}
		step()
		time.Sleep(time.Second)
		step().Wait(t.Context())
		step().Wait(t.Context())
		if got := fmt.Sprint(began); got != "[0s 15s 25s]" {
			t.Errorf("they began at %s", got)
		}
	})
}

func TestABurstThatFailedIsRetriedAsItsLastRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		var sent []string
		typed := func(text string) saga.Saga[doc] {
			return saga.New(
				func(d *doc) int { d.Title = text; d.Count++; return d.Count },
				func(ctx context.Context, next doc, count int) (int, error) {
					if sent = append(sent, fmt.Sprint(text, " ", next.Title, " ", count)); len(sent) == 1 {
						return 0, errServer
					}
					return count, nil
				},
				func(d *doc, n int) { d.Count = 10 * n },
			).Debounce(time.Second)
		}
		task := saga.Run(s, a, typed("h"))
		saga.Run(s, a, typed("he"))
		task.Wait(t.Context())
		expect(t, s, a, doc{})
		again := task.Retry()
		expect(t, s, a, doc{Title: "he", Count: 2})
		again.Wait(t.Context())
		again.Retry().Wait(t.Context())
		if got, want := fmt.Sprint(sent), "[he he 2 he he 2 he he 22]"; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
		expect(t, s, a, doc{Title: "he", Count: 220})
	})
}
