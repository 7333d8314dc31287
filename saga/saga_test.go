package saga_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

type doc struct {
	Title string
	Count int
	Rows  []row
}

type row struct {
	ID   string `atom:"key"`
	Name string
}

// Each test is a row of the settle table, by its name.

func TestUpdatePanics(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{Count: 1})
	task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 2; panic("no") }).
		Effect(func(context.Context, doc) error { t.Error("the effect ran"); return nil }))
	if task.State() != saga.Failed || !errors.Is(task.Err(), atom.ErrUpdatePanicked) {
		t.Errorf("the task is %v: %v", task.State(), task.Err())
	}
	if got := a.Get(s).Count; got != 1 {
		t.Errorf("count %d, want 1: the value must be untouched", got)
	}
}

func TestEffectReturnsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{Count: 1})
		var told []*saga.Task
		defer saga.OnError(s, func(t *saga.Task) { told = append(told, t) })()
		no := errors.New("no")
		task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count++ }).
			Effect(func(context.Context, doc) error { time.Sleep(time.Second); return no }))
		if got := a.Get(s).Count; got != 2 {
			t.Errorf("count %d at once, want 2", got)
		}
		if atom.Pending(s, a) != 1 {
			t.Error("not pending")
		}
		if err := task.Wait(t.Context()); err != no {
			t.Errorf("err %v", err)
		}
		if got := a.Get(s).Count; got != 1 {
			t.Errorf("count %d, want 1", got)
		}
		if len(told) != 1 || told[0] != task || atom.Pending(s, a) != 0 {
			t.Errorf("OnError was told of %d tasks", len(told))
		}
	})
}

func TestEffectPanics(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	task := saga.Run(s, a, saga.Effect(func(context.Context, doc) error { panic("boom") }))
	err := task.Wait(t.Context())
	if !errors.Is(err, saga.ErrEffectPanicked) || !strings.Contains(err.Error(), "boom") || !strings.Contains(err.Error(), "saga_test.go") {
		t.Errorf("err %v, want the value and the stack", err)
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		aborted := false
		task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 5 }).
			Effect(func(ctx context.Context, _ doc) error { <-ctx.Done(); aborted = true; return ctx.Err() }).
			Timeout(time.Minute))
		if err := task.Wait(t.Context()); err != saga.ErrTimeout || task.State() != saga.Failed {
			t.Errorf("%v: %v", task.State(), err)
		}
		synctest.Wait()
		if !aborted || a.Get(s).Count != 0 {
			t.Error("the request was not aborted, or the change not taken back")
		}
	})
}
