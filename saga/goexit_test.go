package saga_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
)

// exit is what FailNow does at last, wherever it is called.
func exit() { runtime.Goexit() }

// apart runs f on a goroutine that it may end, and waits for that.
func apart(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// An effect that ends its goroutine can return nothing: its task fails, is not tried
// again, and is in nobody's way.
func TestAnEffectThatEndsItsGoroutineFails(t *testing.T) {
	for _, test := range []struct {
		reason string
		with   func(saga.Saga[doc]) saga.Saga[doc]
	}{
		{"alone", func(s saga.Saga[doc]) saga.Saga[doc] { return s }},
		{"with retries", func(s saga.Saga[doc]) saga.Saga[doc] { return s.Retry(saga.Backoff{Retries: 5}) }},
		{"with a timeout", func(s saga.Saga[doc]) saga.Saga[doc] { return s.Timeout(time.Hour).Retry(saga.Backoff{Retries: 5}) }},
		{"with a turn", func(s saga.Saga[doc]) saga.Saga[doc] { return s.Serial() }},
		{"as several that have joined", func(s saga.Saga[doc]) saga.Saga[doc] { return s.Debounce(time.Second) }},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, a := atom.NewStore(), atom.New(doc{})
				var told atomic.Int32
				saga.OnError(s, func(*saga.Task) { told.Add(1) })
				task := saga.Run(s, a, test.with(saga.Update(func(d *doc) { d.Count++ }).
					Effect(func(context.Context, doc) error { exit(); return nil })))
				saga.Run(s, a, saga.Update(func(d *doc) { d.Title = "later" }).
					Effect(func(context.Context, doc) error { return nil }).Serial())
				err := task.Wait(t.Context())
				if task.State() != saga.Failed || !errors.Is(err, saga.ErrEffectExited) || !strings.Contains(err.Error(), "goexit_test.go") {
					t.Errorf("the task is %v: %v; want the stack, too", task.State(), err)
				}
				if took := task.Ended().Sub(task.Began()); task.Attempts() != 1 || told.Load() != 1 || took > time.Second {
					t.Errorf("%d attempts in %v, told %d times", task.Attempts(), took, told.Load())
				}
				synctest.Wait()
				expect(t, s, a, doc{Title: "later"})
				if saga.Lanes(s) != 0 || saga.Tasks().Get(s).Running != nil {
					t.Error("something is left")
				}
			})
		})
	}
}

func TestATransactionsEffectThatEndsItsGoroutineFails(t *testing.T) {
	s, a, b := atom.NewStore(), atom.New(1), atom.New(1)
	task := transfer(s, a, b, 1, func(context.Context, []draft.Changes) error { exit(); return nil })
	if err := task.Wait(t.Context()); !errors.Is(err, saga.ErrEffectExited) || a.Get(s) != 1 || b.Get(s) != 1 {
		t.Errorf("%v: %d, %d", err, a.Get(s), b.Get(s))
	}
}

func TestMiddlewareThatEndsTheGoroutineFailsTheTask(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	saga.Wrap(s, func(ctx context.Context, effect func(context.Context) error) error { exit(); return effect(ctx) })
	task := saga.Run(s, a, saga.Update(push("x")).Effect(func(context.Context, doc) error { return nil }))
	if err := task.Wait(t.Context()); !errors.Is(err, saga.ErrEffectExited) || a.Get(s).Rows != nil {
		t.Errorf("%v, %+v", err, a.Get(s))
	}
}

// It is set aside like one that the server has refused, and those behind it go on.
func TestADurableSagaWhoseEffectEndsItsGoroutineIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(in rename) (string, error) {
			if in.To == "exit" {
				exit()
			}
			return in.To, nil
		}
		s, close := d.open()
		defer close()
		task, next := setName.Run(s, rename{"a", "exit"}), setName.Run(s, rename{"a", "next"})
		if err := task.Wait(t.Context()); !errors.Is(err, saga.ErrEffectExited) {
			t.Error(err)
		}
		if err := next.Wait(t.Context()); err != nil || nameOf.Of("a").Get(s) != "next" {
			t.Errorf("%v, the name is %q", err, nameOf.Of("a").Get(s))
		}
	})
}

