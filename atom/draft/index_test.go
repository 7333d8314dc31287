package draft

import (
	"errors"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

func TestPersistentEditsForLenses(t *testing.T) {
	m := MapOf(map[string]part{"a": {A: 1}})
	two := m.With(new("b"), &part{A: 2}).With(new("a"), &part{A: 3})
	if p, ok := two.Peek(new("b")); !ok || p.A != 2 || two.Len() != 2 || m.Len() != 1 {
		t.Errorf("got %v from %v", two, m)
	}
	if v, _ := m.Get("a"); v.A != 1 || two.without("a").Has("a") || two.without("x").Len() != 2 {
		t.Errorf("got %v from %v", two, m)
	}
	l := *longList(1000)
	if i := l.Index("777"); i != 777 {
		t.Fatalf("Index = %d", i)
	}
	n := l.With(777, &item{ID: "777", Name: "x"})
	if n.header.tree.index.Load() == nil || n.Index("777") != 777 || n.Peek(777).Name != "x" || l.Peek(777).Name != "" {
		t.Errorf("got %v", n.At(777))
	}
	if o := n.With(777, &item{ID: "other"}); o.Index("777") != -1 || o.Index("other") != 777 {
		t.Errorf("another identity is not seen")
	}
}

func TestElementsAreFoundByIdentityInLists(t *testing.T) {
	base := longList(200)
	moved, _ := edited(t, base, func(d *List[item]) {
		d.Insert(0, item{ID: "x"}, item{ID: "y"})
		d.Move(50, 150)
		d.Delete(100)
	})
	for _, row := range []struct {
		reason string
		edit   func(*List[item])
		err    error
		check  func(List[item]) bool
	}{
		{"renamed where it is now", func(d *List[item]) { d.Edit(48).Name = "new" }, nil, func(l List[item]) bool { return l.At(149).Name == "new" }},
		{"inserted behind the one it was behind", func(d *List[item]) { d.Insert(49, item{ID: "n"}) }, nil, func(l List[item]) bool { return l.At(150).ID == "n" }},
		{"removed where it is now", func(d *List[item]) { d.Delete(48) }, nil, func(l List[item]) bool { return l.Index("48") == -1 && l.Len() == 200 }},
		{"gone", func(d *List[item]) { d.Edit(99).Name = "new" }, ErrPath, nil},
		{"moved behind the one it was moved behind", func(d *List[item]) { d.Move(0, 48) }, nil, func(l List[item]) bool { return l.At(149).ID == "0" && l.At(148).ID == "48" }},
	} {
		_, c := edited(t, base, row.edit)
		got, err := Apply(*moved, c)
		if !errors.Is(err, row.err) || row.err == nil && !row.check(got) {
			t.Errorf("%s: %v, %s", row.reason, err, show(got))
		}
	}
}

func TestIndexIsOfTheFirst(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		s := newGenerator(t)
		id := func() string { return strconv.Itoa(s.n(59, "id")) } // some are there twice
		l := longList(40)
		first := func(l *List[item], id string) int {
			return slices.IndexFunc(slices.Collect(l.Values()), func(e item) bool { return e.ID == id })
		}
		check := func(l *List[item], where string) {
			for range 3 {
				if id := id(); l.Index(id) != first(l, id) {
					t.Fatalf("%s: Index(%q) = %d, want %d in %v", where, id, l.Index(id), first(l, id), l)
				}
			}
		}
		for range 1 + s.n(3, "updates") {
			if s.n(1, "indexed") == 1 {
				check(l, "the value")
			}
			next, c := edited(t, l, func(d *List[item]) {
				for range s.n(6, "edits") {
					n := d.Len()
					switch s.n(4, "what") {
					case 0:
						d.Insert(s.n(n, "at"), item{ID: id()})
					case 1:
						d.Delete(s.n(n-1, "at"))
					case 2:
						d.Move(s.n(n-1, "from"), s.n(n-1, "to"))
					case 3:
						d.Edit(s.n(n-1, "at")).ID = id()
					case 4:
						d.Set(s.n(n-1, "at"), item{ID: id()})
					}
					check(d, "the draft")
				}
			})
			applied, err := Apply(*l, c)
			if err != nil {
				t.Fatalf("%v", err)
			}
			check(&applied, "what the changes lead to")
			l = next
		}
	})
}
