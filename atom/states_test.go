package atom_test

import (
	"fmt"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

type counterValue struct {
	ID    string `atom:"key"`
	Count int
}

// Rows that have nothing to do with what is dropped are not applied again, neither
// then nor when they fold, and every state is what it has to be.
func TestDropLeavesOtherPartsAlone(t *testing.T) {
	for _, test := range []struct {
		name   string
		target func(id string) *atom.Atom[counterValue]
	}{
		{"elements of a map", func() func(string) *atom.Atom[counterValue] {
			all := atom.New(draft.MapOf(map[string]counterValue{"a": {ID: "a"}, "b": {ID: "b"}, "c": {ID: "c"}}))
			return func(id string) *atom.Atom[counterValue] { return atom.MapKey(all, id) }
		}()},
		{"elements of a list", func() func(string) *atom.Atom[counterValue] {
			all := atom.New(draft.ListOf(counterValue{ID: "a"}, counterValue{ID: "b"}, counterValue{ID: "c"}))
			return func(id string) *atom.Atom[counterValue] { return atom.ListAt(all, id) }
		}()},
		{"elements of a slice", func() func(string) *atom.Atom[counterValue] {
			all := atom.New([]counterValue{{ID: "a"}, {ID: "b"}, {ID: "c"}})
			return func(id string) *atom.Atom[counterValue] { return atom.At(all, id) }
		}()},
		{"fields", func() func(string) *atom.Atom[counterValue] {
			type three struct{ A, B, C counterValue }
			all := atom.New(three{counterValue{ID: "a"}, counterValue{ID: "b"}, counterValue{ID: "c"}})
			fields := map[string]*atom.Atom[counterValue]{
				"a": atom.Focus(all, func(x *three) *counterValue { return &x.A }),
				"b": atom.Focus(all, func(x *three) *counterValue { return &x.B }),
				"c": atom.Focus(all, func(x *three) *counterValue { return &x.C }),
			}
			return func(id string) *atom.Atom[counterValue] { return fields[id] }
		}()},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, runs := atom.NewStore(), map[string]int{}
			add := func(id string, n int) *atom.Entry {
				e, err := atom.Dispatch(s, test.target(id).Edit(func(b *counterValue) { runs[id]++; b.Count += n }))
				if err != nil {
					t.Fatal(err)
				}
				return e
			}
			want := func(reason, counts string) {
				t.Helper()
				got := ""
				for _, id := range []string{"a", "b", "c"} {
					got += fmt.Sprint(test.target(id).Get(s).Count)
				}
				if got != counts {
					t.Errorf("%s: %s, want %s", reason, got, counts)
				}
			}
			first, second, third := add("a", 1), add("b", 2), add("c", 3)
			fourth := add("b", 4)
			want("all are dispatched", "163")
			first.Drop(s)
			want("the first is dropped", "063")
			if got := fmt.Sprint(runs); got != "map[a:1 b:2 c:1]" {
				t.Errorf("the functions ran %s", got)
			}
			below, above := fourth.Around(s, 0)
			if below.(*counterValue).Count != 2 || above.(*counterValue).Count != 6 {
				t.Errorf("the fourth has led from %v to %v", below, above)
			}
			third.Drop(s)
			want("the third is dropped", "060")
			second.Drop(s)
			want("the fourth sees what the second has made, and is applied without", "040")
			if runs["b"] != 3 || runs["c"] != 1 {
				t.Errorf("the functions ran %v", runs)
			}
			fifth := add("c", 5)
			fourth.Succeed(s)
			fifth.Succeed(s)
			want("all has folded", "045")
		})
	}
}

// An element that another identity is given is another element: what is about that
// one has to be applied again.
func TestDropOfAnElementThatBecameAnotherOne(t *testing.T) {
	all := atom.New(draft.ListOf(counterValue{ID: "a"}, counterValue{ID: "c"}))
	s := atom.NewStore()
	renamed, err := atom.Dispatch(s, atom.ListAt(all, "a").Edit(func(b *counterValue) { b.ID = "b" }))
	if err != nil {
		t.Fatal(err)
	}
	counted, err := atom.Dispatch(s, atom.ListAt(all, "b").Edit(func(b *counterValue) { b.Count++ }))
	if err != nil {
		t.Fatal(err)
	}
	renamed.Drop(s)
	if a := atom.ListAt(all, "a").Get(s); a != (counterValue{ID: "a"}) {
		t.Errorf("a is %v", a)
	}
	if counted.Live(s) {
		t.Error("what was about b is live, of which there is none")
	}
}

// A transaction that renames an element, and goes on under its new name, is found
// under neither when it is taken back: it has to be left out, not put back.
func TestDropOfATransactionThatRenamed(t *testing.T) {
	all := atom.New(draft.ListOf(counterValue{ID: "a"}, counterValue{ID: "c"}))
	s := atom.NewStore()
	renamed, err := atom.Dispatch(s,
		atom.ListAt(all, "a").Edit(func(b *counterValue) { b.ID = "b" }),
		atom.ListAt(all, "b").Edit(func(b *counterValue) { b.Count++ }))
	must(t, err)
	dispatched(t, s, atom.ListAt(all, "c"), func(b *counterValue) { b.Count += 2 })
	must(t, renamed.Drop(s))
	if got := fmt.Sprint(all.Get(s)); got != "[{a 0} {c 2}]" {
		t.Errorf("the list is %s", got)
	}
}

// An Edit says what to change. What becomes of it is known of each entry by itself.
func TestOneEditInSeveralEntries(t *testing.T) {
	type two struct{ A, B int }
	both := atom.New(two{})
	a := atom.Focus(both, func(x *two) *int { return &x.A })
	b := atom.Focus(both, func(x *two) *int { return &x.B })
	s, inc := atom.NewStore(), a.Edit(increment)
	first, err := atom.Dispatch(s, inc)
	must(t, err)
	twice, err := atom.Dispatch(s, inc, inc)
	must(t, err)
	dispatched(t, s, b, increment)
	must(t, twice.Drop(s))
	if got := both.Get(s); got != (two{1, 1}) {
		t.Errorf("with the first alone: %v", got)
	}
	third, err := atom.Dispatch(s, inc)
	must(t, err)
	first.PinPatch(s)
	must(t, first.Drop(s))
	if got := both.Get(s); got != (two{1, 1}) {
		t.Errorf("with the third alone: %v", got)
	}
	must(t, third.Drop(s))
	if got := both.Get(s); got != (two{0, 1}) {
		t.Errorf("with none: %v", got)
	}
}