// The server has done its part: the update stays.
func TestAPostEffectThatEndsItsGoroutineIsAPostErr(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	var told atomic.Int32
	saga.OnError(s, func(*saga.Task) { told.Add(1) })
	task := saga.Run(s, a, saga.Update(func(d *doc) { d.Title = "kept" }).
		Effect(func(context.Context, doc) error { return nil }).PostEffect(func(d *doc) { d.Count++; exit() }).Serial())
	if err := task.Wait(t.Context()); err != nil || task.State() != saga.Succeeded || !errors.Is(task.PostErr(), saga.ErrEffectExited) {
		t.Errorf("%v: %v, %v", task.State(), err, task.PostErr())
	}
	expect(t, s, a, doc{Title: "kept"})
	if a.Pending(s) != 0 || saga.Lanes(s) != 0 || told.Load() != 1 {
		t.Errorf("%d pending, %d lanes, told %d times", a.Pending(s), saga.Lanes(s), told.Load())
	}
}

// An update is run before anything has happened: nothing does.
func TestAnUpdateThatEndsTheGoroutineLeavesNothing(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	for _, policy := range allPolicies {
		apart(func() {
			saga.Run(s, a, policy.board(saga.Update(func(d *doc) { d.Count++; exit() }).
				Effect(func(context.Context, doc) error { t.Error("the effect ran"); return nil })))
		})
	}
	if err := a.Update(s, func(d *doc) { d.Title = "free" }); err != nil {
		t.Error(err)
	}
	expect(t, s, a, doc{Title: "free"})
	if a.Pending(s) != 0 || saga.Lanes(s) != 0 || saga.Tasks().Get(s).Running != nil {
		t.Error("something is left")
	}
}

// Those who are told may do as they like: what they are told of has happened, and
// goes on.
func TestWhoIsToldCannotHoldATaskUp(t *testing.T) {
	leave := map[string]func(){"it ends the goroutine": exit, "it panics": func() { panic("a subscriber's own") }}
	for name, leave := range leave {
		t.Run(name, func(t *testing.T) {
			s, a := atom.NewStore(), atom.New(doc{})
			stop := s.Subscribe(a, leave)
			begun := make(chan struct{})
			apart(func() {
				defer func() { recover() }()
				saga.Run(s, a, saga.Update(func(d *doc) { d.Count++ }).
					Effect(func(context.Context, doc) error { close(begun); return nil }))
			})
			<-begun
			stop()
			for _, task := range saga.Tasks().Get(s).Running {
				task.Wait(t.Context())
			}
			expect(t, s, a, doc{Count: 1})
		})
		t.Run(name+", when the task is cancelled", func(t *testing.T) {
			s, a := atom.NewStore(), atom.New(doc{})
			task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count++ }).
				Effect(func(ctx context.Context, _ doc) error { <-ctx.Done(); return nil }).Serial())
			stop := s.Subscribe(a, leave)
			apart(func() {
				defer func() { recover() }()
				task.Cancel()
			})
			stop()
			if err := task.Wait(t.Context()); err != saga.ErrCancelled || saga.Lanes(s) != 0 {
				t.Errorf("%v, %d lanes", err, saga.Lanes(s))
			}
		})
		t.Run(name+", in OnError", func(t *testing.T) {
			s, a := atom.NewStore(), atom.New(doc{})
			told := false
			saga.OnError(s, func(*saga.Task) { leave() })
			saga.OnError(s, func(*saga.Task) { told = true })
			var refused *saga.Task
			apart(func() {
				defer func() { recover() }()
				saga.OnError(s, func(task *saga.Task) { refused = task })
				saga.Run(s, a, saga.Update(func(*doc) { panic("refused") }).Effect(func(context.Context, doc) error { return nil }))
			})
			if err := refused.Wait(t.Context()); !errors.Is(err, draft.ErrUpdatePanicked) || !told {
				t.Errorf("%v, the others told: %v", err, told)
			}
		})
	}
}

// An update that ends the goroutine of whoever takes back what is below it is in
// nobody's way.
func TestAnUpdateThatEndsTheGoroutineWhenItIsAppliedAgainHoldsNobodyUp(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	first := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 1 }).
		Effect(func(ctx context.Context, _ doc) error { <-ctx.Done(); return nil }).Serial())
	second := saga.Run(s, a, saga.Update(func(d *doc) {
		if d.Count != 1 {
			exit()
		}
		d.Title = "second"
	}).Effect(func(context.Context, doc) error { return nil }).Serial())
	apart(first.Cancel)
	if err := first.Wait(t.Context()); err != saga.ErrCancelled {
		t.Error(err)
	}
	if second.Wait(t.Context()); saga.Lanes(s) != 0 || second.State() == saga.Running {
		t.Errorf("%v, %d lanes", second.State(), saga.Lanes(s))
	}
}

