package atom_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
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
			_, err := n(a).SetInitial(s, 1)
			return err
		}, 1},
		{"a change of it has failed", func(s *atom.Store, a *atom.Atom[page]) error {
			e, err := atom.Dispatch(s, n(a).Edit(func(n *int) { *n = 5 }))
			return errors.Join(err, e.Drop(s))
		}, 42},
		{"a change of it is pending", func(s *atom.Store, a *atom.Atom[page]) error {
			_, err := atom.Dispatch(s, n(a).Edit(func(n *int) { *n++ }))
			return err
		}, 43},
	} {
		s, root := atom.NewStore(), atom.New(page{})
		if err := test.before(s, root); err != nil {
			t.Fatal(err)
		}
		used, err := n(root).SetInitial(s, 42)
		if got := n(root).Get(s); err != nil || got != test.want || used != (test.want >= 42) {
			t.Errorf("%s: %d (used %v), want %d; %v", test.reason, got, used, test.want, err)
		}
	}
}

func TestSetInitialOfMoreThanIsNoted(t *testing.T) {
	s, root := atom.NewStore(), atom.New(map[string]int{})
	root.Sync(s, map[string]int{"untouched": 1})
	for i := range 300 {
		key := fmt.Sprint(i)
		root.Update(s, func(m *map[string]int) { (*m)[key] = i })
	}
	used, err := atom.Key(root, "299").SetInitial(s, 5)
	if got := root.Get(s)["299"]; used || err != nil || got != 299 {
		t.Errorf("the user's %d was overwritten: %v, %v", got, used, err)
	}
}

func TestAnElementThatChangesItsIdentity(t *testing.T) {
	s, rows := atom.NewStore(), atom.New([]line{{1, "a"}, {2, "b"}})
	one, three := atom.At(rows, 1), atom.At(rows, 3)
	wasOne, wasThree := counter(t, s, one), counter(t, s, three)
	if err := one.Update(s, func(l *line) { l.ID = 3 }); err != nil {
		t.Fatal(err)
	}
	if _, ok := one.Lookup(s); ok || three.Get(s).Text != "a" || *wasOne != 1 || *wasThree != 1 {
		t.Errorf("%v, told %d and %d times", rows.Get(s), *wasOne, *wasThree)
	}
}

// collections holds the same elements in each kind of collection.
type collections struct {
	Slice []line
	Map   map[int]line
	List  draft.List[line]
	Tree  draft.Map[int, line]
}

func TestElementsOfEveryCollection(t *testing.T) {
	lines := []line{{1, "a"}, {2, "b"}, {3, "c"}}
	start := collections{Slice: lines, Map: map[int]line{1: lines[0], 2: lines[1], 3: lines[2]}, List: draft.ListOf(lines...)}
	start.Tree = draft.MapOf(start.Map)
	root := atom.New(start)
	slice := atom.Focus(root, func(c *collections) *[]line { return &c.Slice })
	list := atom.Focus(root, func(c *collections) *draft.List[line] { return &c.List })
	plain := atom.Focus(root, func(c *collections) *map[int]line { return &c.Map })
	tree := atom.Focus(root, func(c *collections) *draft.Map[int, line] { return &c.Tree })
	removeTwo := func(c *collections) {
		c.Slice = append(c.Slice[:1], c.Slice[2:]...)
		delete(c.Map, 2)
		c.List.Delete(1)
		c.Tree.Delete(2)
	}
	for name, at := range map[string]func(int) *atom.Atom[line]{
		"slice": func(id int) *atom.Atom[line] { return atom.At(slice, id) },
		"list":  func(id int) *atom.Atom[line] { return atom.ListAt(list, id) },
		"map":   func(id int) *atom.Atom[line] { return atom.Key(plain, id) },
		"Map":   func(id int) *atom.Atom[line] { return atom.MapKey(tree, id) },
	} {
		t.Run(name, func(t *testing.T) {
			s := atom.NewStore()
			two, three, nine := at(2), at(3), at(9)
			toldTwo, toldThree := counter(t, s, two), counter(t, s, three)
			rename := func(l *line) { l.Text += "!" }

			early, err := atom.Dispatch(s, two.Edit(rename))
			if err != nil || two.Get(s) != (line{2, "b!"}) || *toldTwo != 1 || *toldThree != 0 {
				t.Fatalf("%v, %v, told %d and %d times", err, two.Get(s), *toldTwo, *toldThree)
			}
			if got := early.Patch(s, 0).String(); got != "replace /Text b! (b)" {
				t.Errorf("the patch is %q", got)
			}
			late, _ := atom.Dispatch(s, three.Edit(rename))
			if err := nine.Set(s, line{9, "?"}); !errors.Is(err, atom.ErrMissing) {
				t.Errorf("a write to a missing element: %v", err)
			}
			var conflicts []atom.Conflict
			s.OnConflict(func(c atom.Conflict) { conflicts = append(conflicts, c) })
			root.SyncUpdate(s, removeTwo)
			if _, ok := two.Lookup(s); ok || len(conflicts) != 1 || conflicts[0].Mine != (line{2, "b!"}) || conflicts[0].Theirs != nil {
				t.Errorf("conflicts %+v", conflicts)
			}
			if three.Get(s) != (line{3, "c!"}) {
				t.Errorf("%v", three.Get(s))
			}
			late.Drop(s)
			if three.Get(s) != (line{3, "c"}) || *toldTwo != 2 || *toldThree != 2 {
				t.Errorf("%v, told %d and %d times", three.Get(s), *toldTwo, *toldThree)
			}
			if two.String() == three.String() {
				t.Error("two atoms of one name")
			}
		})
	}
}
