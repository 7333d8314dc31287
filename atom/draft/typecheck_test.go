package draft

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestCollectionsElsewhereAreAnError(t *testing.T) {
	type named List[int]
	type inMap struct {
		M map[string]struct{ L List[int] }
	}
	type inSlice struct{ S [][]List[int] }
	type pointed struct{ P *List[int] }
	type behind struct {
		L List[map[string]Map[string, int]]
	}
	type nested struct{ L List[List[int]] }
	for _, row := range []struct {
		reason, where string
		err           error
	}{
		{"in a plain map", "the value.M[]", try[inMap]()},
		{"in a slice", "the value.S[][]", try[inSlice]()},
		{"behind a pointer", "the value.P", try[pointed]()},
		{"in a map in a list", "the value.L[][]", try[behind]()},
		{"a type of its own", "declare it", try[named]()},
		{"a key that JSON does not know", "key", try[Map[float64, int]]()},
	} {
		if !errors.Is(row.err, ErrType) || !strings.Contains(row.err.Error(), row.where) {
			t.Errorf("%s: error %v, want one with %q", row.reason, row.err, row.where)
		}
	}
	for _, err := range []error{
		func() error { _, _, err := ApplyPatch(inMap{}, []byte(`[]`), Limits{}); return err }(),
		func() error { _, err := Apply(inMap{}, Changes{steps: []change{{}}}); return err }(),
	} {
		if !errors.Is(err, ErrType) {
			t.Errorf("error %v, want ErrType from whatever sees the type first", err)
		}
	}
	if err := try[nested](); err != nil {
		t.Errorf("a list of lists: %v", err)
	}
	for _, v := range []any{List[int]{}, map[string]any{"a": Map[string, int]{}}, []any{struct{ L List[int] }{}}} {
		if _, _, err := Revise(&v, func(*any) {}); !errors.Is(err, ErrType) || !strings.Contains(err.Error(), "interface") {
			t.Errorf("%T behind an interface: %v", v, err)
		}
	}
}

func try[T any]() error {
	_, _, err := Revise(new(T), func(*T) {})
	return err
}

func TestEmbeddedList(t *testing.T) {
	type T struct {
		List[int] `json:"list"`
		N         int
	}
	// It has the list's methods, so encoding/json takes it for the list.
	_, c := edited(t, &T{}, func(d *T) { d.Append(1); d.N = 2 })
	if got, want := patchText(t, c), `[{"op":"replace","path":"","value":[1]}]`; got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
}

func TestCollectionsAsJSON(t *testing.T) {
	w := collectionsEverywhere{Items: *longList(2), ByInt: MapOf(map[int8]*part{2: {}, 10: {}, -1: nil}), ByText: MapOf(map[hex][]int{10: {1}, 9: nil})}
	b := marshal(t, &w)
	for _, want := range []string{`"byInt":{"-1":null,"2":{"a":0},"10":{"a":0}}`, `"byText":{"9":null,"a":[1]}`, `"nums":[]`, `"by/key":{}`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is not in %s", want, b)
		}
	}
	if strings.Contains(string(b), "parts") {
		t.Errorf("an empty list is not left out by omitzero: %s", b)
	}
	var back collectionsEverywhere
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !Equal(&w, &back) {
		t.Errorf("comes back as %s, was %s", show(&back), b)
	}
	if err := json.Unmarshal([]byte(`{"items":null,"nums":[1,"x"]}`), &back); err == nil {
		t.Errorf("a string is taken for a number")
	}
	if back.Items.Len() != 0 {
		t.Errorf("null is not the empty list")
	}
	var m Map[int8, int]
	if err := json.Unmarshal([]byte(`{"300":1}`), &m); err == nil {
		t.Errorf("300 is taken for an int8")
	}
}
