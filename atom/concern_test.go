package atom

import (
	"strconv"
	"testing"
	"time"
)

// A page asks for every row that it draws whether a change of it is pending: that
// must not take longer the more the pending change is about.
func TestPendingCostsARowTheSameWhateverAnEntryChanges(t *testing.T) {
	cost := map[int]time.Duration{}
	for _, n := range []int{100, 100_000} {
		s, root := NewStore(), New(board{})
		table := Focus(root, func(b *board) *Map[string, task] { return &b.Map })
		if _, err := Dispatch(s, table, func(m *Map[string, task]) { m.Merge(newBoard(n).Map) }); err != nil {
			t.Fatal(err)
		}
		rows := make([]*Atom[task], 100)
		for i := range rows {
			rows[i] = MapKey(table, "task-"+strconv.Itoa(i))
		}
		other := MapKey(table, "none of them")
		pending := 0
		ask := func() {
			for _, row := range rows {
				pending += Pending(s, row) + Pending(s, other)
			}
		}
		ask() // the first one makes the index
		if pending != len(rows) {
			t.Fatalf("of an entry with %d changes %d rows of %d are pending", n, pending, len(rows))
		}
		cost[n] = time.Hour
		for range 20 {
			began := time.Now()
			ask()
			cost[n] = min(cost[n], time.Since(began))
		}
	}
	if cost[100_000] > 20*cost[100] {
		t.Errorf("for 100 rows it takes %v beside 100 changes, and %v beside 100,000", cost[100], cost[100_000])
	}
	t.Logf("for 100 rows it takes %v beside 100 changes, and %v beside 100,000", cost[100], cost[100_000])
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
	below, err := Dispatch(s, list, func(m *map[string]nested) { (*m)["below"] = nested{Name: "b"} })
	if err != nil {
		t.Fatal(err)
	}
	e, err := Dispatch(s, list, func(m *map[string]nested) {
		for i := range 30 {
			(*m)[strconv.Itoa(i)] = nested{Name: "n"}
		}
		if n, ok := (*m)["below"]; ok {
			n.Name = "changed"
			(*m)["below"] = n
		}
	})
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
			p := &e.portions[0]
			want := false
			for q := range p.concern() {
				want = want || overlap(q, path)
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
