package saga_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

func ExampleTasks() {
	store := atom.NewStore()
	kind := atom.New(Kind{Name: "knows"})
	store.Subscribe(saga.Tasks(), func() {
		h := saga.Tasks().Get(store)
		fmt.Println(len(h.Running), "running,", len(h.Ended), "ended")
	})

	rename := sagatest.Run(store, kind, func(k *Kind) { k.Name = "is acquainted with" })
	rename.Fail(errors.New("503"))
	fmt.Println(saga.Tasks().Get(store).Ended[0].Err())
	// Output:
	// 1 running, 0 ended
	// 0 running, 1 ended
	// 503
}

// An upload that says how far it is.
func ExampleTask_ReportProgress() {
	store := atom.NewStore()
	picture := atom.New("")
	task := saga.Run(store, picture, saga.
		Update(func(p *string) { *p = "portrait.png" }).
		Effect(func(ctx context.Context, _ string) error {
			for sent := int64(0); sent <= 300; sent += 100 {
				saga.TaskFrom(ctx).ReportProgress(sent, 300)
			}
			return nil
		}))
	task.Wait(context.Background())
	done, total := task.Progress()
	fmt.Println(done, "of", total)
	// Output: 300 of 300
}

// A spinner of the page, and an effect that is not even begun without a token.
func ExampleWrap() {
	store := atom.NewStore()
	saga.Wrap(store, func(ctx context.Context, effect func(context.Context) error) error {
		fmt.Println("attempt", saga.TaskFrom(ctx).Attempts())
		if token == "" {
			return saga.Permanent(errors.New("log in first"))
		}
		return effect(ctx)
	})
	n := atom.New(0)
	task := saga.Run(store, n, saga.Update(func(n *int) { *n++ }).
		Effect(func(context.Context, int) error { return nil }).Retry(saga.Backoff{Retries: 3}))
	fmt.Println(task.Wait(context.Background()), n.Get(store))
	// Output:
	// attempt 1
	// log in first 0
}

var token string

func TestTheHistoryIsBounded(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	for range 250 {
		saga.Run(s, a, saga.Update(func(n *int) { *n++ }))
	}
	h := saga.Tasks().Get(s)
	if len(h.Ended) != 100 || len(h.Running) != 0 || a.Get(s) != 250 {
		t.Errorf("%d running, %d ended", len(h.Running), len(h.Ended))
	}
	if last := h.Ended[99]; last.State() != saga.Succeeded || last.Began().Before(h.Ended[0].Began()) {
		t.Errorf("the last that has ended is not the last of the history")
	}
}

func TestTasksAreInTheOrderOfDispatch(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var hands []*sagatest.Hand
	for range 5 {
		hands = append(hands, sagatest.Run(s, a, func(n *int) { *n++ }))
	}
	seen := func(want ...int) {
		t.Helper()
		running := saga.Tasks().Get(s).Running
		if len(running) != len(want) {
			t.Fatalf("%d run, want %d", len(running), len(want))
		}
		for i, k := range want {
			if running[i] != hands[k].Task {
				t.Errorf("the %d-th is not task %d", i, k)
			}
		}
	}
	seen(0, 1, 2, 3, 4)
	hands[0].Succeed()
	hands[4].Fail(errServer)
	hands[2].Task.Cancel()
	seen(1, 3)
	hands[3].Succeed()
	hands[1].Succeed()
	seen()
}

// Whoever shows the atom, or the tasks, is told of progress, and of an effect
// that waits to be tried again.
func TestProgressIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(0)
		var atoms, tasks atomic.Int32
		defer s.Watch(a, func() { atoms.Add(1) })()
		defer s.Watch(saga.Tasks(), func() { tasks.Add(1) })()
		told := func() string { return fmt.Sprint(atoms.Load(), " ", tasks.Load()) }
		step := make(chan error)
		task := saga.Run(s, a, saga.Update(func(n *int) { *n = 1 }).
			Effect(func(ctx context.Context, _ int) error {
				saga.TaskFrom(ctx).ReportProgress(1, 2)
				return <-step
			}).Retry(saga.Backoff{Retries: 1}))
		synctest.Wait()
		if done, total := task.Progress(); done != 1 || total != 2 {
			t.Errorf("%d of %d", done, total)
		}
		if told() != "2 2" {
			t.Errorf("after the dispatch and some progress told %s", told())
		}
		step <- errServer
		synctest.Wait()
		if !task.Waiting() || told() != "3 3" {
			t.Errorf("while it waits told %s", told())
		}
		time.Sleep(time.Second)
		step <- nil
		synctest.Wait()
		saga.TaskFrom(t.Context()).ReportProgress(1, 1) // no effect's: nothing happens
	})
}

