package atom_test

import (
	"fmt"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

// counted derives and counts how often.
func counted[T any](n *int, f func(atom.Reader) T) *atom.Derived[T] {
	return atom.Derive(func(r atom.Reader) T { *n++; return f(r) })
}

func TestDerivedIsCached(t *testing.T) {
	s, a := atom.NewStore(), atom.New(1)
	runs := 0
	d := counted(&runs, func(r atom.Reader) int { return a.Get(r) * 10 })
	if runs != 0 {
		t.Error("computed although nobody has looked")
	}
	for range 3 {
		if d.Get(s) != 10 {
			t.Error("wrong value")
		}
	}
	a.Set(s, 2)
	a.Set(s, 3)
	if runs != 1 {
		t.Errorf("computed %d times; nobody has looked since", runs)
	}
	if d.Get(s) != 30 || runs != 2 {
		t.Errorf("%d after %d runs", d.Get(s), runs)
	}
}

func TestDiamondIsNeverHalfUpdated(t *testing.T) {
	s, a := atom.NewStore(), atom.New(1)
	left := atom.Derive(func(r atom.Reader) int { return a.Get(r) })
	right := atom.Derive(func(r atom.Reader) int { return -a.Get(r) })
	runs := 0
	sum := counted(&runs, func(r atom.Reader) int {
		l, r2 := left.Get(r), right.Get(r)
		if l+r2 != 0 {
			t.Errorf("half updated: %d %d", l, r2)
		}
		return l
	})
	told := counter(t, s, sum)
	for i := 2; i < 5; i++ {
		a.Set(s, i)
	}
	if *told != 3 || runs != 4 {
		t.Errorf("told %d times after %d runs, want 3 and 4", *told, runs)
	}
}

func TestEqualResultsStopThere(t *testing.T) {
	s, a := atom.NewStore(), atom.New(1)
	odd := atom.Derive(func(r atom.Reader) bool { return a.Get(r)%2 == 1 })
	runs := 0
	text := counted(&runs, func(r atom.Reader) string { return fmt.Sprint(odd.Get(r)) })
	told := counter(t, s, text)
	a.Set(s, 3)
	a.Set(s, 5)
	if runs != 1 || *told != 0 {
		t.Errorf("%d runs, told %d times", runs, *told)
	}
	a.Set(s, 6)
	if runs != 2 || *told != 1 {
		t.Errorf("%d runs, told %d times", runs, *told)
	}
}

func TestDependenciesAreFoundAnew(t *testing.T) {
	s, which, a, b := atom.NewStore(), atom.New(true), atom.New(1), atom.New(2)
	runs := 0
	d := counted(&runs, func(r atom.Reader) int {
		if which.Get(r) {
			return a.Get(r)
		}
		return b.Get(r)
	})
	told := counter(t, s, d)
	b.Set(s, 20)
	if runs != 1 {
		t.Error("b is no dependency yet")
	}
	which.Set(s, false)
	a.Set(s, 10)
	if d.Get(s) != 20 || runs != 2 || *told != 1 {
		t.Errorf("%d after %d runs, told %d times", d.Get(s), runs, *told)
	}
	b.Set(s, 21)
	if *told != 2 {
		t.Error("b is a dependency now")
	}
}

func TestADerivedAtomThatPanics(t *testing.T) {
	s, a := atom.NewStore(), atom.New(1)
	d := atom.Derive(func(r atom.Reader) int { return 10 / a.Get(r) })
	told := counter(t, s, d)
	a.Set(s, 0)
	if *told != 1 {
		t.Error("the observer must be told")
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("Get must panic")
			}
		}()
		d.Get(s)
	}()
	a.Set(s, 5)
	if d.Get(s) != 2 || *told != 2 {
		t.Errorf("%d, told %d times", d.Get(s), *told)
	}
}

func TestADerivedAtomThatDependsOnItself(t *testing.T) {
	var d *atom.Derived[int]
	d = atom.Derive(func(r atom.Reader) int { return d.Get(r) + 1 })
	defer func() {
		if recover() == nil {
			t.Error("it must panic")
		}
	}()
	d.Get(atom.NewStore())
}

func TestAReaderThatIsKept(t *testing.T) {
	s, a := atom.NewStore(), atom.New(1)
	var kept atom.Reader
	atom.Derive(func(r atom.Reader) int { kept = r; return 1 }).Get(s)
	defer func() {
		if recover() == nil {
			t.Error("it must panic")
		}
	}()
	a.Get(kept)
}
