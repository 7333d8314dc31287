package sagatest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

var errServer = errors.New("the server says no")

type list struct {
	Title string
	Rows  []row
}

type row struct {
	ID   string `atom:"key"`
	Name string
}

// edit is a step whose saga is an update, with whatever else it is given.
func edit(name string, a *atom.Atom[list], update func(*list), with func(saga.Saga[list]) saga.Saga[list]) sagatest.Step {
	return sagatest.Step{Name: name, Run: func(s *atom.Store) *saga.Task {
		return saga.Run(s, a, with(saga.Update(update).Effect(api[list])))
	}}
}

func plain(s saga.Saga[list]) saga.Saga[list] { return s }

func TestInterleaveEveryPolicy(t *testing.T) {
	root := atom.New(list{})
	rows := atom.Focus(root, func(l *list) *[]row { return &l.Rows })
	x := atom.At(rows, "x")
	title := func(to string) func(*list) { return func(l *list) { l.Title += to } }
	onRow := sagatest.Step{Name: "row", Run: func(s *atom.Store) *saga.Task {
		return saga.Run(s, x, saga.Update(func(r *row) { r.Name += "!" }).Effect(api[row]).
			PostEffect(func(r *row) { r.Name += "." }))
	}}
	both := sagatest.Step{Name: "both", Run: func(s *atom.Store) *saga.Task {
		return saga.Transact(s, func(tx *saga.Tx) {
			saga.Edit(tx, x, func(r *row) { r.Name += "tx" })
			saga.Edit(tx, root, title("tx"))
		}, func(context.Context, []draft.Changes) error { return nil })
	}}
	for _, test := range []struct {
		reason string
		with   func(saga.Saga[list]) saga.Saga[list]
	}{
		{"no policy", plain},
		{"Latest", func(s saga.Saga[list]) saga.Saga[list] { return s.Latest() }},
		{"Leading", func(s saga.Saga[list]) saga.Saga[list] { return s.Leading() }},
		{"Serial", func(s saga.Saga[list]) saga.Saga[list] { return s.Serial() }},
		{"Debounce", func(s saga.Saga[list]) saga.Saga[list] { return s.Debounce(time.Second) }},
		{"Throttle", func(s saga.Saga[list]) saga.Saga[list] { return s.Throttle(time.Second) }},
		{"a post-effect", func(s saga.Saga[list]) saga.Saga[list] { return s.PostEffect(title("?")) }},
		{"another attempt", func(s saga.Saga[list]) saga.Saga[list] { return s.Retry(saga.Backoff{Retries: 1}) }},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if err := sagatest.Interleave(root, list{Rows: []row{{ID: "x"}}},
					edit("a", root, title("a"), test.with),
					onRow,
					edit("b", root, title("b"), test.with),
					both,
				); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestInterleaveFindsWhatIsNotTheSameOnTwoStores(t *testing.T) {
	a, n := atom.New(list{}), 0
	err := sagatest.Interleave(a, list{}, edit("count", a, func(l *list) { l.Title = strings.Repeat("x", n) },
		func(s saga.Saga[list]) saga.Saga[list] { n++; return s }))
	if err == nil || !strings.Contains(err.Error(), "count is not the same each time") {
		t.Errorf("got %v", err)
	}
}

// More steps than every history could be run of.
func TestInterleaveOfManyStepsFindsTheShortestHistory(t *testing.T) {
	a := atom.New(list{})
	var steps []sagatest.Step
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		steps = append(steps, edit(name, a, func(l *list) { l.Title += name }, plain))
	}
	steps = append(steps, sagatest.Step{Name: "remembers", Run: func(s *atom.Store) *saga.Task {
		var first *string
		return saga.Run(s, a, saga.Update(func(l *list) {
			if first == nil {
				title := l.Title
				first = &title
			}
			l.Title = *first + "!"
		}).Effect(api[list]))
	}})
	err := sagatest.Interleave(a, list{}, steps...)
	if err == nil || strings.Count(err.Error(), "is dispatched") != 2 || strings.Count(err.Error(), "fails") != 1 {
		t.Errorf("got %v", err)
	}
}

func TestAHandSettlesEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(0)
		server := sagatest.Hold(s)
		task := saga.Run(s, a, saga.Update(func(n *int) { *n = 1 }).
			Effect(func(context.Context, int) error { return errServer }).Retry(saga.Backoff{Retries: 2}))
		server.Of(task).Fail(errServer)
		if task.State() != saga.Running || !task.Waiting() {
			t.Errorf("the task is %v", task.State())
		}
		time.Sleep(time.Second)
		server.Of(task).Release() // its own effect fails, too
		time.Sleep(time.Second)
		server.Of(task).Succeed()
		if task.State() != saga.Succeeded || task.Attempts() != 3 || a.Get(s) != 1 {
			t.Errorf("the task is %v after %d attempts", task.State(), task.Attempts())
		}
		server.Of(task).Fail(errServer) // has ended: nothing happens
	})
}
