package saga_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
)

// wire notes what a server would get to see. Each request takes a second.
type wire struct {
	mu    sync.Mutex
	log   []string
	fails map[string]bool
}

func (w *wire) send(ctx context.Context, next doc) error {
	patch, err := saga.TaskFrom(ctx).Patch().JSONPatch()
	if err != nil {
		return err
	}
	w.note("begin %s %s", next.Title, patch)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		w.note("abort %s", next.Title)
		return ctx.Err()
	}
	if w.fails[next.Title] {
		w.note("fail %s", next.Title)
		return errServer
	}
	w.note("end %s", next.Title)
	return nil
}

func (w *wire) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

// seen returns what the server has seen.
func (w *wire) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log)
}

// titles drops the patches from the log.
func (w *wire) titles() string {
	var short []string
	for _, line := range w.seen() {
		short = append(short, strings.Join(strings.Fields(line)[:2], " "))
	}
	return strings.Join(short, ", ")
}

func (w *wire) title(to string) saga.Saga[doc] {
	return saga.Update(func(d *doc) { d.Title += to }).Effect(w.send)
}

func TestLatestSupersedesInOneBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		var seen []string
		s.Subscribe(a, func() { seen = append(seen, a.Get(s).Title) })
		saga.OnError(s, func(*saga.Task) { t.Error("only the task is told") })

		first := saga.Run(s, a, w.title("a").Latest())
		synctest.Wait()
		second := saga.Run(s, a, w.title("b").Latest())
		if first.State() != saga.Superseded || first.Err() != saga.ErrSuperseded {
			t.Errorf("the first is %v: %v", first.State(), first.Err())
		}
		if err := second.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		if got := fmt.Sprint(seen); got != "[a b]" {
			t.Errorf("seen %s: there must be no old value in between", got)
		}
		if got, want := w.titles(), "begin a, abort a, begin b, end b"; got != want && got != "begin a, begin b, abort a, end b" {
			t.Errorf("the server saw %q, want %q", got, want)
		}
	})
}

func TestLatestKeepsTheRunningOneWhenTheNewOneIsRefused(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	running := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 1 }).
		Effect(func(ctx context.Context, _ doc) error { <-ctx.Done(); return ctx.Err() }).Latest())
	refused := saga.Run(s, a, saga.Update(func(d *doc) { panic("no") }).
		Effect(func(context.Context, doc) error { return nil }).Latest())
	if running.State() != saga.Running || refused.State() != saga.Failed || a.Get(s).Count != 1 {
		t.Errorf("running %v, refused %v, %+v", running.State(), refused.State(), a.Get(s))
	}
	running.Cancel()
}

func TestLatestSupersedesAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		var last *saga.Task
		for _, title := range []string{"a", "b", "c", "d"} {
			last = saga.Run(s, a, w.title(title).Latest())
			expect(t, s, a, doc{Title: title})
		}
		last.Wait(t.Context())
		synctest.Wait()
	})
}

func TestLeadingIgnoresTheNewOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		first := saga.Run(s, a, w.title("a").Leading())
		if second := saga.Run(s, a, w.title("b").Leading()); second != first {
			t.Error("the running task must be returned")
		}
		first.Wait(t.Context())
		expect(t, s, a, doc{Title: "a"})
		saga.Run(s, a, w.title("c").Leading()).Wait(t.Context())
		if got, want := w.titles(), "begin a, end a, begin ac, end ac"; got != want {
			t.Errorf("the server saw %q, want %q", got, want)
		}
	})
}

func TestSerialKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{fails: map[string]bool{"ab": true}}
		other := atom.New(doc{})
		var tasks []*saga.Task
		for _, title := range []string{"a", "b", "c"} {
			tasks = append(tasks, saga.Run(s, a, w.title(title).Serial()))
		}
		elsewhere := saga.Run(s, other, w.title("x").Serial())
		expect(t, s, a, doc{Title: "abc"})
		elsewhere.Wait(t.Context())
		if took := elsewhere.Ended().Sub(elsewhere.Began()); took != time.Second {
			t.Errorf("another atom's effect took %v", took)
		}
		tasks[2].Wait(t.Context())
		if took := tasks[2].Ended().Sub(tasks[0].Began()); took != 3*time.Second {
			t.Errorf("they took %v, want one after the other", took)
		}
		expect(t, s, a, doc{Title: "ac"})
	})
}

func TestSerialCancelledWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
		saga.Run(s, a, w.title("a").Serial())
		waiting := saga.Run(s, a, w.title("b").Serial())
		last := saga.Run(s, a, w.title("c").Serial())
		if !waiting.Waiting() || !last.Waiting() {
			t.Error("they wait, and must say so")
		}
		waiting.Cancel()
		last.Wait(t.Context())
		expect(t, s, a, doc{Title: "ac"})
		if got, want := w.titles(), "begin a, end a, begin ac, end ac"; got != want {
			t.Errorf("the server saw %q, want %q", got, want)
		}
	})
}

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
		if atom.Pending(s, a) != 0 {
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

func TestLanesDoNotLeak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		for _, policy := range []func(saga.Saga[doc]) saga.Saga[doc]{
			func(s saga.Saga[doc]) saga.Saga[doc] { return s },
			func(s saga.Saga[doc]) saga.Saga[doc] { return s.Latest("key") },
			func(s saga.Saga[doc]) saga.Saga[doc] { return s.Leading() },
			func(s saga.Saga[doc]) saga.Saga[doc] { return s.Serial(1, 2) },
			func(s saga.Saga[doc]) saga.Saga[doc] { return s.Debounce(time.Minute) },
			func(s saga.Saga[doc]) saga.Saga[doc] { return s.Throttle(time.Minute) },
		} {
			for _, update := range []func(*doc){func(d *doc) { d.Count++ }, func(d *doc) { panic("refused") }} {
				for range 3 {
					saga.Run(s, a, policy(saga.Update(update).Effect(func(context.Context, doc) error {
						time.Sleep(time.Second)
						return errServer
					})))
				}
			}
		}
		time.Sleep(time.Hour)
		if n := saga.Lanes(s); n != 0 {
			t.Errorf("%d lanes are left", n)
		}
	})
}

func TestPoliciesWithRetryTimeoutAndCancel(t *testing.T) {
	for _, test := range []struct {
		reason string
		policy func(saga.Saga[doc]) saga.Saga[doc]
		sent   string
		title  string
	}{
		{"a Serial one keeps its turn while it is tried again", func(s saga.Saga[doc]) saga.Saga[doc] { return s.Serial() },
			"begin a, begin a, begin b, begin b", ""},
		{"a Latest one that waits to be tried again is superseded", func(s saga.Saga[doc]) saga.Saga[doc] { return s.Latest() },
			"begin a, begin b, begin b", ""},
		{"a burst is tried again as a whole", func(s saga.Saga[doc]) saga.Saga[doc] { return s.Debounce(time.Second) },
			"begin ab, begin ab", ""},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, a, w := atom.NewStore(), atom.New(doc{}), &wire{}
				step := func(to string) *saga.Task {
					return saga.Run(s, a, test.policy(saga.Update(func(d *doc) { d.Title += to }).
						Effect(func(ctx context.Context, next doc) error {
							w.note("begin %s", next.Title)
							<-ctx.Done() // the timeout
							return ctx.Err()
						}).Retry(saga.Backoff{Retries: 1}).Timeout(time.Second)))
				}
				step("a")
				synctest.Wait() // its effect has begun
				last := step("b")
				if err := last.Wait(t.Context()); err != saga.ErrTimeout || last.Attempts() != 2 {
					t.Errorf("%v after %d attempts", err, last.Attempts())
				}
				if got := strings.Join(w.seen(), ", "); got != test.sent {
					t.Errorf("the server saw %q, want %q", got, test.sent)
				}
				expect(t, s, a, doc{Title: test.title})
				cancelled := step("c")
				cancelled.Cancel()
				expect(t, s, a, doc{Title: test.title})
				synctest.Wait()
			})
		})
	}
}

