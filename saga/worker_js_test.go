package saga_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

func TestEffectsShareGoroutines(t *testing.T) {
	s, count := atom.NewStore(), atom.New(0)
	goroutines, idle := map[string]int{}, saga.IdleWorkers()
	for range 100 {
		var all []*saga.Task
		var running sync.WaitGroup // all three
		running.Add(3)
		for range 3 {
			all = append(all, saga.Run(s, count, saga.Update(func(n *int) { *n++ }).Effect(func(context.Context, int) error {
				var stack [64]byte
				id, _, _ := strings.Cut(string(stack[:runtime.Stack(stack[:], false)]), "[")
				goroutines[id]++
				running.Done()
				running.Wait()
				return nil
			})))
		}
		for _, task := range all {
			if err := task.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for saga.IdleWorkers() < max(idle, 3) { // a task is over before its worker rests
			runtime.Gosched()
		}
	}
	if got := count.Get(s); got != 300 {
		t.Errorf("counted %d", got)
	}
	if len(goroutines) != 3 {
		t.Errorf("300 effects, three at a time, have run on %d goroutines", len(goroutines))
	}
}

// In a bubble every goroutine has to end, or its test fails.
func TestEffectsLeaveABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := saga.Run(atom.NewStore(), atom.New(0), saga.Update(func(n *int) { *n++ }).Effect(func(context.Context, int) error { return nil }))
		if err := task.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
