package draft

import (
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"testing"
	"time"
)

func TestTagsAndEmbedding(t *testing.T) {
	n := 3
	for _, row := range []struct {
		reason string
		from   document
		edit   func(*document)
		want   string
	}{
		{"string option", document{}, func(d *document) { d.Count = 5 }, `[{"op":"replace","path":"/count","value":"5"}]`},
		{"string option on a string, omitted before", document{}, func(d *document) { d.Label = "x" }, `[{"op":"add","path":"/label","value":"\"x\""}]`},
		{"string option on a pointer", document{}, func(d *document) { d.Number = &n }, `[{"op":"replace","path":"/number","value":"3"}]`},
		{"string option on nil", document{Number: &n}, func(d *document) { d.Number = nil }, `[{"op":"replace","path":"/number","value":null}]`},
		{"omitempty goes", document{Ratio: 1}, func(d *document) { d.Ratio = 0 }, `[{"op":"remove","path":"/ratio"}]`},
		{"first element of an omitted slice", document{}, func(d *document) { d.Tags = append(d.Tags, "x") }, `[{"op":"add","path":"/tags","value":["x"]}]`},
		{"second element", document{Tags: []string{"x"}}, func(d *document) { d.Tags = append(d.Tags, "y") }, `[{"op":"add","path":"/tags/1","value":"y"}]`},
		{"omitzero comes, by a nested field", document{}, func(d *document) { d.Zero.A = 1 }, `[{"op":"add","path":"/zero","value":{"a":1}}]`},
		{"omitzero stays", document{Zero: part{A: 1}}, func(d *document) { d.Zero.B = "x" }, `[{"op":"add","path":"/zero/b","value":"x"}]`},
		{"omitzero with an IsZero method", document{}, func(d *document) { d.Since = time.Unix(0, 0).UTC() }, `[{"op":"add","path":"/since","value":"1970-01-01T00:00:00Z"}]`},
		{"no JSON form by tag", document{}, func(d *document) { d.Secret = "x" }, `[]`},
		{"no JSON form, unexported", document{}, func(d *document) { d.private, d.hidden = 1, []string{"x"} }, `[]`},
		{"named -", document{}, func(d *document) { d.Dash = 1 }, `[{"op":"replace","path":"/-","value":1}]`},
		{"awkward name", document{}, func(d *document) { d.ByInt = map[int]*item{} }, `[{"op":"replace","path":"/by~0int~1x","value":{}}]`},
		{"embedded", document{}, func(d *document) { d.Extra = 1 }, `[{"op":"add","path":"/extra","value":1}]`},
		{"embedded, shadowed", document{}, func(d *document) { d.Embedded.Name = "x" }, `[]`},
		{"embedded twice", document{}, func(d *document) { d.Innermost = []int{1} }, `[{"op":"replace","path":"/Innermost","value":[1]}]`},
		{"embedded, of an unexported type", document{}, func(d *document) { d.Seen = "x" }, `[{"op":"replace","path":"/Seen","value":"x"}]`},
		{"embedded pointer comes", document{}, func(d *document) { d.Pointed = &Pointed{Common: "c", Far: "x"} }, `[{"op":"add","path":"/far","value":"x"}]`},
		{"embedded pointer goes", document{Pointed: &Pointed{Far: "x", Farther: &Inner{}}}, func(d *document) { d.Pointed = nil },
			`[{"op":"remove","path":"/far"},{"op":"remove","path":"/farther"}]`},
		{"two embedded fields of one name", document{Pointed: &Pointed{}}, func(d *document) { d.Embedded.Common, d.Pointed.Common = "x", "y" }, `[]`},
	} {
		row.from.Raw, row.from.Num = json.RawMessage("1"), "1"
		if _, c := edited(t, &row.from, row.edit); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s, want %s", row.reason, patchText(t, c), row.want)
		}
	}
}

func TestCustomMarshalJSONAndTextAreReplacedWhole(t *testing.T) {
	type T struct {
		Pair pair
		Hex  hex
		M    map[string]*pair
		Big  *big.Int
		IP   netip.Addr
	}
	prev := &T{Pair: pair{a: []int{1}}, M: map[string]*pair{"x": {}}, Big: big.NewInt(5), IP: netip.MustParseAddr("10.0.0.1")}
	next, c := edited(t, prev, func(d *T) {
		d.Pair.a[0] = 2
		d.Hex = 255
		d.M["x"].b = []int{}
		d.Big.Add(d.Big, big.NewInt(1)) // in place: its digits are behind an unexported slice
		d.IP = d.IP.Next()
	})
	want := `[{"op":"replace","path":"/Pair","value":[[2],null]},{"op":"replace","path":"/Hex","value":"ff"},` +
		`{"op":"replace","path":"/M/x","value":[null,[]]},{"op":"replace","path":"/Big","value":6},{"op":"replace","path":"/IP","value":"10.0.0.2"}]`
	if got := patchText(t, c); got != want {
		t.Errorf("patch %s\nwant  %s", got, want)
	}
	if prev.Big.Int64() != 5 || next.Big.Int64() != 6 {
		t.Errorf("big.Int: %v, then %v", prev.Big, next.Big)
	}
	if next.IP != netip.MustParseAddr("10.0.0.2") {
		t.Errorf("an address is not itself any more: %v", next.IP)
	}
}

