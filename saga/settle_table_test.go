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
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
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
	if task.State() != saga.Failed || !errors.Is(task.Err(), draft.ErrUpdatePanicked) {
		t.Errorf("the task is %v: %v", task.State(), task.Err())
	}
	if got := a.Get(s).Count; got != 1 || a.Pending(s) != 0 {
		t.Errorf("count %d, %d pending: the value must be untouched and the log empty", got, a.Pending(s))
	}
}

func TestTargetIsMissing(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	gone := atom.At(atom.Focus(a, func(d *doc) *[]row { return &d.Rows }), "gone")
	task := saga.Run(s, gone, saga.Update(func(r *row) { r.Name = "?" }))
	if task.State() != saga.Failed || !errors.Is(task.Err(), atom.ErrMissing) || !strings.Contains(task.Err().Error(), "gone") {
		t.Errorf("the task is %v: %v", task.State(), task.Err())
	}
}

func TestUpdateChangesNothing(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{Count: 1})
	h := sagatest.Run(s, a, func(d *doc) { d.Count = 1 })
	if a.Pending(s) != 1 || !h.Task.Patch().Empty() {
		t.Error("it must enter the log all the same, with an empty patch")
	}
	h.Succeed()
	if h.Task.State() != saga.Succeeded {
		t.Errorf("the task is %v", h.Task.State())
	}
}

func TestNoEffectGiven(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	older := sagatest.Run(s, a, func(d *doc) { d.Title = "older" })
	task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 1 }))
	if task.State() != saga.Succeeded || task.Wait(t.Context()) != nil {
		t.Errorf("the task is %v", task.State())
	}
	older.Fail(errServer)
	expect(t, s, a, doc{Count: 1})
}

func TestEffectWithoutUpdate(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{Title: "first"})
	answer := make(chan error)
	task := saga.Run(s, a, saga.Effect(func(_ context.Context, now doc) error {
		if now.Title != "first" {
			t.Errorf("the effect was handed %+v", now)
		}
		return <-answer
	}).PostEffect(func(d *doc) { d.Title = "answered" }))
	expect(t, s, a, doc{Title: "first"})
	answer <- nil
	task.Wait(t.Context())
	expect(t, s, a, doc{Title: "answered"})
}

func TestEffectReturnsNil(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	older := sagatest.Run(s, a, func(d *doc) { d.Title += "1" })
	h := runThen(s, a, func(d *doc) { d.Title += "2" }, func(d *doc) { d.Title += "!" })
	newer := sagatest.Run(s, a, func(d *doc) { d.Title += "3" })
	h.Succeed()
	expect(t, s, a, doc{Title: "123!"}) // the post-effect is at the end of the log
	older.Fail(errServer)
	expect(t, s, a, doc{Title: "23!"})
	newer.Fail(errServer)
	expect(t, s, a, doc{Title: "2!"})
}

func TestPostEffectPanics(t *testing.T) { TestPostEffectFailsAfterASuccess(t) }

// An effect without a result leaves nothing for a post-effect that is handed one; one
// that is handed nothing is not concerned.
func TestEffectReturnsErrNoResult(t *testing.T) {
	none := fmt.Errorf("204: %w", saga.ErrNoResult)
	s, a := atom.NewStore(), atom.New(doc{})
	var seen error
	saga.Wrap(s, func(ctx context.Context, effect func(context.Context) error) error {
		seen = effect(ctx)
		return seen
	})
	task := saga.Run(s, a, saga.New(
		func(d *doc) struct{} { d.Title = "mine"; return struct{}{} },
		func(context.Context, doc, struct{}) (doc, error) { return doc{}, none },
		func(d *doc, saved doc) { *d = saved },
	))
	task.Wait(t.Context())
	expect(t, s, a, doc{Title: "mine"})
	if task.State() != saga.Succeeded || task.Err() != nil || task.PostErr() != nil || seen != nil {
		t.Errorf("the task is %v: %v, %v; around it was %v", task.State(), task.Err(), task.PostErr(), seen)
	}
	task = saga.Run(s, a, saga.Update(func(d *doc) { d.Title += "!" }).
		Effect(func(context.Context, doc) error { return none }).
		PostEffect(func(d *doc) { d.Count = 1 }))
	task.Wait(t.Context())
	expect(t, s, a, doc{Title: "mine!", Count: 1})
}

func TestEffectReturnsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{Count: 1})
		var told []*saga.Task
		remove := saga.OnError(s, func(t *saga.Task) { told = append(told, t) })
		no := errors.New("no")
		failing := saga.Update(func(d *doc) { d.Count++ }).
			Effect(func(context.Context, doc) error { time.Sleep(time.Second); return no })
		task := saga.Run(s, a, failing)
		if a.Get(s).Count != 2 || a.Pending(s) != 1 || task.State() != saga.Running || task.Err() != nil {
			t.Error("the change must show at once, and be pending")
		}
		if err := task.Wait(t.Context()); err != no || task.State() != saga.Failed {
			t.Errorf("the task is %v: %v", task.State(), err)
		}
		if a.Get(s).Count != 1 || a.Pending(s) != 0 {
			t.Error("the change must be taken back")
		}
		if task.Ended().Sub(task.Began()) != time.Second {
			t.Errorf("it took %v", task.Ended().Sub(task.Began()))
		}
		if len(told) != 1 || told[0] != task {
			t.Errorf("OnError was told of %d tasks", len(told))
		}
		remove()
		task.Retry().Wait(t.Context())
		if len(told) != 1 {
			t.Error("OnError was told after it was removed")
		}
	})
}

func TestEffectPanics(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{})
	task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count++ }).
		Effect(func(context.Context, doc) error { panic("boom") }))
	err := task.Wait(t.Context())
	if !errors.Is(err, saga.ErrEffectPanicked) || !strings.Contains(err.Error(), "boom") || !strings.Contains(err.Error(), "settle_table_test.go") {
		t.Errorf("err %v, want the value and the stack", err)
	}
	expect(t, s, a, doc{})
}
