package saga_test

import (
	"context"
	"slices"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// The cases in which the optimistic recipes of other libraries show a wrong
// value, each by its name.

func list(names ...string) doc {
	var d doc
	for _, n := range names {
		d.Rows = append(d.Rows, row{ID: n, Name: n})
	}
	return d
}

func push(id string) func(*doc) {
	return func(d *doc) { d.Rows = append(d.Rows, row{ID: id, Name: id}) }
}

func remove(id string) func(*doc) {
	return func(d *doc) { d.Rows = slices.DeleteFunc(d.Rows, func(r row) bool { return r.ID == id }) }
}

func expect(t *testing.T, s *atom.Store, a *atom.Atom[doc], want doc) {
	t.Helper()
	got := a.Get(s)
	if got.Title != want.Title || got.Count != want.Count || !slices.Equal(got.Rows, want.Rows) {
		t.Errorf("the value is %+v, want %+v", got, want)
	}
}

func TestASetsBSetsAndSucceedsAFails(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{Title: "first"})
	A := sagatest.Run(s, a, func(d *doc) { d.Title = "A" })
	B := sagatest.Run(s, a, func(d *doc) { d.Title = "B" })
	B.Succeed()
	A.Fail(errServer)
	expect(t, s, a, doc{Title: "B"})
}

func TestARenamesARowBInsertsAboveItAFails(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x", "y"))
	rows := atom.Focus(a, func(d *doc) *[]row { return &d.Rows })
	A := sagatest.Run(s, atom.At(rows, "x"), func(r *row) { r.Name = "renamed" })
	B := sagatest.Run(s, rows, func(rs *[]row) { *rs = slices.Insert(*rs, 0, row{ID: "new", Name: "new"}) })
	A.Fail(errServer)
	expect(t, s, a, list("new", "x", "y"))
	B.Succeed()
	expect(t, s, a, list("new", "x", "y"))
}

func TestATogglesBTogglesBothFail(t *testing.T) {
	for _, order := range []string{"A first", "B first"} {
		s, a := atom.NewStore(), atom.New(false)
		toggle := func(b *bool) { *b = !*b }
		A, B := sagatest.Run(s, a, toggle), sagatest.Run(s, a, toggle)
		if order == "A first" {
			A.Fail(errServer)
			if !a.Get(s) {
				t.Error("B's toggle must show while it is pending")
			}
			B.Fail(errServer)
		} else {
			B.Fail(errServer)
			A.Fail(errServer)
		}
		if a.Get(s) {
			t.Errorf("%s: the first value must be back", order)
		}
	}
}

func TestAPushesBRemovesAnotherRowBothFail(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x", "y"))
	A, B := sagatest.Run(s, a, push("ghost")), sagatest.Run(s, a, remove("x"))
	A.Fail(errServer)
	expect(t, s, a, list("y"))
	B.Fail(errServer)
	expect(t, s, a, list("x", "y"))
}

func TestAInsertsBRemovesItAndSucceedsAFails(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x"))
	A, B := sagatest.Run(s, a, push("new")), sagatest.Run(s, a, remove("new"))
	B.Succeed()
	A.Fail(errServer)
	expect(t, s, a, list("x"))
}

func TestAIncrementsTheRowIsRemovedBothFail(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x"))
	rows := atom.Focus(a, func(d *doc) *[]row { return &d.Rows })
	A := sagatest.Run(s, atom.At(rows, "x"), func(r *row) { r.Name += "+1" })
	B := sagatest.Run(s, a, remove("x"))
	A.Fail(errServer)
	B.Fail(errServer)
	expect(t, s, a, list("x"))
}

func TestPostEffectFailsAfterASuccess(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{Title: "first"})
	var told error
	saga.OnError(s, func(task *saga.Task) { told = task.PostErr() })
	A := runThen(s, a, func(d *doc) { d.Title = "A" }, func(d *doc) { d.Title = "half"; panic("no") })
	A.Succeed()
	expect(t, s, a, doc{Title: "A"})
	if A.Task.State() != saga.Succeeded || A.Task.PostErr() == nil || told != A.Task.PostErr() {
		t.Errorf("the task is %v, PostErr %v, OnError was told %v", A.Task.State(), A.Task.PostErr(), told)
	}
}

func TestTheEffectFailsBeforeItsFirstAwait(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{Title: "first"})
	task := saga.Run(s, a, saga.Update(func(d *doc) { d.Title = "A" }).
		Effect(func(context.Context, doc) error { return errServer }))
	if err := task.Wait(t.Context()); err != errServer {
		t.Error(err)
	}
	expect(t, s, a, doc{Title: "first"})
}

func TestARefetchArrivesWhileASagaIsPendingWhichThenFails(t *testing.T) {
	s, a := atom.NewStore(), atom.New(doc{Title: "first"})
	A := sagatest.Run(s, a, func(d *doc) { d.Title = "A"; d.Count++ })
	if err := a.Sync(s, doc{Title: "refetched", Count: 10}); err != nil {
		t.Fatal(err)
	}
	expect(t, s, a, doc{Title: "A", Count: 11})
	A.Fail(errServer)
	expect(t, s, a, doc{Title: "refetched", Count: 10})
}