// A failure that nobody has heard of waits for somebody who listens.
func TestAnUnheardFailureIsNeverLost(t *testing.T) {
	for _, test := range []struct {
		reason string
		heard  func(*saga.Task)
		want   int
	}{
		{"nobody knows", func(*saga.Task) {}, 1},
		{"it was dismissed", (*saga.Task).Dismiss, 0},
		{"it was tried again, and failed again", func(t *saga.Task) { t.Retry().Wait(context.Background()) }, 1},
	} {
		s, a := atom.NewStore(), atom.New(0)
		task := saga.Run(s, a, saga.Update(func(n *int) { *n = 1 }).
			Effect(func(context.Context, int) error { return errServer }))
		task.Wait(t.Context())
		test.heard(task)
		var told []*saga.Task
		remove := saga.OnError(s, func(t *saga.Task) { told = append(told, t) })
		if len(told) != test.want {
			t.Errorf("%s: told of %d failures, want %d", test.reason, len(told), test.want)
		}
		remove()
		saga.OnError(s, func(*saga.Task) { t.Errorf("%s: it was told already", test.reason) })
	}
}

func TestUnheardFailuresAreBounded(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	for range 250 {
		saga.Run(s, a, saga.Update(func(*int) { panic("refused") }))
	}
	told := 0
	saga.OnError(s, func(*saga.Task) { told++ })
	if told != 100 {
		t.Errorf("told of %d, want the last 100", told)
	}
}

func TestWrapCanBeRemovedAndNested(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var log []string
	around := func(name string) func() {
		return saga.Wrap(s, func(ctx context.Context, effect func(context.Context) error) error {
			log = append(log, name)
			return effect(ctx)
		})
	}
	run := func() {
		saga.Run(s, a, saga.Effect(func(context.Context, int) error { log = append(log, "effect"); return nil })).Wait(t.Context())
	}
	outer, inner := around("outer"), around("inner")
	run()
	outer()
	run()
	inner()
	run()
	if got, want := fmt.Sprint(log), "[outer inner effect inner effect effect]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheContextOfASaga(t *testing.T) {
	type user struct{}
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(0)
		ctx, leave := context.WithCancelCause(context.WithValue(t.Context(), user{}, "ada"))
		aborted := false
		sg := saga.Update(func(n *int) { *n++ }).Effect(func(ctx context.Context, _ int) error {
			if ctx.Value(user{}) != "ada" || saga.TaskFrom(ctx) == nil {
				t.Error("the effect's context has neither value")
			}
			<-ctx.Done()
			aborted = true
			return ctx.Err()
		}).Context(ctx)
		task := saga.Run(s, a, sg)
		synctest.Wait()
		leave(errors.New("the user has left the page"))
		synctest.Wait()
		if task.State() != saga.Cancelled || !errors.Is(task.Err(), saga.ErrCancelled) || !aborted || a.Get(s) != 0 {
			t.Errorf("the task is %v: %v; the value %d", task.State(), task.Err(), a.Get(s))
		}
		if task.Err().Error() != "saga: cancelled: the user has left the page" {
			t.Errorf("err %v", task.Err())
		}
		late := saga.Run(s, a, sg)
		if late.State() != saga.Cancelled || a.Get(s) != 0 || late.Attempts() != 0 {
			t.Errorf("one that came late is %v", late.State())
		}
	})
}

func TestADeadlineOfTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		task := saga.Run(s, a, saga.Update(func(n *int) { *n++ }).
			Effect(func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }).Context(ctx))
		task.Wait(t.Context())
		if task.State() != saga.Cancelled || !errors.Is(task.Err(), context.DeadlineExceeded) {
			t.Errorf("the task is %v: %v", task.State(), task.Err())
		}
	})
}

// The same saga a thousand times leaves nothing in its context.
func TestTheContextKeepsNoTasks(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	ctx := &counting{Context: t.Context(), done: make(chan struct{})}
	saga.Run(s, a, saga.Update(func(n *int) { *n++ }).Effect(func(context.Context, int) error { return nil }).Context(ctx)).Wait(t.Context())
	if ctx.after != 0 {
		t.Errorf("%d functions are left", ctx.after)
	}
}

// counting counts what waits for its end.
type counting struct {
	context.Context
	done  chan struct{}
	after int
}

func (c *counting) Done() <-chan struct{} { return c.done }

func (c *counting) AfterFunc(func()) (stop func() bool) {
	c.after++
	return func() bool { c.after--; return true }
}
