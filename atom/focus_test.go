package atom_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

func TestAFocusBehindAPointerThatMayBeNil(t *testing.T) {
	s, root := atom.NewStore(), atom.New(page{})
	title := atom.Focus(root, func(p *page) *string { return &p.Next.Title })
	told := counter(t, s, title)

	if _, ok := title.Lookup(s); ok {
		t.Error("nil pointer: it must be missing")
	}
	if err := title.Set(s, "x"); !errors.Is(err, atom.ErrMissing) || root.Get(s).Next != nil {
		t.Errorf("err %v", err)
	}
	root.Update(s, func(p *page) { p.Next = &page{Title: "next"} })
	before := root.Get(s).Next
	title.Set(s, "changed")
	if got, ok := title.Lookup(s); got != "changed" || !ok || before.Title != "next" {
		t.Errorf("%q, %v; the value before is %q", got, ok, before.Title)
	}
	root.Update(s, func(p *page) { p.Meta.N = 1 })
	if *told != 2 {
		t.Errorf("told %d times, want 2", *told)
	}
}

func TestTwoFocusesOfOneFieldAreOne(t *testing.T) {
	s, root := atom.NewStore(), atom.New(page{})
	meta := atom.Focus(root, func(p *page) *struct{ N int } { return &p.Meta })
	n1 := atom.Focus(root, func(p *page) *int { return &p.Meta.N })
	n2 := atom.Focus(meta, func(m *struct{ N int }) *int { return &m.N })
	told := counter(t, s, n1)
	n2.Set(s, 7)
	if n1.Get(s) != 7 || *told != 1 {
		t.Errorf("%d, told %d times", n1.Get(s), *told)
	}
	if !atom.Overlap(n1, n2) || !atom.Overlap(root, n2) || atom.Overlap(n1, atom.New(0)) {
		t.Error("Overlap is wrong")
	}
}

func TestAtPanicsWhenItIsDefinedWrongly(t *testing.T) {
	for reason, define := range map[string]func(){
		"no key field":         func() { atom.At(atom.New([]int{}), 1) },
		"an id of other types": func() { atom.At(atom.New([]line{}), "1") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", reason)
				}
			}()
			define()
		}()
	}
}

func TestSetInitial(t *testing.T) {
	type step = func(*atom.Store, *atom.Atom[page]) error
	n := func(a *atom.Atom[page]) *atom.Atom[int] {
		return atom.Focus(a, func(p *page) *int { return &p.Meta.N })
	}
	for _, test := range []struct {
		reason string
		before step
		want   int
	}{
		{"nothing has happened", func(*atom.Store, *atom.Atom[page]) error { return nil }, 42},
		{"the user has set it", func(s *atom.Store, a *atom.Atom[page]) error { return n(a).Set(s, 5) }, 5},
		{"the user has set it to and fro", func(s *atom.Store, a *atom.Atom[page]) error {
			return errors.Join(n(a).Set(s, 5), n(a).Set(s, 0))
		}, 0},
		{"the user has set it through the root", func(s *atom.Store, a *atom.Atom[page]) error {
			return a.Update(s, func(p *page) { p.Meta.N = 5 })
		}, 5},
		{"the user has set something else", func(s *atom.Store, a *atom.Atom[page]) error {
			return a.Update(s, func(p *page) { p.Title = "x" })
		}, 42},
		{"it has had its initial value", func(s *atom.Store, a *atom.Atom[page]) error {
			_, err := atom.SetInitial(s, n(a), 1, false)
			return err
		}, 1},
		{"it was loading", func(s *atom.Store, a *atom.Atom[page]) error {
			_, err := atom.SetInitial(s, n(a), 1, true)
			return err
		}, 42},
		{"a change of it has failed", func(s *atom.Store, a *atom.Atom[page]) error {
			e, err := atom.Dispatch(s, n(a), func(n *int) { *n = 5 })
			return errors.Join(err, e.Drop(s))
		}, 42},
		{"a change of it is pending", func(s *atom.Store, a *atom.Atom[page]) error {
			_, err := atom.Dispatch(s, n(a), func(n *int) { *n++ })
			return err
		}, 43},
	} {
		s, root := atom.NewStore(), atom.New(page{})
		if err := test.before(s, root); err != nil {
			t.Fatal(err)
		}
		used, err := atom.SetInitial(s, n(root), 42, false)
		if got := n(root).Get(s); err != nil || got != test.want || used != (test.want >= 42) {
			t.Errorf("%s: %d (used %v), want %d; %v", test.reason, got, used, test.want, err)
		}
	}
}

func TestSetInitialOfMoreThanIsNoted(t *testing.T) {
	s, root := atom.NewStore(), atom.New(map[string]int{})
	root.Sync(s, map[string]int{"untouched": 1})
	for i := range 1000 {
		key := fmt.Sprint(i)
		root.Update(s, func(m *map[string]int) { (*m)[key] = i })
	}
	used, err := atom.SetInitial(s, atom.Key(root, "999"), 5, false)
	if got := root.Get(s)["999"]; used || err != nil || got != 999 {
		t.Errorf("the user's %d was overwritten: %v, %v", got, used, err)
	}
}
