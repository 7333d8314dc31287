package atom_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

// panicOf returns what f panics with; nil when it does not.
func panicOf(f func()) (reason any) {
	defer func() { reason = recover() }()
	f()
	return nil
}

// free fails the test unless nobody holds the store's lock.
func free(t *testing.T, s *atom.Store) {
	t.Helper()
	if !atom.Free(s) {
		t.Fatal("the store is locked")
	}
}

// inside calls use in each kind of function that the user hands to a store and that
// runs under its lock. It returns what became of use there: a panic, or an error.
var inside = map[string]func(s *atom.Store, use func()) any{
	"update": func(s *atom.Store, use func()) any {
		return atom.New(0).Update(s, func(*int) { use() })
	},
	"base update": func(s *atom.Store, use func()) any {
		return atom.New(0).SyncUpdate(s, func(*int) { use() })
	},
	"SyncFunc": func(s *atom.Store, use func()) any {
		return panicOf(func() { atom.New(0).SyncFunc(s, func(int) (int, error) { use(); return 0, nil }) })
	},
	"update that runs again": func(s *atom.Store, use func()) any {
		a := atom.New(0)
		below, _ := atom.Dispatch(s, a.Edit(func(n *int) { *n = 1 }))
		first := true
		above, _ := atom.Dispatch(s, a.Edit(func(n *int) {
			if *n += 10; !first {
				use()
			}
			first = false
		}))
		var reason any
		above.OnConflict(func(c atom.Conflict) { reason = c.Err })
		below.Drop(s)
		return reason
	},
	"derived": func(s *atom.Store, use func()) any {
		return panicOf(func() { atom.Derive(func(atom.Reader) int { use(); return 0 }).Get(s) })
	},
	"derived, at the end of a batch": func(s *atom.Store, use func()) any {
		a, reason := atom.New(0), any(nil)
		d := atom.Derive(func(r atom.Reader) int {
			if a.Get(r) == 1 {
				reason = panicOf(use)
			}
			return 0
		})
		defer s.Subscribe(d, func() {})()
		a.Set(s, 1)
		return reason
	},
	"lens, reading": func(s *atom.Store, use func()) any {
		look, a := false, atom.New(page{})
		title := atom.Focus(a, func(p *page) *string {
			if look {
				use()
			}
			return &p.Title
		})
		a.Set(s, page{Title: "a"})
		look = true
		return panicOf(func() { title.Get(s) })
	},
	"lens, writing": func(s *atom.Store, use func()) any {
		look, a := false, atom.New(page{})
		title := atom.Focus(a, func(p *page) *string {
			if look {
				use()
			}
			return &p.Title
		})
		look = true
		return panicOf(func() { title.Set(s, "b") })
	},
	"batch": func(s *atom.Store, use func()) any {
		return panicOf(func() { s.Batch(func(*atom.Batch) { use() }) })
	},
	"Attach": func(s *atom.Store, use func()) any {
		return panicOf(func() { atom.StoreValue(s, new(int), func() int { use(); return 0 }) })
	},
	"OnLoaded": func(s *atom.Store, use func()) any {
		var reason any
		a := atom.Async(func(_ context.Context, r atom.Reader) (int, error) {
			atom.OnLoad(r, func(_ *atom.Batch, enter func(...*atom.Entry)) { reason = panicOf(use); enter() })
			return 1, nil
		})
		a.Load(context.Background(), s)
		return reason
	},
}

func isError(reason any, want error) bool {
	err, ok := reason.(error)
	return ok && errors.Is(err, want)
}

func TestTheStoreInAFunctionThatRunsUnderItsLockPanics(t *testing.T) {
	a := atom.New(0)
	for place, call := range inside {
		for kind, use := range map[string]func(*atom.Store){
			"read":      func(s *atom.Store) { a.Get(s) },
			"write":     func(s *atom.Store) { a.Set(s, 1) },
			"batch":     func(s *atom.Store) { s.Batch(func(*atom.Batch) {}) },
			"subscribe": func(s *atom.Store) { s.Subscribe(a, func() {}) },
		} {
			s := atom.NewStore()
			if reason := call(s, func() { use(s) }); !isError(reason, atom.ErrReentered) {
				t.Errorf("%s in %s: %v, want ErrReentered", kind, place, reason)
			}
			free(t, s)
			if a.Get(s) != 0 {
				t.Errorf("%s in %s has written", kind, place)
			}
		}
	}
}