func TestAny(t *testing.T) {
	for _, row := range []struct {
		reason   string
		from, to any
		want     string
	}{
		{"a key", map[string]any{"a": 1}, map[string]any{"a": 1, "b": nil}, `[{"op":"add","path":"/b","value":null}]`},
		{"deep", map[string]any{"a": []any{map[string]any{"b": 1}}}, map[string]any{"a": []any{map[string]any{"b": 2}}}, `[{"op":"replace","path":"/a/0/b","value":2}]`},
		{"another type of the same JSON", map[string]any{"a": 1}, map[string]any{"a": int64(1)}, `[{"op":"replace","path":"/a","value":1}]`},
		{"struct", []any{part{A: 1}}, []any{part{A: 2}}, `[{"op":"replace","path":"/0/a","value":2}]`},
		{"pointer to struct", []any{&part{A: 1}}, []any{&part{A: 2}}, `[{"op":"replace","path":"/0/a","value":2}]`},
		{"insert at 0", []any{"a", "b", "c"}, []any{"x", "a", "b", "c"}, `[{"op":"add","path":"/0","value":"x"}]`},
	} {
		if _, c := edited(t, &row.from, func(d *any) { *d = row.to }); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s, want %s", row.reason, patchText(t, c), row.want)
		}
	}
}

func TestBytes(t *testing.T) {
	type raw []byte
	type T struct {
		B    []byte
		R    raw
		Each [][]byte
		A    [3]byte
	}
	prev := &T{B: []byte("abc"), R: raw("abc"), Each: [][]byte{[]byte("a"), []byte("b")}}
	for _, row := range []struct {
		reason string
		edit   func(*T)
		want   string
	}{
		{"JSON knows them as one string", func(d *T) { d.B[1] = 'x' }, `[{"op":"replace","path":"/B","value":"YXhj"}]`},
		{"of a type of their own", func(d *T) { d.R = append(d.R, 'd') }, `[{"op":"replace","path":"/R","value":"YWJjZA=="}]`},
		{"in a slice", func(d *T) { d.Each[1] = []byte("c") }, `[{"op":"replace","path":"/Each/1","value":"Yw=="}]`},
		{"an array is no string", func(d *T) { d.A[2] = 7 }, `[{"op":"replace","path":"/A/2","value":7}]`},
		{"the same again", func(d *T) { d.B = []byte("abc") }, `[]`},
	} {
		if _, c := edited(t, prev, row.edit); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s, want %s", row.reason, patchText(t, c), row.want)
		}
	}
}

func TestIntegersBeyond2To53(t *testing.T) {
	type T struct {
		I int64
		U uint64
	}
	_, c := edited(t, &T{}, func(d *T) { d.I, d.U = 1<<53+1, math.MaxUint64 })
	if got, want := patchText(t, c), `[{"op":"replace","path":"/I","value":9007199254740993},{"op":"replace","path":"/U","value":18446744073709551615}]`; got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
}

func TestAwkwardKeys(t *testing.T) {
	prev := &map[string]int{}
	_, c := edited(t, prev, func(d *map[string]int) { (*d)["~"], (*d)["/"], (*d)[""], (*d)["~1"] = 1, 2, 3, 4 })
	want := `[{"op":"add","path":"/","value":3},{"op":"add","path":"/~1","value":2},{"op":"add","path":"/~0","value":1},{"op":"add","path":"/~01","value":4}]`
	if got := patchText(t, c); got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
}

// What has a text form is a string already, behind a pointer too.
func TestStringOptionOfTextForms(t *testing.T) {
	type T struct {
		H hex  `json:"h,string"`
		P *hex `json:"p,string"`
		N *int `json:"n,string"`
	}
	_, c := edited(t, &T{P: new(hex), N: new(int)}, func(d *T) { d.H, *d.P, *d.N = 10, 11, 12 })
	want := `[{"op":"replace","path":"/h","value":"a"},{"op":"replace","path":"/p","value":"b"},{"op":"replace","path":"/n","value":"12"}]`
	if got := patchText(t, c); got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
}

// A pointer is left out when it is nil, whatever it points to.
func TestOmitEmptyIsAskedOfThePointer(t *testing.T) {
	type T struct {
		S *[]int          `json:"s,omitempty"`
		M *map[string]int `json:"m,omitzero"`
	}
	prev := &T{S: &[]int{}, M: &map[string]int{}}
	for _, row := range []struct {
		reason string
		edit   func(*T)
		want   string
	}{
		{"nil behind it", func(d *T) { *d.S, *d.M = nil, nil }, `[{"op":"replace","path":"/s","value":null},{"op":"replace","path":"/m","value":null}]`},
		{"the pointer itself", func(d *T) { d.S, d.M = nil, nil }, `[{"op":"remove","path":"/s"},{"op":"remove","path":"/m"}]`},
		{"an element", func(d *T) { *d.S = append(*d.S, 1) }, `[{"op":"add","path":"/s/0","value":1}]`},
	} {
		if _, c := edited(t, prev, row.edit); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s, want %s", row.reason, patchText(t, c), row.want)
		}
	}
}

// A List in a draft is not zero in memory, though it may be empty.
func TestOmitZeroOfWhatHoldsAnEmptiedList(t *testing.T) {
	type inner struct {
		L [1]List[int]
		M Map[string, int]
	}
	type T struct {
		In inner `json:"in,omitzero"`
	}
	full := &T{inner{L: [1]List[int]{ListOf(1)}}}
	_, c := edited(t, full, func(d *T) { d.In.L[0].Delete(0) })
	if got, want := patchText(t, c), `[{"op":"remove","path":"/in"}]`; got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
	_, c = edited(t, &T{}, func(d *T) { d.In.M.Set("a", 1) })
	if got, want := patchText(t, c), `[{"op":"add","path":"/in","value":{"L":[[]],"M":{"a":1}}}]`; got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
}
