package draft

import (
	"bytes"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

// An unlisted element has a key that its JSON form does not have.
type unlisted struct {
	ID   string `json:"-" atom:"key"`
	Name string `json:"name"`
}

type renamed struct {
	Key  int `json:"no/key,string" atom:"key"`
	Name string
}

type unnamed struct {
	ID   string `json:"id,omitempty" atom:"key"`
	Name string `json:"name"`
}

type dated struct {
	At   time.Time `json:"at"`
	Name string    `json:"name"`
}

type hexed struct {
	Key  hex `json:"key" atom:"key"`
	Name string
}

type withBase struct {
	Inner
	ID   string `json:"id" atom:"key"`
	Name string `json:"name"`
}

type shelf struct {
	ID    string        `json:"id" atom:"key"`
	Books []item        `json:"books"`
	Words []string      `json:"words"`
	More  List[unnamed] `json:"more"`
}

type amount struct {
	Name  string   `json:"name"`
	Value *big.Int `json:"value"`
}

// A warehouse has a list of each kind, none of which omitempty leaves out.
type warehouse struct {
	Items   []item               `json:"items"`
	Shelves List[shelf]          `json:"shelves"`
	Pointed []*item              `json:"pointed"`
	Renamed []renamed            `json:"renamed"`
	Unnamed List[unnamed]        `json:"unnamed"`
	Dated   []dated              `json:"dated"`
	Hexed   []hexed              `json:"hexed"`
	Based   []withBase           `json:"based"`
	Words   []string             `json:"words"`
	Wordy   List[string]         `json:"wordy"`
	Loose   []struct{ A, B int } `json:"loose"`
	Grid    [][]int              `json:"grid"`
	ByKey   map[string][]item    `json:"byKey"`
	Table   Map[string, shelf]   `json:"table"`
	Open    any                  `json:"open"`
	Fixed   [3][]int             `json:"fixed"`
}

// What a server accepts whose value is another one is what the page makes of that
// newValue itself; anything else it refuses.
func TestAServerThatAcceptsAPatchMakesOfItWhatThePageMakes(t *testing.T) {
	accepted := 0
	cases.Check(t, func(t *rapid.T) {
		s := newGenerator(t)
		var v warehouse
		s.fill(reflect.ValueOf(&v).Elem())
		scrambled := func(v *warehouse) (*warehouse, Changes) {
			other := copyOf(t, v)
			for range s.n(2, "edits") + 1 {
				s.change(reflect.ValueOf(other).Elem())
			}
			next, c, err := Adopt(v, other)
			if err != nil {
				t.Fatalf("%v", err)
			}
			return next, c
		}
		next, c := scrambled(&v)
		other, _ := scrambled(&v)
		if checkServer(t, &v, next, other, c) {
			accepted++
		}
		checkServer(t, next, &v, other, c.Inverse())
	})
	if accepted == 0 {
		t.Error("no patch was accepted")
	}
}

// checkServer has a server that has other told of the changes from prev to next. It
// reports whether it has accepted them.
func checkServer[T any](t failer, prev, next, other *T, c Changes) bool {
	t.Helper()
	patch, err := c.GuardedPatch(prev)
	if err != nil {
		t.Fatalf("%v\n%s", err, c)
	}
	if bytes.Contains(patch, []byte("//")) || bytes.Contains(patch, []byte(`/"`)) {
		return false // an empty key: the implementation at hand cannot go through it
	}
	got, err := carriedOut(decode(t, marshal(t, other)), patch)
	if err != nil {
		return false
	}
	want, err := Reapply(other, prev, c)
	if err != nil {
		t.Fatalf("the server has made\n%s\nof\n%s\nby\n%s\nand the page: %v", show(got), show(other), patch, err)
	}
	if !reflect.DeepEqual(got, decode(t, marshal(t, want))) {
		t.Fatalf("the server has made\n%s\nand the page\n%s\nof\n%s\nby\n%s\n%s", show(got), show(want), show(other), patch, c)
	}
	return true
}

func without[E any](l []E, i int) []E { return append(l[:i:i], l[i+1:]...) }

// A server whose list differs refuses, whatever the elements are.
func TestGuardedPatchIsRefusedWhereTheListDiffers(t *testing.T) {
	abc := func() *warehouse {
		when := func(n int64) dated { return dated{time.Unix(n, 0).UTC(), "n"} }
		s := func(id string) shelf {
			return shelf{ID: id, Books: []item{{ID: "A"}, {ID: "B"}, {ID: "C"}}, Words: []string{"a", "b", "c"}, More: ListOf(unnamed{"x", "x"}, unnamed{"", "none"}, unnamed{"y", "y"})}
		}
		return &warehouse{
			Items: []item{{ID: "A"}, {ID: "B"}, {ID: "C"}}, Shelves: ListOf(s("A"), s("B"), s("C")), Pointed: []*item{{ID: "A"}, nil, {ID: "C"}},
			Renamed: []renamed{{1, "a"}, {2, "b"}, {3, "c"}}, Unnamed: ListOf(unnamed{"a", "a"}, unnamed{"", "none"}, unnamed{"c", "c"}),
			Dated: []dated{when(1), when(2), when(3)}, Hexed: []hexed{{1, "a"}, {2, "b"}, {255, "c"}}, Based: []withBase{{ID: "A"}, {ID: "B"}, {ID: "C"}},
			Words: []string{"a", "b", "c"}, Wordy: ListOf("a", "b", "c"), Loose: []struct{ A, B int }{{1, 0}, {2, 0}, {3, 0}}, Grid: [][]int{{1}, {2}, {3}},
			ByKey: map[string][]item{"k": {{ID: "A"}, {ID: "B"}, {ID: "C"}}}, Table: MapOf(map[string]shelf{"k": s("k")}), Open: []any{"a", "b", "c"},
		}
	}
	for _, row := range []struct {
		name   string
		edit   func(*warehouse)
		others func(*warehouse)
		want   string // is in the patch
	}{
		{"remove", func(w *warehouse) { w.Items = without(w.Items, 2) }, func(w *warehouse) { w.Items = without(w.Items, 0) },
			`{"op":"test","path":"/items/2/ID","value":"C"},{"op":"remove","path":"/items/2"}`},
		{"replace", func(w *warehouse) { w.Items[1].Name = "x" }, func(w *warehouse) { w.Items = without(w.Items, 0) },
			`{"op":"test","path":"/items/1/ID","value":"B"},{"op":"replace","path":"/items/1/name","value":"x"}`},
		{"two fields, one test", func(w *warehouse) { w.Items[1].Name, w.Items[1].Done = "x", true }, func(w *warehouse) { w.Items = without(w.Items, 0) },
			`{"op":"test","path":"/items/1/ID","value":"B"},{"op":"replace","path":"/items/1/name","value":"x"},{"op":"add","path":"/items/1/done","value":true}`},
		{"add in front", func(w *warehouse) { w.Items = append([]item{{ID: "X"}}, w.Items...) }, func(w *warehouse) { w.Items = without(w.Items, 0) },
			`{"op":"test","path":"/items/0/ID","value":"A"},{"op":"add","path":"/items/0"`},
		{"add between", func(w *warehouse) { w.Items = append([]item{w.Items[0], {ID: "X"}}, w.Items[1:]...) }, func(w *warehouse) { w.Items = without(w.Items, 0) },
			`{"op":"test","path":"/items/0/ID","value":"A"},{"op":"test","path":"/items/1/ID","value":"B"},{"op":"add","path":"/items/1"`},
		{"add two, the second beside the first", func(w *warehouse) { w.Items = append(w.Items, item{ID: "X"}, item{ID: "Y"}) }, func(w *warehouse) { w.Items = without(w.Items, 0) },
			`[{"op":"test","path":"/items/2/ID","value":"C"},{"op":"add","path":"/items/3","value":{"ID":"X","name":"","Tags":null}},{"op":"add"`},
		{"add to none", func(w *warehouse) { w.ByKey["n"] = append(w.ByKey["n"], item{ID: "X"}) }, nil, `[{"op":"add","path":"/byKey/n"`},
		{"move", func(w *warehouse) { w.Items = []item{w.Items[2], w.Items[0], w.Items[1]} }, func(w *warehouse) { w.Items = without(w.Items, 0) },
			`[{"op":"test","path":"/items/2/ID","value":"C"},{"op":"test","path":"/items/0/ID","value":"A"},{"op":"move","from":"/items/2","path":"/items/0"}]`},
		{"another key is another element", func(w *warehouse) { w.Items[1].ID = "X" }, func(w *warehouse) { w.Items = without(w.Items, 0) },
			`[{"op":"test","path":"/items/1/ID","value":"B"},{"op":"remove","path":"/items/1"},{"op":"test","path":"/items/0/ID","value":"A"},{"op":"test","path":"/items/1/ID","value":"C"},{"op":"add","path":"/items/1","value":{"ID":"X"`},
		{"removed and put back", func(w *warehouse) { w.Items = append(w.Items[1:], item{ID: "A", Name: "new"}) }, func(w *warehouse) { w.Items = without(w.Items, 1) },
			`{"op":"test","path":"/items/0/ID","value":"A"},{"op":"test","path":"/items/2/ID","value":"C"},{"op":"move","from":"/items/0","path":"/items/2"},{"op":"replace","path":"/items/2/name","value":"new"}`},
		{"List", func(w *warehouse) { w.Unnamed.Delete(2) }, func(w *warehouse) { w.Unnamed.Delete(0) }, `{"op":"test","path":"/unnamed/2/id","value":"c"}`},
		{"a key that is not there", func(w *warehouse) { w.Unnamed.Edit(1).Name = "x" }, func(w *warehouse) { w.Unnamed.Delete(0) },
			`{"op":"test","path":"/unnamed/1","value":{"name":"none"}},{"op":"replace","path":"/unnamed/1/name"`},
		{"nested", func(w *warehouse) { w.Shelves.Edit(1).Books[2].Name = "x" }, func(w *warehouse) { s := w.Shelves.Edit(1); s.Books = without(s.Books, 0) },
			`[{"op":"test","path":"/shelves/1/id","value":"B"},{"op":"test","path":"/shelves/1/books/2/ID","value":"C"},{"op":"replace","path":"/shelves/1/books/2/name"`},
		{"nested, the outer one", func(w *warehouse) { w.Shelves.Edit(1).Words[1] = "x" }, func(w *warehouse) { w.Shelves.Delete(0) },
			`[{"op":"test","path":"/shelves/1/id","value":"B"},{"op":"test","path":"/shelves/1/words/1","value":"b"},{"op":"replace"`},
		{"pointers", func(w *warehouse) { p := *w.Pointed[2]; p.Name = "x"; w.Pointed[2] = &p }, func(w *warehouse) { w.Pointed = without(w.Pointed, 0) }, `{"op":"test","path":"/pointed/2/ID","value":"C"}`},
		{"a nil pointer", func(w *warehouse) { w.Pointed = without(w.Pointed, 1) }, func(w *warehouse) { w.Pointed = without(w.Pointed, 0) }, `{"op":"test","path":"/pointed/1","value":null}`},
		{"a key with a name and in a string", func(w *warehouse) { w.Renamed[1].Name = "x" }, func(w *warehouse) { w.Renamed = without(w.Renamed, 0) }, `{"op":"test","path":"/renamed/1/no~1key","value":"2"}`},
		{"a time", func(w *warehouse) { w.Dated[1].Name = "x" }, func(w *warehouse) { w.Dated = without(w.Dated, 0) }, `{"op":"test","path":"/dated/1","value":{"at":"1970-01-01T00:00:02Z","name":"n"}}`},
		{"a key with a text form", func(w *warehouse) { w.Hexed[2].Name = "x" }, func(w *warehouse) { w.Hexed = without(w.Hexed, 0) }, `{"op":"test","path":"/hexed/2/key","value":"ff"}`},
		{"a key beside what is embedded", func(w *warehouse) { w.Based[1].Innermost = []int{1} }, func(w *warehouse) { w.Based = without(w.Based, 0) },
			`{"op":"test","path":"/based/1/id","value":"B"},{"op":"test","path":"/based/1/Innermost","value":null},{"op":"replace","path":"/based/1/Innermost"`},
		{"words", func(w *warehouse) { w.Words = without(w.Words, 1) }, func(w *warehouse) { w.Words = without(w.Words, 0) }, `[{"op":"test","path":"/words/1","value":"b"},{"op":"remove","path":"/words/1"}]`},
		{"a word", func(w *warehouse) { w.Words[1] = "x" }, func(w *warehouse) { w.Words = without(w.Words, 0) }, `[{"op":"test","path":"/words/1","value":"b"},{"op":"replace"`},
		{"a List of words", func(w *warehouse) { w.Wordy.Insert(1, "x") }, func(w *warehouse) { w.Wordy.Delete(0) },
			`[{"op":"test","path":"/wordy/0","value":"a"},{"op":"test","path":"/wordy/1","value":"b"},{"op":"add"`},
		{"a field of an element without a key", func(w *warehouse) { w.Loose[1].B = 1 }, func(w *warehouse) { w.Loose = without(w.Loose, 0) },
			`[{"op":"test","path":"/loose/1","value":{"A":2,"B":0}},{"op":"replace","path":"/loose/1/B","value":1}]`},
		{"two fields of one", func(w *warehouse) { w.Loose[1].A, w.Loose[1].B = 9, 1 }, func(w *warehouse) { w.Loose = without(w.Loose, 0) },
			`[{"op":"test","path":"/loose/1","value":{"A":2,"B":0}},{"op":"replace","path":"/loose/1/A","value":9},{"op":"replace","path":"/loose/1/B","value":1}]`},
		{"a grid", func(w *warehouse) { w.Grid[1] = []int{2, 5} }, func(w *warehouse) { w.Grid = without(w.Grid, 0) }, `[{"op":"test","path":"/grid/1","value":[2]},{"op":"add","path":"/grid/1/1"`},
		{"a map of slices", func(w *warehouse) { w.ByKey["k"] = without(w.ByKey["k"], 2) }, func(w *warehouse) { w.ByKey["k"] = without(w.ByKey["k"], 0) }, `{"op":"test","path":"/byKey/k/2/ID","value":"C"}`},
		{"a Map", func(w *warehouse) { w.Table.Edit("k").More.Delete(2) }, func(w *warehouse) { w.Table.Edit("k").More.Delete(0) }, `{"op":"test","path":"/table/k/more/2/id","value":"y"}`},
		{"any", func(w *warehouse) { w.Open = []any{"a", "b"} }, func(w *warehouse) { w.Open = []any{"b", "c"} }, `{"op":"test","path":"/open/2","value":"c"}`},
		{"a list that was null", func(w *warehouse) { w.Fixed[1] = []int{1} }, func(w *warehouse) { w.Fixed[1] = []int{2} }, `[{"op":"test","path":"/fixed/1","value":null},{"op":"replace","path":"/fixed/1","value":[1]}]`},
	} {
		t.Run(strings.ReplaceAll(row.name, " ", "_"), func(t *testing.T) {
			prev := abc()
			next, c := edited(t, prev, row.edit)
			patch, err := c.GuardedPatch(prev)
			if err != nil || !strings.Contains(string(patch), row.want) {
				t.Fatalf("%v, sent\n%s\nwant it to contain\n%s", err, patch, row.want)
			}
			if !checkServer(t, prev, next, abc(), c) {
				t.Errorf("a server that has the same refuses %s", patch)
			}
			if got, _, err := ApplyPatch(*prev, patch, Limits{}); err != nil || show(&got) != show(next) {
				t.Errorf("ApplyPatch: %v, makes\n%s\nwant\n%s", err, show(&got), show(next))
			}
			if row.others == nil {
				return
			}
			other := abc()
			row.others(other)
			if got, err := carriedOut(decode(t, marshal(t, other)), patch); err == nil {
				t.Errorf("a server with another list has taken %s and made\n%s\nof\n%s", patch, show(got), show(other))
			}
			if _, _, err := ApplyPatch(*other, patch, Limits{}); err == nil {
				t.Errorf("ApplyPatch has taken %s", patch)
			}
		})
	}
}

func TestGuardedPatchOfAKeyThatIsNotInJSON(t *testing.T) {
	prev := &[]unlisted{{"A", "a"}, {"B", "b"}}
	next, c := edited(t, prev, func(l *[]unlisted) { (*l)[1].Name = "x" })
	patch, err := c.GuardedPatch(prev)
	if want := `[{"op":"test","path":"/1","value":{"name":"b"}},{"op":"replace","path":"/1/name","value":"x"}]`; err != nil || string(patch) != want {
		t.Errorf("%s, %v", patch, err)
	}
	checkServer(t, prev, next, &[]unlisted{{"A", "a"}, {"B", "b"}}, c)
}

func TestGuardedPatchOfNothingIsNothing(t *testing.T) {
	type secret struct {
		ID   string `json:"id" atom:"key"`
		Note string `json:"-"`
	}
	prev := &[]secret{{"A", "a"}}
	_, c := edited(t, prev, func(l *[]secret) { (*l)[0].Note = "x" })
	if patch, err := c.GuardedPatch(prev); string(patch) != "[]" || err != nil {
		t.Errorf("%s, %v", patch, err)
	}
}

func TestGuardedPatchOfAnotherValueIsAnError(t *testing.T) {
	prev := &[]string{"a", "b"}
	_, c := edited(t, prev, func(l *[]string) { *l = without(*l, 1) })
	for _, other := range []any{nil, *prev, &[]string{"a"}, (*[]string)(nil)} {
		if patch, err := c.GuardedPatch(other); err == nil {
			t.Errorf("%s of %v", patch, other)
		}
	}
}

func TestGuardedPatchTestsValuesWithAFormOfTheirOwn(t *testing.T) {
	prev := &[]amount{{"a", big.NewInt(1)}, {"b", big.NewInt(2)}}
	_, c := edited(t, prev, func(l *[]amount) { *l = without(*l, 1) })
	patch, err := c.GuardedPatch(prev)
	if want := `[{"op":"test","path":"/1","value":{"name":"b","value":2}},{"op":"remove","path":"/1"}]`; err != nil || string(patch) != want {
		t.Errorf("%s, %v", patch, err)
	}
}
