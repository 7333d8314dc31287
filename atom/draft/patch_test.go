package draft

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// A record is one of the public suite, see testdata/README.md.
type record struct {
	Comment, Error string
	Doc, Patch     json.RawMessage
	Expected       json.RawMessage
}

// cannotMeet are the records that a typed value has to refuse.
var cannotMeet = map[string]string{
	"json-patch-tests.json/11/Map":  "the whole object becomes an array",
	"json-patch-tests.json/12/List": "the whole array becomes an object",
}

func TestConformance(t *testing.T) {
	for _, file := range []string{"json-patch-tests.json", "json-patch-spec_tests.json"} {
		b, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var records []record
		if err := json.Unmarshal(b, &records); err != nil {
			t.Fatal(err)
		}
		for i, r := range records {
			name := fmt.Sprintf("%s/%d", file, i)
			conforms[any](t, name+"/any", r)
			conforms[json.RawMessage](t, name+"/document", r)
			switch r.Doc[0] {
			case '{':
				conforms[Map[string, any]](t, name+"/Map", r)
			case '[':
				conforms[List[any]](t, name+"/List", r)
			}
		}
	}
}

// conforms plays a record on a T.
func conforms[T any](t *testing.T, name string, r record) {
	t.Run(name, func(t *testing.T) {
		var doc T
		if err := json.Unmarshal(r.Doc, &doc); err != nil {
			t.Fatal(err)
		}
		before := copyOf(t, &doc)
		got, c, err := ApplyPatch(doc, r.Patch, Limits{})
		switch {
		case r.Error != "" || cannotMeet[name] != "":
			if err == nil || !c.Empty() || !Equal(&got, before) {
				t.Errorf("%q: not refused (%s%s): %s gives %s", r.Comment, r.Error, cannotMeet[name], r.Patch, show(&got))
			}
		case err != nil:
			t.Errorf("%q: %v", r.Comment, err)
		default:
			if r.Expected != nil && !jsonpatch.Equal(marshal(t, &got), r.Expected) {
				t.Errorf("%q: got %s, want %s", r.Comment, show(&got), r.Expected)
			}
			checkChanges(t, &doc, &got, c)
		}
	})
}

// What changes say as a patch, a patch from outside can say too.
func TestPatchesOfChangesComeBack(t *testing.T) {
	cases.Check(t, func(t *rapid.T) { patchComesBack[document](t) })
	cases.Check(t, func(t *rapid.T) { patchComesBack[collectionsEverywhere](t) })
	cases.Check(t, func(t *rapid.T) { patchComesBack[any](t) })
}

