package atom_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

// apart runs f on a goroutine that it may end, as FailNow does, and waits for that.
func apart(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// An exiting is a log of one pending entry, first, and above it one update that ends
// the goroutine when first is not there, between others that do not.
type exiting struct {
	s         *atom.Store
	a         *atom.Atom[[]string]
	first     *atom.Entry
	above     []*atom.Entry
	conflicts []*atom.Entry
	errs      []error
}

func newExiting(t *testing.T, names ...string) *exiting {
	x := &exiting{s: atom.NewStore(), a: atom.New([]string{"base"})}
	dispatch := func(name string, edit func(*[]string)) *atom.Entry {
		e, err := atom.Dispatch(x.s, x.a.Edit(edit))
		if err != nil {
			t.Fatal(name, err)
		}
		return e
	}
	x.s.OnConflict(func(c atom.Conflict) {
		x.conflicts, x.errs = append(x.conflicts, c.Entry), append(x.errs, c.Err)
	})
	x.first = dispatch("first", func(l *[]string) { *l = append(*l, "first") })
	for _, name := range names {
		x.above = append(x.above, dispatch(name, func(l *[]string) {
			if name == "exits" && !slices.Contains(*l, "first") {
				runtime.Goexit()
			}
			*l = append(*l, name)
		}))
	}
	return x
}

// expect tells what the log shows, which entries have become conflicts, and that the
// store works.
func (x *exiting) expect(t *testing.T, conflicts []*atom.Entry, want ...string) {
	t.Helper()
	free(t, x.s)
	if got := x.a.Get(x.s); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !slices.Equal(x.conflicts, conflicts) {
		t.Errorf("%d conflicts %v, want %d", len(x.conflicts), x.errs, len(conflicts))
	}
	for _, err := range x.errs {
		if !errors.Is(err, atom.ErrUpdateExited) {
			t.Errorf("the conflict says %v", err)
		}
	}
	for i, e := range x.above {
		if err := e.Drop(x.s); (err == nil) == slices.Contains(conflicts, e) {
			t.Errorf("to drop the entry %d above: %v", i, err)
		}
	}
	if n := x.a.Pending(x.s); n != 0 {
		t.Errorf("%d are left", n)
	}
}

func TestWhatIsAboveAnUpdateThatEndsTheGoroutineIsAppliedAgain(t *testing.T) {
	x := newExiting(t, "below", "exits", "above")
	n := counter(t, x.s, x.a)
	apart(func() { x.first.Drop(x.s) })
	if *n != 1 {
		t.Errorf("told %d times, want 1", *n)
	}
	x.expect(t, x.above[1:2], "base", "below", "above")
}

func TestEveryUpdateThatEndsTheGoroutineIsAConflict(t *testing.T) {
	x := newExiting(t, "exits", "exits", "between", "exits", "above", "exits")
	apart(func() { x.first.Drop(x.s) })
	x.expect(t, []*atom.Entry{x.above[0], x.above[1], x.above[3], x.above[5]}, "base", "between", "above")
}

// A base from outside is put there, and what it contains leaves, whatever becomes of
// those that are applied again on it.
func TestABaseUnderAnUpdateThatEndsTheGoroutineIsPutThere(t *testing.T) {
	server := func(l *[]string) { *l = slices.Insert(*l, 0, "server") }
	for name, sync := range map[string]func(x *exiting, b *atom.Batch){
		"Sync":       func(x *exiting, b *atom.Batch) { x.a.Sync(b, []string{"server", "base"}) },
		"SyncUpdate": func(x *exiting, b *atom.Batch) { x.a.SyncUpdate(b, server) },
		"SyncFunc": func(x *exiting, b *atom.Batch) {
			x.a.SyncFunc(b, func(l []string) ([]string, error) { server(&l); return l, nil }, x.first)
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := newExiting(t, "below", "exits", "above", "exits")
			apart(func() {
				x.s.Batch(func(b *atom.Batch) {
					defer sync(x, b)
					if name != "SyncFunc" {
						x.first.Drop(b)
					}
				})
			})
			x.expect(t, []*atom.Entry{x.above[1], x.above[3]}, "server", "base", "below", "above")
		})
	}
}

// An entry leaves all atoms that it is about, wherever it could not be applied again.
func TestAnEntryWhoseUpdateEndsTheGoroutineLeavesEveryAtom(t *testing.T) {
	s, a, b := atom.NewStore(), atom.New(0), atom.New(0)
	var conflicts []*atom.Entry
	s.OnConflict(func(c atom.Conflict) { conflicts = append(conflicts, c.Entry) })
	add := func(n *int) { *n++ }
	first, _ := atom.Dispatch(s, a.Edit(add))
	both, _ := atom.Dispatch(s, b.Edit(add), a.Edit(func(n *int) {
		if *n == 0 {
			runtime.Goexit()
		}
	}))
	above, _ := atom.Dispatch(s, a.Edit(add), b.Edit(func(n *int) {
		if *n == 0 {
			runtime.Goexit()
		}
		*n *= 10
	}))
	last, _ := atom.Dispatch(s, b.Edit(add))
	apart(func() { first.Drop(s) })
	free(t, s)
	if a.Get(s) != 0 || b.Get(s) != 1 || !slices.Equal(conflicts, []*atom.Entry{both, above}) || !last.Live(s) {
		t.Errorf("%d and %d, %d conflicts; want 0 and 1, 2 conflicts", a.Get(s), b.Get(s), len(conflicts))
	}
}

