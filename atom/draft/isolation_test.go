package draft

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

func TestKeptDraftPointerCorruptsNothing(t *testing.T) {
	type T struct {
		P    *part
		List []part
		Map  map[string]*part
		Any  any
	}
	prev := &T{P: &part{A: 1}, List: []part{{A: 1}}, Map: map[string]*part{"a": {A: 1}}, Any: map[string]any{"a": 1}}
	var kept *T
	var elem *part
	next, c := edited(t, prev, func(d *T) {
		kept, elem = d, d.Map["a"]
		d.P.A, d.List[0].A, elem.A = 2, 2, 2
		d.Map["b"] = &part{A: 2}
		d.Any.(map[string]any)["b"] = []any{1}
	})
	want, text := copyOf(t, next), patchText(t, c)
	kept.P.A, kept.List[0].A, elem.A, kept.Map["b"].A = 3, 3, 3, 3
	kept.Any.(map[string]any)["b"].([]any)[0] = 3
	kept.Any.(map[string]any)["c"] = 3
	delete(kept.Map, "a")
	if !Equal(next, want) {
		t.Errorf("the next value became %s", show(next))
	}
	if now := patchText(t, c); now != text {
		t.Errorf("the record became %s, was %s", now, text)
	}
	checkChanges(t, prev, next, c)
}

func TestValueHandedInIsIsolated(t *testing.T) {
	type T struct{ List []*part }
	mine := &T{List: []*part{{A: 1}}}
	next, c, err := Adopt(&T{}, mine)
	if err != nil {
		t.Fatal(err)
	}
	mine.List[0].A = 2
	if next.List[0].A != 1 || !strings.Contains(patchText(t, c), `"a":1`) {
		t.Errorf("a later write is seen: %s, %s", show(next), c)
	}
	kept, err := Seal(mine)
	if err != nil {
		t.Fatal(err)
	}
	mine.List[0].A = 3
	if kept.List[0].A != 2 {
		t.Errorf("a later write is seen in the sealed value: %s", show(kept))
	}
}

func TestWriteThroughPointerBesideNewPointer(t *testing.T) {
	type T struct{ P, Q *int }
	one := 1
	prev := &T{P: &one}
	_, c := edited(t, prev, func(d *T) {
		*d.P++
		n := 5
		d.Q, d.P = d.P, &n
	})
	if got, want := patchText(t, c), `[{"op":"replace","path":"/P","value":5},{"op":"replace","path":"/Q","value":2}]`; got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
	if one != 1 {
		t.Errorf("the value before became %d", one)
	}
}

func TestPointersToSharedObjects(t *testing.T) {
	type T struct{ A, B *part }
	one := &part{A: 1}
	prev := &T{A: one, B: one}
	next, _ := edited(t, prev, func(d *T) { d.A.A = 2 })
	if next.A.A != 2 || next.B.A != 1 || one.A != 1 {
		t.Errorf("a value is a tree; got %s from one object in two places", show(next))
	}
	if next.B != one {
		t.Errorf("what did not change is not shared")
	}
	_, c := edited(t, next, func(d *T) { d.B = d.A })
	if got, want := patchText(t, c), `[{"op":"replace","path":"/B/a","value":2}]`; got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
}

func TestConcurrentUpdatesFromOneValue(t *testing.T) {
	plain := &document{Items: []item{{ID: "a", Tags: []int{1}}}, Parts: map[string]part{"a": {C: &part{}}}, Any: map[string]any{"a": []any{1}},
		Raw: json.RawMessage("1"), Num: "1"}
	large := &collectionsEverywhere{Items: *longList(100), ByKey: MapOf(map[string]part{"a": {}, "b": {}})}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for range 50 {
				leadsBack(t, plain, func(d *document) {
					d.Items[0].Tags[0] = n + 10
					d.Parts["b"] = part{A: n}
					d.Any.(map[string]any)["a"].([]any)[0] = n + 10
				})
				leadsBack(t, large, func(d *collectionsEverywhere) {
					d.Items.Edit(d.Items.Index("50")).Name = "x"
					d.Items.Insert(n, item{ID: "new"})
					d.ByKey.Edit("a").A = n + 10
					for range d.ByKey.All() {
						d.ByKey.Delete("b")
					}
				})
			}
		})
	}
	wg.Wait()
}

func leadsBack[T any](t *testing.T, v *T, edit func(*T)) {
	next, c, err := Revise(v, edit)
	if err != nil || c.Empty() {
		t.Errorf("%v, %s", err, c)
		return
	}
	if back, err := Apply(*next, c.Inverse()); err != nil || !Equal(&back, v) {
		t.Errorf("%s does not lead back: %v", c, err)
	}
}

func TestUntouchedPartsAreShared(t *testing.T) {
	type T struct {
		P, Q *part
		List []*part
		Map  map[string]*part
	}
	prev := &T{P: &part{}, Q: &part{C: &part{}}, List: []*part{{A: 1}, {A: 2}}, Map: map[string]*part{"a": {}, "b": {}}}
	next, _ := edited(t, prev, func(d *T) { d.Q.A = 1; d.List[1].A = 3; d.Map["b"].A = 1 })
	if next.P != prev.P || next.Q.C != prev.Q.C || next.List[0] != prev.List[0] || next.Map["a"] != prev.Map["a"] {
		t.Errorf("an untouched part was copied")
	}
	next, _ = edited(t, prev, func(d *T) { d.P.A = 1 })
	if unsafe.SliceData(next.List) != unsafe.SliceData(prev.List) || reflect.ValueOf(next.Map).Pointer() != reflect.ValueOf(prev.Map).Pointer() {
		t.Errorf("an untouched slice or map was copied")
	}
}
