package saga_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A point is a struct without a key.
type point struct{ X, Y int }

// collected is a durable saga on a value of some type, which its server refuses when
// it is told to.
type collected struct {
	name   string
	change func(s *atom.Store, refused bool) *saga.Task
}

var errRefused = saga.Permanent(errServer)

func collect[T any](name string, initial T, add func(*T)) collected {
	a := atom.New(initial)
	d := saga.Define("test.collect "+name,
		func(bool) *atom.Atom[T] { return a },
		func(refused bool) saga.Saga[T] {
			return saga.Update(add).Effect(func(context.Context, T) error {
				if refused {
					return errRefused
				}
				return nil
			})
		})
	return collected{name, func(s *atom.Store, refused bool) *saga.Task { return d.Run(s, refused) }}
}

var collections = []collected{
	collect("a slice", []string{"A"}, func(v *[]string) { *v = append(*v, "x") }),
	collect("a nil slice", []string(nil), func(v *[]string) { *v = append(*v, "x") }),
	collect("a slice of structs without a key", []point{{1, 1}}, func(v *[]point) { *v = append(*v, point{2, 2}) }),
	collect("a map", map[string]int{"a": 1}, func(v *map[string]int) { (*v)["x"]++ }),
	collect("a nil map", map[string]int(nil), func(v *map[string]int) { *v = map[string]int{"x": len(*v)} }),
	collect("a struct", point{}, func(v *point) { v.X++ }),
	collect("a number", 0, func(v *int) { *v++ }),
	collect("a List of strings", draft.ListOf("A"), func(v *atom.List[string]) { v.Append("x") }),
}

// What a server has refused is the user's to decide about: no other change of the
// same thing takes it out of the outbox, whatever its type.
func TestARefusedRecordOutlivesOtherChanges(t *testing.T) {
	for _, c := range collections {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory := outbox.NewMemory()
				s, page := atom.NewStore(), memory.Open()
				defer useOutbox(s, page)()
				synctest.Wait()
				refused := c.change(s, true)
				refused.Wait(t.Context())
				if err := c.change(s, false).Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if aside := saga.OutboxOf(s).State().Get(s).Aside; len(aside) != 1 || aside[0].ID != refused.ID() {
					t.Errorf("after a change that succeeded, set aside are %v", aside)
				}
				refused.Dismiss()
				time.Sleep(time.Minute)
				if left, err := memory.Open().All(t.Context()); err != nil || len(left) > 0 {
					t.Errorf("once dismissed, left are %v, %v", left, err)
				}
			})
		})
	}
}

// What is put in another order than it was run in may make no sense there. A row
// that begins with = is put whether there is one or not.
var appendOnce = saga.Define("test.appendOnce",
	func(string) *atom.Atom[map[string]string] { return names },
	func(row string) saga.Saga[map[string]string] {
		return saga.Update(func(m *map[string]string) {
			name, always := strings.CutPrefix(row, "=")
			if _, there := (*m)[name]; there && !always {
				panic("there is such a row")
			}
			(*m)[name] = "new"
		}).Effect(func(ctx context.Context, _ map[string]string) error {
			_, err := serverOfRename(ctx, rename{Row: row, To: "added"})
			return err
		})
	})

func TestAConflictOfWhatWasPutInAnotherOrderTellsOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		var reachable atomic.Bool
		d.answer = func(rename) (string, error) {
			if !reachable.Load() {
				return "", errModelLost
			}
			return "", nil
		}
		memory := &slowMemory{Page: d.memory.Open()}
		s := atom.NewStore()
		names.Set(s, map[string]string{})
		defer useOutbox(s, memory)()
		synctest.Wait()
		other, close := d.open()
		defer close()
		names.Set(other, map[string]string{})
		memory.slow.Store(true)
		second := appendOnce.Run(s, "x") // on its way to the outbox
		synctest.Wait()
		appendOnce.Run(other, "=x") // is there first
		time.Sleep(time.Minute)
		if second.State() != saga.Running {
			t.Errorf("while the first may be refused yet the second has ended as %s (%v)", second.State(), second.Err())
		}
		reachable.Store(true)
		time.Sleep(time.Hour)
		c, ok := second.Conflict()
		if second.State() != saga.Conflict || !ok || c.Err == nil {
			t.Errorf("the task has ended as %s (%v): %+v, %v", second.State(), second.Err(), c, ok)
		}
	})
}

// A slowMemory takes a while to put something.
type slowMemory struct {
	*outbox.Page
	slow atomic.Bool
}

func (m *slowMemory) Put(ctx context.Context, records []saga.Record) ([]saga.Record, error) {
	if m.slow.Load() {
		time.Sleep(time.Second)
	}
	return m.Page.Put(ctx, records)
}

// A change that another one is in the way of, which is refused then, is made.
func TestWhatCannotBeAppliedForNowIsMadeOnceItCanBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		var reachable atomic.Bool
		d.answer = func(in rename) (string, error) {
			switch {
			case !reachable.Load():
				return "", errModelLost
			case in.Row == "=x":
				return "", errModelNo
			}
			return "", nil
		}
		memory := &slowMemory{Page: d.memory.Open()}
		s := atom.NewStore()
		names.Set(s, map[string]string{})
		defer useOutbox(s, memory)()
		synctest.Wait()
		other, close := d.open()
		defer close()
		names.Set(other, map[string]string{})
		memory.slow.Store(true)
		second := appendOnce.Run(s, "x") // on its way to the outbox
		synctest.Wait()
		appendOnce.Run(other, "=x") // is there first
		time.Sleep(time.Minute)
		reachable.Store(true)
		time.Sleep(time.Hour)
		if second.State() != saga.Succeeded {
			t.Errorf("the task has ended as %s (%v)", second.State(), second.Err())
		}
		for n, store := range []*atom.Store{s, other} {
			if shows := names.Get(store); shows["x"] != "new" {
				t.Errorf("page %d shows %v", n, shows)
			}
		}
	})
}

// Discard of a change that was run again takes away the old one alone: the new one goes on,
// and what becomes of it counts.
func TestDiscardWhileARetryWaitsLeavesTheRetryAlone(t *testing.T) {
	for _, refusesAgain := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			d := newRenamePages(t)
			var asked atomic.Int32
			d.answer = func(rename) (string, error) {
				switch n := asked.Add(1); {
				case n == 1, n > 3 && refusesAgain:
					return "", errModelNo
				case n <= 3:
					return "", errModelLost
				}
				return "", nil
			}
			s, close := d.open()
			defer close()
			names.Set(s, map[string]string{})
			synctest.Wait()
			old := appendOnce.Run(s, "=y")
			old.Wait(t.Context())
			again := old.Retry()
			synctest.Wait()
			saga.OutboxOf(s).Discard(old.ID())
			synctest.Wait()
			if again.State() != saga.Running {
				t.Fatalf("once the old one is discarded the new one is %s", again.State())
			}
			time.Sleep(time.Hour)
			left, err := d.memory.Open().All(t.Context())
			switch want := map[bool]saga.State{false: saga.Succeeded, true: saga.Failed}[refusesAgain]; {
			case err != nil || again.State() != want:
				t.Errorf("the new one has ended as %s, want %s; %v", again.State(), want, err)
			case refusesAgain && (len(left) != 1 || left[0].ID != again.ID()), !refusesAgain && len(left) > 0:
				t.Errorf("in the outbox are %v", left)
			}
		})
	}
}
