package saga_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// Two people rename a kind; the update does not take a name that it does not
// know, and the page lets the user decide.
func ExampleResolve() {
	store := atom.NewStore()
	kind := atom.New(Kind{Name: "knows"})
	server := sagatest.Hold(store)
	rename := saga.Update(func(k *Kind) {
		if k.Name != "knows" {
			panic("somebody else has renamed it")
		}
		k.Name = "met"
	}).Effect(func(context.Context, Kind) error { return nil })

	task := saga.Run(store, kind, rename)
	kind.Sync(store, Kind{Name: "has met"})

	c, _ := task.Conflict()
	fmt.Printf("mine %q, theirs %q, base %q\n", c.Mine.(Kind).Name, c.Theirs.(Kind).Name, c.Base.(Kind).Name)

	keep := saga.Resolve(task, func(k *Kind) { k.Name = c.Mine.(Kind).Name })
	fmt.Println("keep:", kind.Get(store).Name)
	keep.Cancel()
	edit := saga.Resolve(task, func(k *Kind) { k.Name += " and " + c.Mine.(Kind).Name })
	fmt.Println("edit:", kind.Get(store).Name)
	edit.Cancel()
	task.Dismiss()
	fmt.Println("drop:", kind.Get(store).Name)

	server.Of(keep).Succeed() // its effect is not run any more
	// Output:
	// mine "met", theirs "has met", base "knows"
	// keep: met
	// edit: has met and met
	// drop: has met
}

// What a conflict says, and what can be done about it, wherever the atom lies and
// with nobody on the page who shows it.
func TestConflictOfARow(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x", "y"))
	var told []*saga.Task
	saga.OnError(s, func(task *saga.Task) { told = append(told, task) })
	var conflicts []atom.Conflict
	s.OnConflict(func(c atom.Conflict) { conflicts = append(conflicts, c) })
	sent, refetched := make(chan string, 1), atomic.Bool{}
	task := saga.Run(s, rowOf(a, "x"), saga.New(
		func(r *row) string { r.Name = "mine"; return r.ID },
		func(ctx context.Context, r row, id string) (string, error) {
			if !refetched.Load() {
				<-ctx.Done()
				return "", ctx.Err() // when the task has long ended, maybe
			}
			sent <- id + " " + r.Name
			return "", nil
		},
		nil,
	))
	a.SyncUpdate(s, remove("x"))
	task.Wait(t.Context())
	c, ok := task.Conflict()
	if !ok || c.Path != "/Rows/x" || c.Mine != any(row{"x", "mine"}) || c.Theirs != nil || c.Base != any(row{"x", "x"}) || c.Err == nil {
		t.Errorf("the conflict is %+v, %v", c, ok)
	}
	if len(told) != 1 || told[0] != task || len(conflicts) != 1 || conflicts[0].Path != c.Path {
		t.Errorf("OnError was told of %d, OnConflict of %d", len(told), len(conflicts))
	}
	if _, ok := sagatest.Run(s, a, push("z")).Task.Conflict(); ok {
		t.Error("one that runs has no conflict")
	}

	gone := saga.Resolve(task, func(r *row) { *r = c.Mine.(row) })
	if gone.State() != saga.Failed || !errors.Is(gone.Err(), atom.ErrMissing) {
		t.Errorf("there is nothing to write it to: %v, %v", gone.State(), gone.Err())
	}
	refetched.Store(true)
	a.Update(s, func(d *doc) { d.Rows = slices.Insert(d.Rows, 0, row{ID: "x", Name: "theirs"}) })
	kept := saga.Resolve(task, func(r *row) { *r = c.Mine.(row) })
	if err := kept.Wait(t.Context()); err != nil || rowOf(a, "x").Get(s).Name != "mine" {
		t.Errorf("kept %v: %v", rowOf(a, "x").Get(s), err)
	}
	if got := <-sent; got != "x mine" {
		t.Errorf("sent %q: what the update has handed on is for the effect this time, too", got)
	}
}

func TestResolveIsForTheTypeOfTheAtom(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	task := sagatest.Run(s, a, func(n *int) { *n++ }).Task
	tx := transfer(s, a, a, 1, nil)
	for _, resolve := range []func(){
		func() { saga.Resolve(task, func(*string) {}) },
		func() { saga.Resolve(tx, func(*int) {}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("it must panic")
				}
			}()
			resolve()
		}()
	}
}

func TestConflictOfATransactionNamesTheEdit(t *testing.T) {
	s, a, n := atom.NewStore(), atom.New(list("x")), atom.New(1)
	task := saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, n, func(n *int) { *n++ })
		saga.Edit(tx, rowOf(a, "x"), func(r *row) { r.Name = "mine" })
	}, func(ctx context.Context, _ []draft.Changes) error { <-ctx.Done(); return ctx.Err() })
	a.Sync(s, doc{})
	task.Wait(t.Context())
	if c, ok := task.Conflict(); !ok || c.Path != "/Rows/x" || c.Mine != any(row{"x", "mine"}) || n.Get(s) != 1 {
		t.Errorf("the conflict is %+v, %v", c, ok)
	}
	a.Sync(s, list("x"))
	again := task.Retry()
	if n.Get(s) != 2 || rowOf(a, "x").Get(s).Name != "mine" {
		t.Errorf("%d, %v", n.Get(s), a.Get(s))
	}
	again.Cancel()
}

// One that has succeeded, and waits in the log for an older one, can still lose
// its place. That is no failure of its task.
func TestConflictAfterTheSuccess(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x"))
	saga.OnError(s, func(*saga.Task) { t.Error("the task has succeeded") })
	conflicts := 0
	s.OnConflict(func(atom.Conflict) { conflicts++ })
	older := sagatest.Run(s, a, func(d *doc) { d.Count++ })
	h := sagatest.Run(s, rowOf(a, "x"), func(r *row) { r.Name = "mine" })
	h.Succeed()
	a.SyncUpdate(s, remove("x"))
	if _, ok := h.Task.Conflict(); ok || h.Task.State() != saga.Succeeded || conflicts != 1 {
		t.Errorf("the task is %v, %d conflicts", h.Task.State(), conflicts)
	}
	older.Succeed()
	expect(t, s, a, doc{Count: 1})
}
