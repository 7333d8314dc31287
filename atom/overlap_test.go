package atom

import (
	"strconv"
	"testing"

	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/cases"
)

// A page asks for every row that it draws whether a change of it is pending: as many
// changes are looked at, those of the row, whatever else the pending one is about.
func TestPendingLooksAtARowsOwnChangesWhateverAnEntryChanges(t *testing.T) {
	for _, n := range []int{100, cases.Of(100_000)} {
		s, e, rows, other := pendingRows(t, n)
		if pending := pendingOf(s, rows, other); pending != len(rows) { // the first one makes the index
			t.Fatalf("of an entry with %d changes %d rows of %d are pending", n, pending, len(rows))
		}
		p := &e.parts[0]
		x := p.index
		if x == nil || x.loose {
			t.Fatalf("of an entry with %d changes there is no index", n)
		}
		looked := 0
		for _, row := range append(rows, other) {
			_, path := row.target()
			for at := x.first[path[len(p.changes.CommonPath())].Identity()]; at != 0; at = x.next[at] {
				looked++
			}
		}
		if pendingOf(s, rows, other); looked != len(rows) || p.index != x {
			t.Errorf("of an entry with %d changes %d are looked at for %d rows, the index made anew: %v", n, looked, len(rows), p.index != x)
		}
	}
}

func BenchmarkPendingOfARow(b *testing.B) {
	for _, n := range []int{100, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			s, _, rows, other := pendingRows(b, n)
			for b.Loop() {
				pendingOf(s, rows, other)
			}
		})
	}
}

// pendingRows returns rows of a table, of which n are being changed, and another one.
func pendingRows(t testing.TB, n int) (s *Store, e *Entry, rows []*Atom[task], other *Atom[task]) {
	s, root := NewStore(), New(board{})
	table := Focus(root, func(b *board) *draft.Map[string, task] { return &b.Map })
	e, err := Dispatch(s, table.Edit(func(m *draft.Map[string, task]) { m.Merge(newBoard(n).Map) }))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		rows = append(rows, MapKey(table, "task-"+strconv.Itoa(i)))
	}
	return s, e, rows, MapKey(table, "none of them")
}

func pendingOf(s *Store, rows []*Atom[task], other *Atom[task]) (pending int) {
	for _, row := range rows {
		pending += row.Pending(s) + other.Pending(s)
	}
	return pending
}

// The index finds what a look at every path finds, after a replay that changes what
// an entry is about, too.
func TestConcernIndexFindsWhatAllPathsSay(t *testing.T) {
	type nested struct {
		Name  string
		Lists map[string][]part
	}
	root := New(map[string]nested{})
	list := Focus(root, func(m *map[string]nested) *map[string]nested { return m })
	key := func(k string) *Atom[nested] { return Key(list, k) }
	s := NewStore()
	below, err := Dispatch(s, list.Edit(func(m *map[string]nested) { (*m)["below"] = nested{Name: "b"} }))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Dispatch(s, list.Edit(func(m *map[string]nested) {
		for i := range 30 {
			(*m)[strconv.Itoa(i)] = nested{Name: "n"}
		}
		if n, ok := (*m)["below"]; ok {
			n.Name = "changed"
			(*m)["below"] = n
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	anywhere := Focus(root, func(m *map[string]nested) *string { v := (*m)["7"]; return &v.Name })
	check := func(reason string) {
		t.Helper()
		for name, a := range map[string]Target{
			"root": root, "a key": key("7"), "another": key("none"), "below": key("below"), "a field": Focus(key("7"), func(n *nested) *string { return &n.Name }),
			"a field of below":         Focus(key("below"), func(n *nested) *string { return &n.Name }),
			"another field of below":   Focus(key("below"), func(n *nested) *map[string][]part { return &n.Lists }),
			"a lens that may be there": anywhere,
		} {
			id, path := a.target()
			p := &e.parts[0]
			want := false
			for q := range p.touchedPaths() {
				want = want || q.Overlaps(path)
			}
			if got := p.concerns(id, path); got != want {
				t.Errorf("%s: %s: the index says %v, the paths %v", reason, name, got, want)
			}
		}
	}
	check("as dispatched")
	if err := below.Drop(s); err != nil {
		t.Fatal(err)
	}
	check("after what was below has gone")
}