func TestRetry(t *testing.T) {
	for _, test := range []struct {
		reason   string
		retries  int
		failures int
		err      error
		attempts int
		state    saga.State
	}{
		{"it works at once", 3, 0, errServer, 1, saga.Succeeded},
		{"it works at last", 3, 3, errServer, 4, saga.Succeeded},
		{"it never works", 3, 9, errServer, 4, saga.Failed},
		{"trying again will not help", 3, 9, saga.Permanent(errServer), 1, saga.Failed},
		{"no retries", 0, 9, errServer, 1, saga.Failed},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, a := atom.NewStore(), atom.New(doc{})
				failures := test.failures
				task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 1 }).
					Effect(func(context.Context, doc) error {
						if failures--; failures >= 0 {
							return test.err
						}
						return nil
					}).Retry(saga.Backoff{Retries: test.retries}))
				err := task.Wait(t.Context())
				if task.State() != test.state || task.Attempts() != test.attempts || (err != nil) != (test.state == saga.Failed) {
					t.Errorf("%v after %d attempts: %v", task.State(), task.Attempts(), err)
				}
				if err != nil && !errors.Is(err, errServer) {
					t.Errorf("err %v", err)
				}
				if most := 200*time.Millisecond*(1+2+4) + 1; task.Ended().Sub(task.Began()) > most {
					t.Errorf("it took %v, at most %v is the backoff", task.Ended().Sub(task.Began()), most)
				}
			})
		})
	}
}

type busy struct{ error }

func (busy) RetryAfter() time.Duration { return time.Hour }

func TestRetryAfterOfTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		calls := 0
		task := saga.Run(s, a, saga.Effect(func(context.Context, doc) error {
			if calls++; calls == 1 {
				return fmt.Errorf("while asking: %w", busy{errServer})
			}
			return nil
		}).Retry(saga.Backoff{Retries: 1}))
		task.Wait(t.Context())
		if took := task.Ended().Sub(task.Began()); task.State() != saga.Succeeded || took < time.Hour {
			t.Errorf("%v after %v", task.State(), took)
		}
	})
}

type busyFor struct {
	error
	wait time.Duration
}

func (b busyFor) RetryAfter() time.Duration { return b.wait }

// A server that wants to be left alone for ten days has nobody's change pending for them.
func TestRetryAfterHasALimit(t *testing.T) {
	for _, row := range []struct {
		asked, max time.Duration
		least      time.Duration
		most       time.Duration
	}{
		{864000 * time.Second, 0, time.Hour, time.Hour},
		{1<<63 - 1, 0, time.Hour, time.Hour},
		{-time.Hour, 0, 0, 30 * time.Second},
		{59 * time.Minute, 0, 59 * time.Minute, 59 * time.Minute},
		{864000 * time.Second, 48 * time.Hour, 48 * time.Hour, 48 * time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			task := saga.Run(atom.NewStore(), atom.New(doc{}), saga.Effect(func(context.Context, doc) error { return busyFor{errServer, row.asked} }).
				Retry(saga.Backoff{Retries: 1, Max: row.max}))
			task.Wait(t.Context())
			if took := task.Ended().Sub(task.Began()); took < row.least || took > row.most || task.Attempts() != 2 {
				t.Errorf("asked for %v: %d attempts in %v", row.asked, task.Attempts(), took)
			}
		})
	}
}

func TestBackoffNeverOverflows(t *testing.T) {
	for _, b := range []saga.Backoff{
		{},
		{Base: 1<<33 + 1},
		{Base: 1<<63 - 1, Max: 1<<63 - 1},
		{Base: 1, Max: 1<<63 - 1},
		{Base: -1, Max: -1},
	} {
		base, limit := b.Base, b.Max
		if base <= 0 {
			base = 200 * time.Millisecond
		}
		if limit <= 0 {
			limit = 30 * time.Second
		}
		b.Retries = 1000
		for n := 1; n <= b.Retries; n++ {
			most := limit
			for ceiling, i := base, 1; ceiling < limit; ceiling, i = 2*ceiling, i+1 {
				if i == n {
					most = ceiling
					break
				}
				if ceiling > limit/2 {
					break
				}
			}
			longest := time.Duration(0)
			for range 20 {
				wait, again := saga.NextOf(b, n, errServer)
				if !again || wait < 0 || wait > most {
					t.Fatalf("%+v waits %v after the %d-th attempt, at most %v is right", b, wait, n, most)
				}
				longest = max(longest, wait)
			}
			if longest < most/100 && most > 1000 { // 100^-20
				t.Errorf("%+v waits at most %v after the %d-th attempt, want some time up to %v", b, longest, n, most)
			}
		}
	}
}

func TestCancelWhileItWaitsToTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 1 }).
			Effect(func(context.Context, doc) error { return errServer }).
			Retry(saga.Backoff{Retries: 5, Base: time.Hour, Max: 24 * time.Hour}))
		synctest.Wait()
		task.Cancel()
		if task.State() != saga.Cancelled || a.Get(s).Count != 0 {
			t.Errorf("%v, %+v", task.State(), a.Get(s))
		}
	})
}
