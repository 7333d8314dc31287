package saga_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

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