func TestReentryIsFoundHoweverDeepItIs(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var below func(n int)
	below = func(n int) {
		if n == 0 {
			a.Get(s)
			return
		}
		below(n - 1)
	}
	if err := a.Update(s, func(*int) { below(10_000) }); !errors.Is(err, atom.ErrReentered) {
		t.Error(err)
	}
	free(t, s)
}

// Each store has two writers all the time, which use the other one inside.
func TestAnotherStoreMayBeUsedInsideAFunctionHoweverBusyItIs(t *testing.T) {
	outer, other, a := atom.NewStore(), atom.NewStore(), atom.New(0)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for range 500 {
				a.Update(other, func(n *int) { *n++; runtime.Gosched() })
			}
		})
		for place, call := range inside {
			group.Go(func() {
				for range 20 {
					if reason := call(outer, func() { a.Update(other, func(n *int) { *n++ }); a.Get(other) }); reason != nil {
						if err, ok := reason.(error); !ok || err != nil {
							t.Errorf("in %s: %v", place, reason)
						}
					}
				}
			})
		}
	}
	group.Wait()
}

// Whoever ends a goroutine (t.FailNow does) leaves nothing locked.
func TestAFunctionThatEndsItsGoroutineLeavesNothingLocked(t *testing.T) {
	for place, call := range inside {
		s, a := atom.NewStore(), atom.New(0)
		ended := make(chan struct{})
		if place == "OnLoaded" {
			continue // its goroutine is the load's
		}
		go func() {
			defer close(ended)
			call(s, runtime.Goexit)
		}()
		<-ended
		free(t, s)
		told := counter(t, s, a)
		if err := a.Set(s, 1); err != nil || a.Get(s) != 1 || *told != 1 {
			t.Errorf("%s: %v, value %d, told %d times", place, err, a.Get(s), *told)
		}
	}
}

func TestADerivedAtomWhoseFunctionEndedItsGoroutineIsComputedAgain(t *testing.T) {
	s, exit := atom.NewStore(), true
	d := atom.Derive(func(atom.Reader) int {
		if exit {
			runtime.Goexit()
		}
		return 1
	})
	ended := make(chan struct{})
	go func() { defer close(ended); d.Get(s) }()
	<-ended
	exit = false
	if got := d.Get(s); got != 1 {
		t.Errorf("%d, want 1", got)
	}
}

func TestASubscriberThatEndsItsGoroutineDoesNotSilenceTheOthers(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var told []string
	s.Subscribe(a, func() { told = append(told, "first") })
	stop := s.Subscribe(a, func() { runtime.Goexit() })
	s.Subscribe(a, func() { told = append(told, "last") })
	ended := make(chan struct{})
	go func() { defer close(ended); a.Set(s, 1) }()
	<-ended
	free(t, s)
	stop()
	a.Set(s, 2)
	if want := []string{"first", "last", "first", "last"}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

// A derived atom that ends the goroutine of the batch that concerns it.
func TestOthersAreToldWhenALookAtTheEndOfABatchEndsTheGoroutine(t *testing.T) {
	s, a, exit := atom.NewStore(), atom.New(0), false
	d := atom.Derive(func(r atom.Reader) int {
		n := a.Get(r)
		if exit {
			runtime.Goexit()
		}
		return n
	})
	first := counter(t, s, a)
	counter(t, s, d)
	last := counter(t, s, a)
	exit = true
	ended := make(chan struct{})
	go func() { defer close(ended); a.Set(s, 1) }()
	<-ended
	exit = false
	free(t, s)
	a.Set(s, 2)
	if *first != 2 || *last != 2 {
		t.Errorf("told %d and %d times, want 2", *first, *last)
	}
}
