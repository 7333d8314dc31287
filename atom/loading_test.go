package atom

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// collected waits for the collector, and for the cleanups that it has queued.
func collected(done func() bool) bool {
	for range 100 {
		if runtime.GC(); done() {
			return true
		}
		runtime.Gosched()
	}
	return false
}

func TestAnAsyncAtomThatWasReadIsForgotten(t *testing.T) {
	s := NewStore()
	for range 10 {
		Async(func(context.Context, Reader) (int, error) { return 1, nil }).Get(s)
		a := Async(func(context.Context, Reader) (int, error) { return 1, nil })
		a.Get(s)
		s.Subscribe(a, func() {})()
		a.Refresh(s)
	}
	kept := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.loaders) + len(s.memos) + len(s.logs)
	}
	if !collected(func() bool { return kept() == 0 }) {
		t.Errorf("%d are kept of atoms that nobody has", kept())
	}
}

func TestWhatWasReadLastIsNotKept(t *testing.T) {
	s := NewStore()
	big := func() weak.Pointer[[1 << 16]int] {
		a := New(new([1 << 16]int))
		return weak.Make(a.Get(s))
	}()
	if !collected(func() bool { return big.Value() == nil }) {
		t.Error("the value of an atom that nobody has")
	}
	a := New((*[1 << 16]int)(nil))
	a.Set(s, new([1 << 16]int))
	big = weak.Make(a.Get(s))
	a.Set(s, nil)
	if !collected(func() bool { return big.Value() == nil }) {
		t.Error("a value that was replaced")
	}
	list := New(draft.List[*[1 << 16]int]{})
	list.Sync(s, draft.ListOf(new([1 << 16]int)))
	add := func(l *draft.List[*[1 << 16]int]) { l.Append(nil) }
	var left []*Entry
	for range 3 {
		e, err := Dispatch(s, list.Edit(add))
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, e)
	}
	big = weak.Make(list.Get(s).At(0))
	left[0].Succeed(s)
	left[1].Drop(s)
	list.SyncFunc(s, func(draft.List[*[1 << 16]int]) (l draft.List[*[1 << 16]int], err error) { return }, left[2])
	if !collected(func() bool { return big.Value() == nil }) {
		t.Error("what entries led to that have left, and are kept")
	}
	runtime.KeepAlive(left)
	runtime.KeepAlive(s)
}

func TestWhatALoadReturnsIsItsOwn(t *testing.T) {
	buffer := []int{1, 2}
	a := Async(func(context.Context, Reader) ([]int, error) { return buffer, nil })
	s := NewStore()
	got, err := a.Load(t.Context(), s)
	buffer[0] = 9
	if err != nil || got[0] != 1 || a.Get(s).Value[0] != 1 || a.Value().Get(s)[0] != 1 {
		t.Errorf("the loader's buffer is in the atom: %v, %v", got, a.Get(s))
	}
}

// Whatever a store is given is copied where the giver could go on writing to it.
func TestWhatAStoreIsGivenIsItsOwn(t *testing.T) {
	type T struct{ L []int }
	mine := func() *T { return &T{[]int{1}} }
	for name, give := range map[string]func(s *Store, v *T) *Atom[T]{
		"New":  func(_ *Store, v *T) *Atom[T] { return New(*v) },
		"Set":  func(s *Store, v *T) *Atom[T] { a := New(T{}); a.Set(s, *v); return a },
		"Sync": func(s *Store, v *T) *Atom[T] { a := New(T{}); a.Sync(s, *v); return a },
		"SetInitial": func(s *Store, v *T) *Atom[T] {
			a := New(T{})
			a.SetInitial(s, *v)
			return a
		},
		"Update": func(s *Store, v *T) *Atom[T] { a := New(T{}); a.Update(s, func(d *T) { *d = *v }); return a },
		"SyncFunc": func(s *Store, v *T) *Atom[T] {
			a := New(T{})
			a.SyncFunc(s, func(T) (T, error) { return *v, nil })
			return a
		},
		"ApplyPatch, then Set": func(s *Store, v *T) *Atom[T] {
			next, _, err := draft.ApplyPatch(*v, []byte(`[{"op":"add","path":"/L/-","value":2}]`), draft.Limits{})
			if err != nil {
				panic(err)
			}
			a := New(T{})
			a.Set(s, next)
			v.L, next.L[0] = next.L, 1
			return a
		},
	} {
		s, v := NewStore(), mine()
		a := give(s, v)
		v.L[0] = 9
		if got := a.Get(s).L; got[0] != 1 {
			t.Errorf("%s: a later write is seen: %v", name, got)
		}
	}
}

func TestLoadSaysWhatThisLoadHasDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, name, loads := NewStore(), New("x"), 0
		a := Async(func(_ context.Context, r Reader) (string, error) {
			n := name.Get(r)
			loads++
			if time.Sleep(time.Second); n == "bad" {
				return "", errors.New("not found")
			}
			return "about " + n, nil
		})
		expect := func(when, want string, failed bool, count int) {
			t.Helper()
			if v, err := a.Load(t.Context(), s); v != want || (err != nil) != failed || loads != count {
				t.Errorf("%s: %q, %v after %d loads, want %q after %d", when, v, err, loads, want, count)
			}
		}
		expect("first", "about x", false, 1)
		expect("nothing has changed", "about x", false, 1)
		stop := s.Subscribe(a, func() {})
		synctest.Wait()
		if now := a.Get(s); now.Loading || loads != 1 {
			t.Errorf("the first observer after a Load loads again: %+v", now)
		}
		name.Set(s, "y")
		synctest.Wait()
		if !a.Get(s).Loading {
			t.Error("what was read by a Load is not observed")
		}
		expect("observed, and under way", "about y", false, 2)
		stop()
		synctest.Wait()
		name.Set(s, "bad")
		expect("a dependency has changed, unobserved", "about y", true, 3)
		name.Set(s, "z")
		expect("the last one had failed", "about z", false, 4)
		a.Refresh(s)
		expect("refreshed", "about z", false, 5)
		stop = s.Subscribe(a, func() {})
		defer stop()
		name.Set(s, "bad")
		time.Sleep(2 * time.Second)
		expect("observed, and failed before", "about z", true, 7)
		name.Set(s, "x")
		synctest.Wait()
		expect("observed, and failed before, under way", "about x", false, 8)
		expect("observed and good", "about x", false, 8)
	})
}
