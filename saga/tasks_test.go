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