func patchComesBack[T any](t *rapid.T) {
	var a T
	s := newGenerator(t)
	s.fill(reflect.ValueOf(&a).Elem())
	prev, err := Seal(&a)
	if err != nil {
		t.Fatalf("%v", err)
	}
	next, c, err := Revise(prev, func(d *T) {
		for range s.n(4, "edits") {
			s.change(reflect.ValueOf(d).Elem())
		}
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	patch, err := c.JSONPatch()
	if err != nil {
		t.Fatalf("%v", err)
	}
	got, back, err := ApplyPatch(*prev, patch, Limits{})
	if err != nil {
		t.Fatalf("%v\npatch %s\nto %s", err, patch, show(prev))
	}
	// Compared is what JSON can bring back: not an embedded pointer without
	// fields, nor a typed nil in an interface.
	brought := func(v *T) any {
		var back T
		if err := json.Unmarshal(marshal(t, v), &back); err != nil {
			t.Fatalf("%v", err)
		}
		doc := decode(t, marshal(t, &back))
		if m, ok := doc.(map[string]any); ok && m["far"] == "" {
			delete(m, "far")
		}
		return doc
	}
	if !reflect.DeepEqual(brought(&got), brought(next)) {
		t.Fatalf("patch %s\nto %s\ngives %s\nwant %s", patch, show(prev), show(&got), show(next))
	}
	checkChanges(t, prev, &got, back)
}

func TestPatchesOfTypedValues(t *testing.T) {
	n := 3
	base := collectionsEverywhere{Items: *longList(3), ByKey: MapOf(map[string]part{"a": {A: 1}}), Each: []struct{ M Map[string, int] }{{}}}
	for _, row := range []struct {
		reason, patch string
		check         func(collectionsEverywhere) bool
	}{
		{"add to a list", `[{"op":"add","path":"/items/-","value":{"ID":"x"}}]`, func(w collectionsEverywhere) bool { return w.Items.At(3).ID == "x" }},
		{"move in a list", `[{"op":"move","from":"/items/0","path":"/items/2"}]`, func(w collectionsEverywhere) bool { return w.Items.At(2).ID == "0" && w.Items.Len() == 3 }},
		{"copy", `[{"op":"copy","from":"/items/0","path":"/items/0"}]`, func(w collectionsEverywhere) bool { return w.Items.At(1).ID == "0" && w.Items.Len() == 4 }},
		{"a key of a Map", `[{"op":"add","path":"/by~1key/b","value":{"a":2}},{"op":"remove","path":"/by~1key/a"}]`,
			func(w collectionsEverywhere) bool { v, _ := w.ByKey.Get("b"); return v.A == 2 && w.ByKey.Len() == 1 }},
		{"an element's field", `[{"op":"replace","path":"/items/1/name","value":"x"}]`, func(w collectionsEverywhere) bool { return w.Items.At(1).Name == "x" }},
		{"a field of a value in a Map", `[{"op":"replace","path":"/by~1key/a/a","value":7}]`, func(w collectionsEverywhere) bool { v, _ := w.ByKey.Get("a"); return v.A == 7 }},
		{"what was left out", `[{"op":"add","path":"/parts","value":[{"a":1}]}]`, func(w collectionsEverywhere) bool { return w.Parts.At(0).A == 1 }},
		{"an array's element", `[{"op":"replace","path":"/Two/1","value":[1,2]}]`, func(w collectionsEverywhere) bool { return w.Two[1].Len() == 2 }},
		{"number by value", `[{"op":"test","path":"/by~1key/a/a","value":1.0e0}]`, func(w collectionsEverywhere) bool { return true }},
		{"members the RFC does not know", `[{"op":"test","path":"/nums","value":[],"why":1}]`, func(w collectionsEverywhere) bool { return true }},
	} {
		before := copyOf(t, &base)
		got, c, err := ApplyPatch(base, []byte(row.patch), Limits{})
		if err != nil || !row.check(got) {
			t.Errorf("%s: %v, %s", row.reason, err, show(&got))
			continue
		}
		if !Equal(&base, before) {
			t.Errorf("%s: the value was written to", row.reason)
		}
		checkChanges(t, &base, &got, c)
	}
	doc := document{Number: &n, Raw: json.RawMessage("1"), Num: "1", Any: map[string]any{}}
	got, c, err := ApplyPatch(doc, []byte(`[
		{"op":"add","path":"/count","value":"9007199254740993"}, {"op":"add","path":"/label","value":"\"x\""},
		{"op":"replace","path":"/number","value":"4"}, {"op":"add","path":"/far","value":"f"}, {"op":"add","path":"/extra","value":1},
		{"op":"add","path":"/any/n","value":9007199254740993}, {"op":"add","path":"/any/m","value":1},
		{"op":"replace","path":"/pair","value":[[1],[2]]}, {"op":"replace","path":"/pair/0/0","value":5}]`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	checkChanges(t, &doc, &got, c)
	m := got.Any.(map[string]any)
	if got.Count != 1<<53+1 || got.Label != "x" || *got.Number != 4 || n != 3 || got.Far != "f" || got.Extra != 1 ||
		m["n"] != json.Number("9007199254740993") || m["m"] != 1.0 || got.Pair.a[0] != 5 || got.Pair.b[0] != 2 {
		t.Errorf("got %s", show(&got))
	}
}

func TestPatchIsAppliedWholeOrNotAtAll(t *testing.T) {
	base := &collectionsEverywhere{Items: *longList(40), ByKey: MapOf(map[string]part{"a": {A: 1}})}
	before := copyOf(t, base)
	ok := `{"op":"replace","path":"/items/0/name","value":"x"},{"op":"remove","path":"/by~1key/a"},`
	for _, row := range []struct {
		reason, patch string
		is            error
		index         int
		text          string
	}{
		{"no such element", `{"op":"replace","path":"/items/40/name","value":"x"}`, ErrPath, 2, `operation 2 (replace "/items/40/name")`},
		{"a position with a leading zero", `{"op":"remove","path":"/items/00"}`, ErrPath, 2, "00"},
		{"a negative position", `{"op":"remove","path":"/items/-1"}`, ErrPath, 2, "-1"},
		{"- where something must be", `{"op":"remove","path":"/items/-"}`, ErrPath, 2, "position"},
		{"no such field", `{"op":"add","path":"/nope","value":1}`, ErrPath, 2, `"nope"`},
		{"a field without a JSON form", `{"op":"add","path":"/Twin","value":[]}`, ErrPath, 2, `"Twin"`},
		{"no such key", `{"op":"replace","path":"/by~1key/b","value":{}}`, ErrPath, 2, `"b"`},
		{"the key is gone", `{"op":"test","path":"/by~1key/a","value":{}}`, ErrPath, 2, `"a"`},
		{"left out", `{"op":"remove","path":"/parts"}`, ErrPath, 2, `"parts"`},
		{"not a key of that type", `{"op":"add","path":"/byInt/300","value":null}`, ErrPath, 2, "300"},
		{"a key in another spelling", `{"op":"add","path":"/byInt/+1","value":null}`, ErrPath, 2, "+1"},
		{"not a value of that type", `{"op":"replace","path":"/items/0/name","value":1}`, nil, 2, "cannot unmarshal number"},
		{"inside null", `{"op":"replace","path":"/Each/0","value":1}`, ErrPath, 2, "inside null"},
		{"test fails", `{"op":"test","path":"/items/0/name","value":"y"}`, ErrTest, 2, `there is "x"`},
		{"into itself", `{"op":"move","from":"/items","path":"/items/0"}`, ErrPatch, 2, "into itself"},
		{"from nowhere", `{"op":"copy","from":"/x","path":"/items/0"}`, ErrPath, 2, `from "/x"`},
		{"all of it removed", `{"op":"remove","path":""}`, ErrPath, 2, "whole"},
		{"unknown operation", `{"op":"set","path":"/title"}`, ErrPatch, 2, `"set"`},
		{"no value", `{"op":"add","path":"/title"}`, ErrPatch, 2, `it needs a "value"`},
		{"no path", `{"op":"remove"}`, ErrPatch, 2, `it needs "path"`},
		{"no from", `{"op":"move","path":"/a"}`, ErrPatch, 2, `it needs "from"`},
		{"not a pointer", `{"op":"remove","path":"a"}`, ErrPatch, 2, "not a JSON pointer"},
		{"a bad escape", `{"op":"remove","path":"/~2"}`, ErrPatch, 2, "followed by 0 or 1"},
		{"not an object", `1`, ErrPatch, 2, "operation 2"},
		{"null", `null`, ErrPatch, 2, "not an object"},
		{"one member twice", `{"path":"/title","op":"add","value":1,"op":"remove"}`, ErrPatch, -1, `"op" is there twice`},
		{"a path that is no string", `{"op":"remove","path":7}`, ErrPatch, 2, `it needs "path", a string`},
		{"names in another spelling", `{"OP":"remove","Path":"/items/0"}`, ErrPatch, 2, `it needs "op", a string`},
		{"not JSON", `{`, ErrPatch, -1, "malformed"},
	} {
		got, c, err := ApplyPatch(*base, []byte("["+ok+row.patch+"]"), Limits{})
		var pe *PatchError
		if errors.As(err, &pe); err == nil || row.is != nil && !errors.Is(err, row.is) || !strings.Contains(err.Error(), row.text) || pe == nil != (row.index < 0) || pe != nil && pe.Index != row.index {
			t.Errorf("%s: error %v", row.reason, err)
		}
		if !c.Empty() || !Equal(&got, before) || !Equal(base, before) {
			t.Errorf("%s: half of it was applied", row.reason)
		}
	}
	if _, _, err := ApplyPatch(*base, []byte("null"), Limits{}); !errors.Is(err, ErrPatch) {
		t.Errorf("null as a patch: %v", err)
	}
}

func TestPatchLimits(t *testing.T) {
	doc := any(map[string]any{"a": []any{1.0, 2.0}})
	double := ""
	for i := range 60 {
		double += fmt.Sprintf(`{"op":"copy","from":"","path":"/b%d"},`, i)
	}
	for _, row := range []struct {
		reason, patch string
		limits        Limits
	}{
		{"bytes", `[{"op":"remove","path":"/a"}]`, Limits{Bytes: 20}},
		{"operations", `[{"op":"remove","path":"/a/0"},{"op":"remove","path":"/a/0"}]`, Limits{Ops: 1}},
		{"depth of a value", `[{"op":"add","path":"/a","value":[[[[]]]]}]`, Limits{Depth: 5}},
		{"depth of a path", `[{"op":"add","path":"/a/a/a/a/a/a","value":1}]`, Limits{Depth: 5}},
		{"copies of copies", "[" + double + `{"op":"remove","path":"/a"}]`, Limits{}},
	} {
		if got, c, err := ApplyPatch(doc, []byte(row.patch), row.limits); !errors.Is(err, ErrLimit) || !c.Empty() || !reflect.DeepEqual(got, doc) {
			t.Errorf("%s: error %v", row.reason, err)
		}
	}
	form := document{Raw: json.RawMessage(`{"a":"` + strings.Repeat("a", 500) + `"}`), Num: "1"} // a form of its own is written when it is gone into
	into := `{"op":"add","path":"/raw/b","value":1},`
	for _, row := range []struct {
		reason, patch, text string
	}{
		{"a form", strings.Repeat(into, 4) + `{"op":"copy","from":"/raw","path":"/any"}`, `operation 4 (copy "/any")`},
		{"copies of a form", `{"op":"copy","from":"/raw","path":"/any"},` + into + `{"op":"copy","from":"/raw","path":"/open"}`, `operation 1 (add "/raw/b")`},
	} {
		if _, _, err := ApplyPatch(form, []byte("["+row.patch+"]"), Limits{Bytes: 1000}); !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), row.text) {
			t.Errorf("%s: error %v", row.reason, err)
		}
	}
	if _, _, err := ApplyPatch(form, []byte("["+strings.Repeat(into, 20)+`{"op":"remove","path":"/raw/b"}]`), Limits{Bytes: 1000}); err != nil {
		t.Errorf("a form that is gone into again and again: error %v", err)
	}
	if _, _, err := ApplyPatch(doc, []byte(`[{"op":"add","path":"/s","value":"[[[[[[[[\"[["}]`), Limits{Depth: 3}); err != nil {
		t.Errorf("brackets in a string: %v", err)
	}
}
