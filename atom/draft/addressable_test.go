package draft

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

// loud has a JSON form by its pointer, and another one where it has no address.
type loud struct{ N int }

func (l *loud) MarshalJSON() ([]byte, error) { return json.Marshal([]int{l.N}) }

func (l *loud) UnmarshalJSON(b []byte) error {
	var n []int
	if json.Unmarshal(b, &n) == nil && len(n) == 1 {
		l.N = n[0]
		return nil
	}
	var plain struct{ N int }
	err := json.Unmarshal(b, &plain)
	l.N = plain.N
	return err
}

// shout has a text form by its pointer, and is a string where it has no address.
type shout string

func (s *shout) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(string(*s)) + "!"), nil }

// num has a text form by its pointer; its keys have none.
type num int

func (n *num) MarshalText() ([]byte, error) { return json.Marshal(-int(*n)) }

// worded are keys that fmt would show in another way than encoding/json does.
type worded int

func (worded) String() string { return "a word" }

type standing struct {
	L loud
	P *loud
	S []loud
	A [2]loud
	T shout `json:",omitempty"`
	Q num   `json:",string"`
}

type everywhere struct {
	Here    standing
	InMap   map[string]standing
	Direct  map[string]loud
	Arrays  map[num][2]num
	Any     any
	Anys    []any
	Deep    map[string]map[worded]any
	Pointed map[string]*standing
	List    List[standing]
	Map     Map[string, standing]
	Maps    List[map[string]num]
	standing
}

func TestJSONPatchCallsMarshalersOfPointersWhereEncodingJSONDoes(t *testing.T) {
	before := standing{L: loud{1}, P: &loud{1}, S: []loud{{1}}, T: "a", Q: 1}
	after := standing{L: loud{2}, P: &loud{2}, S: []loud{{2}}, A: [2]loud{{0}, {2}}, T: "b", Q: 2}
	of := func(s standing) *everywhere {
		p := s
		return &everywhere{
			Here: s, InMap: map[string]standing{"k": s}, Direct: map[string]loud{"k": s.L}, Arrays: map[num][2]num{7: {s.Q, 7}},
			Any: s, Anys: []any{s, &p, s.A, s.S, s.L}, Deep: map[string]map[worded]any{"k": {5: s}}, Pointed: map[string]*standing{"k": &p},
			List: ListOf(s), Map: MapOf(map[string]standing{"k": s}), Maps: ListOf(map[string]num{"k": s.Q}), standing: s,
		}
	}
	edited(t, of(before), func(d *everywhere) { *d = *of(after) })
	edited(t, of(before), func(d *everywhere) { *d = everywhere{} })
	edited(t, &everywhere{}, func(d *everywhere) { *d = *of(after) })
	for _, row := range []struct {
		reason string
		edit   func(*everywhere)
		want   string
	}{
		{"a field", func(d *everywhere) { d.Here.L.N = 2 }, `[{"op":"replace","path":"/Here/L","value":[2]}]`},
		{"a field of an element of a map", func(d *everywhere) { e := d.InMap["k"]; e.L.N = 2; d.InMap["k"] = e }, `[{"op":"replace","path":"/InMap/k/L","value":{"N":2}}]`},
		{"behind a pointer there", func(d *everywhere) { d.InMap["k"].P.N = 2 }, `[{"op":"replace","path":"/InMap/k/P","value":[2]}]`},
		{"in a slice there", func(d *everywhere) { d.InMap["k"].S[0].N = 2 }, `[{"op":"replace","path":"/InMap/k/S/0","value":[2]}]`},
		{"in an array there", func(d *everywhere) { e := d.InMap["k"]; e.A[1].N = 2; d.InMap["k"] = e }, `[{"op":"replace","path":"/InMap/k/A/1","value":{"N":2}}]`},
		{"a text there", func(d *everywhere) { e := d.InMap["k"]; e.T = "b"; d.InMap["k"] = e }, `[{"op":"replace","path":"/InMap/k/T","value":"b"}]`},
		{"a text", func(d *everywhere) { d.Here.T = "b" }, `[{"op":"replace","path":"/Here/T","value":"B!"}]`},
		{"the option string there", func(d *everywhere) { e := d.InMap["k"]; e.Q = 2; d.InMap["k"] = e }, `[{"op":"replace","path":"/InMap/k/Q","value":"2"}]`},
		{"the option string", func(d *everywhere) { d.Here.Q = 2 }, `[{"op":"replace","path":"/Here/Q","value":"-2"}]`},
		{"a new key", func(d *everywhere) { d.Direct["l"] = loud{2} }, `[{"op":"add","path":"/Direct/l","value":{"N":2}}]`},
		{"in an any", func(d *everywhere) { e := d.Any.(standing); e.L.N = 2; d.Any = e }, `[{"op":"replace","path":"/Any/L","value":{"N":2}}]`},
		{"behind a pointer in an any", func(d *everywhere) { d.Anys[1].(*standing).L.N = 2 }, `[{"op":"replace","path":"/Anys/1/L","value":[2]}]`},
		{"keys", func(d *everywhere) { d.Deep["k"][6] = 1 }, `[{"op":"add","path":"/Deep/k/6","value":1}]`},
		{"an element of a Map", func(d *everywhere) { d.Map.Edit("k").L.N = 2 }, `[{"op":"replace","path":"/Map/k/L","value":[2]}]`},
		{"an element of a List", func(d *everywhere) { d.List.Insert(0, standing{L: loud{2}}) }, `[{"op":"add","path":"/List/0","value":{"L":[2],"P":null,"S":null,"A":[[0],[0]],"Q":"0"}}]`},
		{"embedded", func(d *everywhere) { d.L.N = 2 }, `[{"op":"replace","path":"/L","value":[2]}]`},
	} {
		if _, c := edited(t, of(before), row.edit); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s, want %s", row.reason, patchText(t, c), row.want)
		}
	}
}

func TestRandomEditsOfMarshalersOfPointers(t *testing.T) {
	cases.Check(t, func(t *rapid.T) { randomEditsFrom[everywhere](t, newGenerator(t)) })
	cases.Check(t, func(t *rapid.T) {
		var v standing
		s := newGenerator(t)
		s.fill(reflect.ValueOf(&v).Elem())
		edited(t, &[]any{v}, func(d *[]any) { s.change(reflect.ValueOf(d).Elem().Index(0)) })
	})
}