// It is called again, as long as nobody confirms the task.
func TestLateIsCalledAgainWhateverItDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(0)
		var calls atomic.Int32
		stop := saga.FollowServer(s, saga.ServerBase{Atom: a, Limit: time.Second, Late: func(*saga.Task) { calls.Add(1); exit() }})
		saga.Run(s, a, saga.Update(func(n *int) { *n++ }).Effect(func(context.Context, int) error { return nil }))
		time.Sleep(3500 * time.Millisecond)
		if calls.Load() != 3 {
			t.Errorf("called %d times in three and a half seconds", calls.Load())
		}
		stop()
	})
}

// Of runs that have joined all are taken back, whatever an update above them does.
func TestAllJoinedRunsAreTakenBackBelowAnUpdateThatEndsTheGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		add := func() *saga.Task {
			return saga.Run(s, a, saga.Update(func(d *doc) { d.Count++ }).
				Effect(func(context.Context, doc) error { return nil }).Debounce(time.Hour))
		}
		task := add()
		add()
		add()
		above := saga.Run(s, a, saga.Update(func(d *doc) {
			if d.Count != 3 {
				exit()
			}
			d.Title = "above"
		}).Effect(func(ctx context.Context, _ doc) error { <-ctx.Done(); return nil }))
		apart(task.Cancel)
		task.Wait(t.Context())
		above.Wait(t.Context())
		if expect(t, s, a, doc{}); above.State() != saga.Conflict || a.Pending(s) != 0 {
			t.Errorf("%v, %d pending", above.State(), a.Pending(s))
		}
	})
}

// The runs that a newer one takes the place of end, and those are told who wait.
func TestSupersededBelowAnUpdateThatEndsTheGoroutine(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	wait := func(ctx context.Context, _ doc) error { <-ctx.Done(); return nil }
	old := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 1 }).Effect(wait).Latest())
	above := saga.Run(s, a, saga.Update(func(d *doc) {
		if d.Count != 1 {
			exit()
		}
	}).Effect(wait))
	apart(func() {
		saga.Run(s, a, saga.Update(func(d *doc) { d.Title = "newer" }).Effect(func(context.Context, doc) error { return nil }).Latest())
	})
	if old.Wait(t.Context()); old.State() != saga.Superseded {
		t.Error(old.State())
	}
	if above.Wait(t.Context()); above.State() != saga.Conflict {
		t.Error(above.State())
	}
	for _, task := range saga.Tasks().Get(s).Running {
		task.Wait(t.Context())
	}
	expect(t, s, a, doc{Title: "newer"})
}

// A base that has come confirms what it contains, whatever is applied again on it.
func TestRebaseWithBelowAnUpdateThatEndsTheGoroutine(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	defer saga.FollowServer(s, saga.ServerBase{Atom: a})()
	answer := make(chan error)
	task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count++ }).Effect(func(context.Context, doc) error { return <-answer }))
	above := saga.Run(s, a, saga.Update(func(d *doc) {
		if d.Title != "" {
			exit()
		}
	}).Effect(func(ctx context.Context, _ doc) error { <-ctx.Done(); return nil }))
	apart(func() {
		s.Batch(func(b *atom.Batch) {
			saga.RebaseWith(b, []string{task.ID()}, func(contained ...*atom.Entry) error {
				return a.SyncFunc(b, func(d doc) (doc, error) { return doc{Title: "server's", Count: 1}, nil }, contained...)
			})
		})
	})
	answer <- errServer
	if err := task.Wait(t.Context()); err != nil || task.State() != saga.Succeeded || len(saga.Unconfirmed(s, a)) != 0 {
		t.Errorf("%v: %v, %d unconfirmed", task.State(), err, len(saga.Unconfirmed(s, a)))
	}
	if above.Wait(t.Context()); above.State() != saga.Conflict {
		t.Error(above.State())
	}
	expect(t, s, a, doc{Title: "server's", Count: 1})
}
