package atom_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// slow loads text about what it reads in a second.
func slow(of *atom.Atom[string], aborted *int) *atom.AsyncAtom[string] {
	return atom.Async(func(ctx context.Context, r atom.Reader) (string, error) {
		name := of.Get(r)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			*aborted++
			return "", ctx.Err()
		}
		if name == "bad" {
			return "", errors.New("not found")
		}
		return "about " + name, nil
	})
}

func TestAsync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, name, aborted := atom.NewStore(), atom.New("x"), 0
		a := slow(name, &aborted)

		expect := func(when string, want atom.Loadable[string], failed bool) {
			t.Helper()
			synctest.Wait()
			got := a.Get(s)
			if (got.Err != nil) != failed {
				t.Errorf("%s: err %v", when, got.Err)
			}
			got.Err = nil
			if got != want {
				t.Errorf("%s: %+v, want %+v", when, got, want)
			}
		}
		expect("nobody looks", atom.Loadable[string]{}, false)
		if err := a.Value().Set(s, "?"); !errors.Is(err, atom.ErrMissing) {
			t.Errorf("a write before it is loaded: %v", err)
		}

		stop := s.Subscribe(a, func() {})
		expect("first load", atom.Loadable[string]{Loading: true}, false)
		time.Sleep(time.Second)
		expect("loaded", atom.Loadable[string]{Value: "about x", Loaded: true}, false)

		name.Set(s, "bad")
		expect("its dependency has changed", atom.Loadable[string]{Value: "about x", Loaded: true, Loading: true}, false)
		time.Sleep(time.Second)
		expect("failed, the last good value is kept", atom.Loadable[string]{Value: "about x", Loaded: true}, true)

		name.Set(s, "y")
		time.Sleep(500 * time.Millisecond)
		name.Set(s, "z")
		synctest.Wait()
		if aborted != 1 {
			t.Errorf("%d loads aborted, want the one about y", aborted)
		}
		time.Sleep(time.Second)
		expect("only the last", atom.Loadable[string]{Value: "about z", Loaded: true}, false)

		a.Value().Update(s, func(v *string) { *v += "!" })
		expect("edited", atom.Loadable[string]{Value: "about z!", Loaded: true}, false)

		e, _ := atom.Dispatch(s, a.Value().Edit(func(v *string) { *v = strings.ToUpper(*v) }))
		a.Refresh(s)
		time.Sleep(time.Second)
		expect("a refetch goes under what is live", atom.Loadable[string]{Value: "ABOUT Z", Loaded: true}, false)
		e.Drop(s)
		expect("and shows when that has failed", atom.Loadable[string]{Value: "about z", Loaded: true}, false)

		a.Refresh(s)
		stop()
		synctest.Wait()
		if aborted != 2 {
			t.Error("nobody looks: the load must be aborted")
		}
		expect("nobody looks", atom.Loadable[string]{Value: "about z", Loaded: true}, false)
		name.Set(s, "w")
		time.Sleep(time.Minute)
		expect("nobody looks, nothing is loaded", atom.Loadable[string]{Value: "about z", Loaded: true}, false)
	})
}

func TestAsyncLoadWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, name, aborted := atom.NewStore(), atom.New("x"), 0
		a := slow(name, &aborted)
		if v, err := a.Load(t.Context(), s); v != "about x" || err != nil {
			t.Errorf("%q, %v", v, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := slow(name, &aborted).Load(ctx, s); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err %v", err)
		}
	})
}

func TestALoadThatEndsItsGoroutineFails(t *testing.T) {
	s, loads := atom.NewStore(), 0
	a := atom.Async(func(context.Context, atom.Reader) (int, error) {
		if loads++; loads == 1 {
			runtime.Goexit() // as FailNow does
		}
		return loads, nil
	})
	if _, err := a.Load(t.Context(), s); err == nil || !strings.Contains(err.Error(), "runtime.Goexit") || a.Get(s).Loading {
		t.Errorf("err %v, %+v", err, a.Get(s))
	}
	a.Refresh(s)
	if v, err := a.Load(t.Context(), s); v != 2 || err != nil {
		t.Errorf("then %d, %v", v, err)
	}
}

func TestAsyncThatPanics(t *testing.T) {
	a := atom.Async(func(context.Context, atom.Reader) (int, error) { panic("boom") })
	if _, err := a.Load(t.Context(), atom.NewStore()); err == nil || !strings.Contains(err.Error(), "boom") {
		t.Errorf("err %v", err)
	}
}
