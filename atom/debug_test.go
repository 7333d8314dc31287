package atom

import (
	"errors"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// written calls f and returns the error that it panics with.
func written(t *testing.T, f func()) (err error) {
	t.Helper()
	defer func() {
		if v := recover(); v != nil {
			var ok bool
			if err, ok = v.(error); !ok {
				t.Fatalf("panic of a %T: %v", v, v)
			}
		}
	}()
	f()
	return nil
}

func TestWritingOutsideADraftIsFound(t *testing.T) {
	for _, row := range []struct {
		reason string
		write  func(world)
		found  string
	}{
		{"through a pointer in a List", func(w world) { w.Refs.At(0).Name = "x" }, "replace /refs/0/name x ()"},
		{"into the slice of a List's element", func(w world) { w.Items.At(50).Tags[0] = 9 }, "replace /items/50/Tags/0 9 (1)"},
		{"into a Map's value", func(w world) { v, _ := w.ByInt.Get(1); v.A = 9 }, "replace /byInt/1/a 9 (0)"},
		{"into a plain slice", func(w world) { w.Each[0].M.Set("a", 9) }, "add /Each/0/M/a 9"},
		{"through a pointer", func(w world) { w.In.L.Append(item{}) }, "add /in/L/0"},
		{"only to the copy that Get returns", func(w world) { w.Items.Edit(3).Name = "x"; w.Two[0].Append(1) }, ""},
	} {
		v := world{Items: *longList(100), Refs: draft.ListOf(&item{ID: "r"}), ByInt: draft.MapOf(map[int8]*part{1: {}}),
			Each: []struct{ M draft.Map[string, int] }{{}}, In: &struct{ L draft.List[item] }{}}
		v.Items.Edit(50).Tags = []int{1}
		s, a := NewStore(), New(world{})
		Debug(s)
		if err := a.Set(s, v); err != nil {
			t.Fatal(err)
		}
		row.write(a.Get(s))
		update := func() {
			if err := a.Update(s, func(w *world) { w.Nums.Append(2) }); err != nil {
				t.Error(err)
			}
		}
		err := written(t, update)
		if row.found == "" && err != nil || row.found != "" && (!errors.Is(err, ErrWritten) || !strings.Contains(err.Error(), row.found) ||
			!strings.Contains(err.Error(), a.String()+", a atom.world: ")) {
			t.Errorf("%s: error %v, want one with %q", row.reason, err, row.found)
		}
		if err := written(t, update); err != nil {
			t.Errorf("%s: reported again, or the store is not usable: %v", row.reason, err)
		}
	}
}

func TestWritingIsFoundWhateverWasRead(t *testing.T) {
	type state struct {
		Parts map[string]*part
		List  []*part
		Other int
	}
	a := New(state{Parts: map[string]*part{"a": {}}, List: []*part{{}}})
	parts := Focus(a, func(s *state) *map[string]*part { return &s.Parts })
	one := Key(parts, "a")
	first := Derive(func(r Reader) []*part { return []*part{{A: len(a.Get(r).List)}} })
	for _, row := range []struct {
		reason string
		write  func(*Store)
		found  string
	}{
		{"a part", func(s *Store) { parts.Get(s)["b"] = nil }, "add /Parts/b"},
		{"an element", func(s *Store) { one.Get(s).A++ }, "replace /Parts/a/a"},
		{"what a function of a derived atom read", func(s *Store) { Derive(func(r Reader) int { a.Get(r).List[0].A++; return 0 }).Get(s) }, "replace /List/0/a"},
		{"what a derived atom returned", func(s *Store) { first.Get(s)[0].A++ }, "replace /0/a"},
		{"in a batch", func(s *Store) { s.Batch(func(b *Batch) { a.Get(b).List[0].A++ }) }, "replace /List/0/a"},
		{"in the value that was there before", func(s *Store) {
			before := a.Get(s)
			if err := a.Update(s, func(s *state) { s.Other++ }); err != nil {
				t.Fatal(err)
			}
			before.List[0].A++ // which is shared
		}, "replace /List/0/a"},
	} {
		s := NewStore()
		Debug(s)
		if err := a.Set(s, state{Parts: map[string]*part{"a": {}}, List: []*part{{}}}); err != nil {
			t.Fatal(err)
		}
		row.write(s)
		if err := written(t, func() { s.Batch(func(*Batch) {}) }); !errors.Is(err, ErrWritten) || !strings.Contains(err.Error(), row.found) {
			t.Errorf("%s: error %v, want one with %q", row.reason, err, row.found)
		}
	}
}

func TestDebugModeIsFreeWhenOff(t *testing.T) {
	s, a := NewStore(), New(world{Items: *longList(100)})
	if err := a.Update(s, func(w *world) { w.Nums.Append(1) }); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { a.Get(s) }); n > 0 {
		t.Errorf("Get makes %v allocations", n)
	}
	a.Get(s).Items.At(1) // and nothing is remembered
	if c := s.logOf(a.root); c.snapshot != nil {
		t.Errorf("a store that is not in debug mode remembers what it hands out")
	}
}