// Rekey to a key that the base has already applies everything again.
func TestRekeyAboveWhichAnUpdateEndsTheGoroutine(t *testing.T) {
	s, rows := atom.NewStore(), atom.New([]errand{{ID: "2", Name: "server's"}})
	conflicts := 0
	s.OnConflict(func(c atom.Conflict) { conflicts++ })
	add, _ := atom.Dispatch(s, rows.Edit(func(all *[]errand) { *all = append(*all, errand{ID: "tmp", Name: "page's"}) }))
	atom.Dispatch(s, rows.Edit(func(all *[]errand) {
		if (*all)[0].ID != "2" {
			runtime.Goexit()
		}
	}))
	atom.Dispatch(s, rows.Edit(func(all *[]errand) { (*all)[len(*all)-1].Done = true }))
	apart(func() {
		s.Batch(func(b *atom.Batch) {
			defer rows.SyncFunc(b, func(all []errand) ([]errand, error) { return all, nil }, add)
			err := atom.Rekey(b, rows, "tmp", "2")
			t.Errorf("the goroutine goes on: %v", err)
		})
	})
	free(t, s)
	if got := fmt.Sprint(rows.Get(s)); got != "[{2 server's true}]" || conflicts != 1 {
		t.Errorf("%s, %d conflicts", got, conflicts)
	}
}

// A lens that ends the goroutine when a state is made again counts as the update that
// it leads to.
func TestALensThatEndsTheGoroutineHoldsNothingUp(t *testing.T) {
	type doc struct {
		Title *string
		N     int
	}
	text := func(s string) *string { return &s }
	for name, leave := range map[string]func(a *atom.Atom[doc], s *atom.Store, first *atom.Entry){
		"drop":    func(_ *atom.Atom[doc], s *atom.Store, first *atom.Entry) { first.Drop(s) },
		"succeed": func(_ *atom.Atom[doc], s *atom.Store, first *atom.Entry) { first.Succeed(s) },
		"sync": func(a *atom.Atom[doc], s *atom.Store, first *atom.Entry) {
			a.SyncUpdate(s, func(d *doc) { d.N += 100 })
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, a, exits := atom.NewStore(), atom.New(doc{Title: text("base")}), 0
			title := atom.Focus(a, func(d *doc) *string {
				if exits > 0 {
					exits--
					runtime.Goexit()
				}
				return d.Title
			})
			n := atom.Focus(a, func(d *doc) *int { return &d.N })
			first, _ := atom.Dispatch(s, title.Edit(func(s *string) { *s += " first" }))
			second, _ := atom.Dispatch(s, n.Edit(func(n *int) { *n++ }))
			third, _ := atom.Dispatch(s, title.Edit(func(s *string) { *s += " third" }))
			fourth, _ := atom.Dispatch(s, n.Edit(func(n *int) { *n += 10 }))
			exits = 1
			apart(func() { leave(a, s, first) })
			exits = 0
			free(t, s)
			now := *a.Get(s).Title
			for _, e := range []*atom.Entry{first, third} {
				if e.Live(s) {
					e.Drop(s)
				}
			}
			a.Update(s, func(*doc) {}) // folds
			if got := a.Get(s); got.N%100 != 11 || !second.Live(s) || !fourth.Live(s) {
				t.Errorf("it was %q, then %d, %q; want 11", now, got.N, *got.Title)
			}
			second.Drop(s)
			fourth.Drop(s)
			if got := a.Get(s); got.N%100 != 0 || a.Pending(s) != 0 {
				t.Errorf("at last %d, %q, %d pending", got.N, *got.Title, a.Pending(s))
			}
		})
	}
}

// Who subscribed to a derived atom hears of it again, when its function does return.
func TestASubscriberOfADerivedAtomWhoseFunctionEndedTheGoroutineIsTold(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	odd := atom.Derive(func(r atom.Reader) int {
		n := a.Get(r)
		if n == 1 {
			runtime.Goexit()
		}
		return n
	})
	above := atom.Derive(func(r atom.Reader) int { return odd.Get(r) })
	first, last := counter(t, s, odd), counter(t, s, above)
	apart(func() { a.Set(s, 1) })
	free(t, s)
	a.Set(s, 2)
	if *first != 1 || *last != 1 || above.Get(s) != 2 {
		t.Errorf("told %d and %d times, want 1", *first, *last)
	}
}

// Nobody observes what could not be looked at for the first time.
func TestASubscriptionThatEndsTheGoroutineObservesNothing(t *testing.T) {
	s, exit, loads := atom.NewStore(), true, 0
	a := atom.Async(func(context.Context, atom.Reader) (int, error) { loads++; return 1, nil })
	d := atom.Derive(func(r atom.Reader) int {
		n := a.Get(r).Value
		if exit {
			runtime.Goexit()
		}
		return n
	})
	apart(func() { s.Subscribe(d, func() {}) })
	free(t, s)
	if exit = false; atom.Watches(s) != 0 || d.Get(s) != 0 || loads != 0 {
		t.Errorf("%d observe something, %d loads", atom.Watches(s), loads)
	}
}

// A load that reads what ends its goroutine has failed, like one that does so itself.
func TestALoadThatReadsWhatEndsItsGoroutineFails(t *testing.T) {
	s, exit := atom.NewStore(), true
	d := atom.Derive(func(atom.Reader) int {
		if exit {
			runtime.Goexit()
		}
		return 1
	})
	a := atom.Async(func(_ context.Context, r atom.Reader) (int, error) { return d.Get(r), nil })
	if _, err := a.Load(t.Context(), s); err == nil {
		t.Error("it has not failed")
	}
	free(t, s)
	exit = false
	if v, err := a.Load(t.Context(), s); v != 1 || err != nil {
		t.Errorf("then %d, %v", v, err)
	}
}
