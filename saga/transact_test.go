package saga_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// transfer moves an amount between two accounts.
func transfer(s *atom.Store, from, to *atom.Atom[int], amount int, effect func(context.Context, []draft.Changes) error) *saga.Task {
	return saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, from, func(n *int) { *n -= amount })
		saga.Edit(tx, to, func(n *int) { *n += amount })
	}, effect)
}

func ExampleTransact() {
	store := atom.NewStore()
	savings, purse := atom.New(100), atom.New(0)
	refuse := make(chan error)

	task := transfer(store, savings, purse, 30, func(ctx context.Context, _ []draft.Changes) error { return <-refuse })
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
	s.Subscribe(a, func() { told++ })
	task := saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, a, func(n *int) { *n = 2 })
		saga.Edit(tx, rowOf(b, "gone"), func(r *row) { r.Name = "?" })
	}, func(context.Context, []draft.Changes) error { t.Error("the effect ran"); return nil })
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
	}, func(context.Context, []draft.Changes) error { return <-answer })
	if got := root.Get(s).Rows[1].Name; got != "sees the first edit" {
		t.Errorf("%q", got)
	}
	if n := len(task.Patches()); n != 2 {
		t.Errorf("%d patches", n)
	}
	if root.Pending(s) != 1 {
		t.Errorf("%d pending, want one", root.Pending(s))
	}
	answer <- errServer
	task.Wait(t.Context())
	expect(t, s, root, list("x"))
}

// One change of a transaction cannot be re-applied: all of it goes, and a
// transaction that builds on it too.
func TestATransactionConflictsAsOne(t *testing.T) {
	s, a, b, c := atom.NewStore(), atom.New(list("x")), atom.New(10), atom.New(list("y"))
	block := func(ctx context.Context, _ []draft.Changes) error { <-ctx.Done(); return ctx.Err() }
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
	if b.Get(s) != 10 || b.Pending(s)+a.Pending(s)+c.Pending(s) != 0 {
		t.Errorf("b %d", b.Get(s))
	}
}

// A transaction folds only when it is the oldest everywhere: until then a base
// does not have half of it.
func TestATransactionFoldsAsOne(t *testing.T) {
	s, a, b := atom.NewStore(), atom.New(1), atom.New(1)
	older := sagatest.Run(s, a, func(n *int) { *n *= 10 })
	task := transfer(s, a, b, 1, func(context.Context, []draft.Changes) error { return nil })
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
		task := saga.Transact(s, func(*saga.Tx) {}, func(context.Context, []draft.Changes) error { return want })
		if err := task.Wait(t.Context()); err != want {
			t.Errorf("err %v, want %v", err, want)
		}
		task.Dismiss()
	}
}

func TestTheEffectOfATransactionGetsItsPatches(t *testing.T) {
	s, a, n := atom.NewStore(), atom.New(list("x")), atom.New(1)
	var sent []string
	task := saga.Transact(s, func(tx *saga.Tx) {
		saga.Edit(tx, rowOf(a, "x"), func(r *row) { r.Name = "new" })
		saga.Edit(tx, n, func(*int) {})
		saga.Edit(tx, n, func(n *int) { *n = 5 })
	}, func(_ context.Context, patches []draft.Changes) error {
		for _, p := range patches {
			sent = append(sent, p.String())
		}
		return nil
	})
	task.Wait(t.Context())
	if len(sent) != 3 || !strings.Contains(sent[0], "/Name") || sent[1] != "" || sent[2] == "" {
		t.Errorf("got %q", sent)
	}
}

func TestATransactionWithoutAnEffectIsAWrite(t *testing.T) {
	s, a, b := atom.NewStore(), atom.New(10), atom.New(0)
	told := 0
	s.Watch(a, func() { told++ })
	task := transfer(s, a, b, 3, nil)
	if task.State() != saga.Succeeded || a.Get(s) != 7 || b.Get(s) != 3 || told != 1 {
		t.Errorf("%v, %d and %d; told %d times", task.State(), a.Get(s), b.Get(s), told)
	}
}

func TestOptionsOfATransaction(t *testing.T) {
	for _, test := range []struct {
		reason string
		with   func(*saga.Tx)
		runs   int
		state  saga.State // of the first
		value  int        // at once
		after  int        // when all is over
		sent   int
	}{
		{"none", func(*saga.Tx) {}, 2, saga.Running, 2, 0, 2},
		{"a timeout", func(tx *saga.Tx) { tx.Timeout(time.Second) }, 2, saga.Running, 2, 0, 2},
		{"another attempt", func(tx *saga.Tx) { tx.Retry(saga.Backoff{Retries: 1}) }, 1, saga.Running, 1, 0, 2},
		{"Latest", func(tx *saga.Tx) { tx.Latest() }, 2, saga.Superseded, 1, 0, 2},
		{"Leading", func(tx *saga.Tx) { tx.Leading("key") }, 2, saga.Running, 1, 0, 1},
		{"Serial", func(tx *saga.Tx) { tx.Serial() }, 2, saga.Running, 2, 0, 2},
		{"AsSent", func(tx *saga.Tx) { tx.PinPatch() }, 2, saga.Running, 2, 0, 2},
		{"a context that is over", func(tx *saga.Tx) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			tx.Context(ctx)
		}, 1, saga.Cancelled, 0, 0, 0},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, a, b := atom.NewStore(), atom.New(0), atom.New(0)
				var sent atomic.Int32
				var first, last *saga.Task
				for range test.runs {
					last = saga.Transact(s, func(tx *saga.Tx) {
						saga.Edit(tx, a, func(n *int) { *n++ })
						saga.Edit(tx, b, func(n *int) { *n-- })
						test.with(tx)
					}, func(ctx context.Context, _ []draft.Changes) error {
						sent.Add(1)
						select {
						case <-ctx.Done():
						case <-time.After(time.Minute):
						}
						return errServer
					})
					if first == nil {
						first = last
					}
					synctest.Wait() // its effect has begun
				}
				if first.State() != test.state || a.Get(s) != test.value || b.Get(s) != -test.value {
					t.Errorf("the first is %v, the value %d", first.State(), a.Get(s))
				}
				time.Sleep(time.Hour)
				if a.Get(s) != test.after || int(sent.Load()) != test.sent || last.State() == saga.Running {
					t.Errorf("the value is %d in the end, %d attempts", a.Get(s), sent.Load())
				}
			})
		})
	}
}

func TestEditOfATransactionThatIsBuiltPanics(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var kept *saga.Tx
	saga.Transact(s, func(tx *saga.Tx) { kept = tx; saga.Edit(tx, a, increment) }, nil)
	defer func() {
		if reason := recover(); reason == nil || a.Get(s) != 1 {
			t.Errorf("%v, %d", reason, a.Get(s))
		}
	}()
	saga.Edit(kept, a, increment)
}
