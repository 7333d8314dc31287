package saga_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

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
