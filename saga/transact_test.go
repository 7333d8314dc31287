package saga_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// transfer moves an amount between two accounts.
func transfer(s *atom.Store, from, to *atom.Atom[int], amount int, effect func(context.Context, []atom.Changes) error) *saga.Task {
	return saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, from, func(n *int) { *n -= amount })
		saga.Edit(tx, to, func(n *int) { *n += amount })
	}, effect)
}

func ExampleTransact() {
	store := atom.NewStore()
	savings, purse := atom.New(100), atom.New(0)
	refuse := make(chan error)

	task := transfer(store, savings, purse, 30, func(ctx context.Context, _ []atom.Changes) error { return <-refuse })
	purse.Update(store, func(n *int) { *n += 5 })
	fmt.Println(savings.Get(store), purse.Get(store))

	refuse <- errors.New("limit reached")
	task.Wait(context.Background())
	fmt.Println(savings.Get(store), purse.Get(store))
	// Output:
	// 70 35
	// 100 5
}

func TestATransactionIsAllOrNothing(t *testing.T) {
	s, a, b := atom.NewStore(), atom.New(1), atom.New(list("x"))
	told := 0
	atom.Subscribe(s, a, func() { told++ })
	task := saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, a, func(n *int) { *n = 2 })
		saga.Edit(tx, rowOf(b, "gone"), func(r *row) { r.Name = "?" })
	}, func(context.Context, []atom.Changes) error { t.Error("the effect ran"); return nil })
	if task.State() != saga.Failed || !errors.Is(task.Err(), atom.ErrMissing) || a.Get(s) != 1 || told != 0 {
		t.Errorf("%v: %v; %d, told %d times", task.State(), task.Err(), a.Get(s), told)
	}
}

func TestATransactionOnOneRoot(t *testing.T) {
	s, root := atom.NewStore(), atom.New(list("x"))
	rows := atom.Focus(root, func(d *doc) *[]row { return &d.Rows })
	answer := make(chan error)
	task := saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, rows, func(rs *[]row) { *rs = append(*rs, row{ID: "y"}) })
		saga.Edit(tx, rowOf(root, "y"), func(r *row) { r.Name = "sees the first edit" })
	}, func(context.Context, []atom.Changes) error { return <-answer })
	if got := root.Get(s).Rows[1].Name; got != "sees the first edit" {
		t.Errorf("%q", got)
	}
	if n := len(task.Patches()); n != 2 {
		t.Errorf("%d patches", n)
	}
	if atom.Pending(s, root) != 1 {
		t.Errorf("%d pending, want one", atom.Pending(s, root))
	}
	answer <- errServer
	task.Wait(t.Context())
	expect(t, s, root, list("x"))
}

// One change of a transaction cannot be re-applied: all of it goes, and a
// transaction that builds on it too.
func TestATransactionConflictsAsOne(t *testing.T) {
	s, a, b, c := atom.NewStore(), atom.New(list("x")), atom.New(10), atom.New(list("y"))
	block := func(ctx context.Context, _ []atom.Changes) error { <-ctx.Done(); return ctx.Err() }
	older := sagatest.Run(s, b, func(n *int) { *n *= 2 })
	first := saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, rowOf(a, "x"), func(r *row) { r.Name = "first" })
		saga.Edit(tx, b, func(n *int) { *n++ })
		saga.Edit(tx, c, push("z"))
	}, block)
	second := saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, rowOf(c, "z"), func(r *row) { r.Name = "builds on it" })
		saga.Edit(tx, b, func(n *int) { *n += 100 })
	}, block)
	if b.Get(s) != 121 {
		t.Fatalf("b is %d", b.Get(s))
	}
	if err := a.Sync(s, doc{}); err != nil { // the server has removed x
		t.Fatal(err)
	}
	first.Wait(t.Context())
	second.Wait(t.Context())
	if first.State() != saga.Conflict || second.State() != saga.Conflict {
		t.Errorf("%v and %v", first.State(), second.State())
	}
	if b.Get(s) != 20 || len(c.Get(s).Rows) != 1 {
		t.Errorf("b %d, c %+v", b.Get(s), c.Get(s))
	}
	older.Fail(errServer)
	if b.Get(s) != 10 || atom.Pending(s, b)+atom.Pending(s, a)+atom.Pending(s, c) != 0 {
		t.Errorf("b %d", b.Get(s))
	}
}

// A transaction folds only when it is the oldest everywhere: until then a base
// does not have half of it.
func TestATransactionFoldsAsOne(t *testing.T) {
	s, a, b := atom.NewStore(), atom.New(1), atom.New(1)
	older := sagatest.Run(s, a, func(n *int) { *n *= 10 })
	task := transfer(s, a, b, 1, func(context.Context, []atom.Changes) error { return nil })
	task.Wait(t.Context())
	later := sagatest.Run(s, b, func(n *int) { *n *= 10 })
	b.Sync(s, 5) // under the transaction, which is still live
	if a.Get(s) != 9 || b.Get(s) != 60 {
		t.Errorf("%d %d", a.Get(s), b.Get(s))
	}
	older.Fail(errServer)
	later.Fail(errServer)
	if a.Get(s) != 0 || b.Get(s) != 6 {
		t.Errorf("%d %d", a.Get(s), b.Get(s))
	}
}

func TestAnEmptyTransaction(t *testing.T) {
	s := atom.NewStore()
	for _, want := range []error{nil, errServer} {
		task := saga.Transact(s, func(*saga.Tx) {}, func(context.Context, []atom.Changes) error { return want })
		if err := task.Wait(t.Context()); err != want {
			t.Errorf("err %v, want %v", err, want)
		}
		task.Dismiss()
	}
}
