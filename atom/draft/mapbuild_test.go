package draft

import (
	"maps"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/atomsaga/atomsaga/internal/cases"
)

func TestCollectMap(t *testing.T) {
	var keys []string
	m := CollectMap(func(yield func(string, int) bool) {
		for i, k := range []string{"b", "a", "c", "a", "b"} {
			if !yield(k, i) {
				return
			}
		}
	})
	for k := range m.Keys() {
		keys = append(keys, k)
	}
	if got := m.String(); got != "map[a:3 b:4 c:2]" || len(keys) != 3 {
		t.Errorf("it is %s", got)
	}
	if got := CollectMap(m.All()).String(); got != m.String() {
		t.Errorf("in order it is %s", got)
	}
	if m := CollectMap(maps.All(map[string]int{})); m.Len() != 0 {
		t.Errorf("of nothing it is %v", m)
	}
}

// Merge is Set of each, whatever the sizes, and in the same words.
func TestMergeIsSetOfEach(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	some := func(n, of int) Map[string, part] {
		m := map[string]part{}
		for range n {
			m[strconv.Itoa(random.IntN(of))] = part{A: random.IntN(3)}
		}
		return MapOf(m)
	}
	for range cases.Of(300) {
		prev := &collectionsEverywhere{ByKey: some(random.IntN(100), 120)}
		other, drafted := some(random.IntN(100), 150), random.IntN(3)
		if random.IntN(2) == 0 {
			other.Set("kept", part{C: &part{A: 1}}) // it has a journal
		}
		edit := func(merge func(*collectionsEverywhere)) func(*collectionsEverywhere) {
			return func(d *collectionsEverywhere) {
				if drafted == 1 {
					d.ByKey.Set("before", part{A: 7})
				}
				merge(d)
				if drafted > 0 {
					d.ByKey.Edit(firstKey(&d.ByKey)).A = 9
					d.ByKey.Delete("7")
				}
			}
		}
		prev.ByKey = prev.ByKey.With(new("first"), &part{})
		next, c := edited(t, prev, edit(func(d *collectionsEverywhere) { d.ByKey.Merge(other) }))
		want, wantChanges, err := Revise(prev, edit(func(d *collectionsEverywhere) {
			for k, v := range other.All() {
				d.ByKey.Set(k, v)
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		if !Equal(next, want) || patchText(t, c) != patchText(t, wantChanges) {
			t.Fatalf("merging %v into %v:\n%s\nwant\n%s", other, prev.ByKey, c, wantChanges)
		}
	}
}

func firstKey[V any](m *Map[string, V]) (first string) {
	for k := range m.Keys() {
		return k
	}
	return first
}

// What can still be written to does not get into the next value.
func TestMergeKeepsNothingOfTheCallers(t *testing.T) {
	prev := &collectionsEverywhere{ByKey: MapOf(map[string]part{"a": {}})}
	var other Map[string, part]
	other.Set("b", part{C: &part{A: 1}})
	kept := other.Edit("b")
	next, c := edited(t, prev, func(d *collectionsEverywhere) { d.ByKey.Merge(other) })
	text := patchText(t, c)
	kept.A, kept.C.A = 2, 2
	if v, _ := next.ByKey.Get("b"); v.A != 0 || v.C.A != 1 || patchText(t, c) != text {
		t.Errorf("the next value has become %v", next.ByKey)
	}
	// Nor does a pointer into the draft that was merged into lose what it writes.
	next, _ = edited(t, prev, func(d *collectionsEverywhere) {
		p := d.ByKey.Edit("a")
		d.ByKey.Merge(MapOf(map[string]part{"b": {A: 1}}))
		p.A = 5
	})
	if v, _ := next.ByKey.Get("a"); v.A != 5 {
		t.Errorf("what was written after the merge is lost: %v", next.ByKey)
	}
}

func BenchmarkMap10000Added(b *testing.B) {
	v, more := newBoard(1000), map[string]task{}
	for i := range 10_000 {
		id := "new-" + strconv.Itoa(i)
		more[id] = task{ID: id}
	}
	all := MapOf(more)
	for _, row := range []struct {
		name string
		edit func(*board)
	}{
		{"set", func(d *board) {
			for k, t := range all.All() {
				d.Map.Set(k, t)
			}
		}},
		{"merged", func(d *board) { d.Map.Merge(all) }},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, c, err := Revise(v, row.edit); err != nil || c.Len() != 10_000 {
					b.Fatal(err, c.Len())
				}
			}
		})
	}
}
