package draft

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// The examples of RFC 7396, appendix A.
func TestMergePatchExamples(t *testing.T) {
	for _, row := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		doc := decode(t, []byte(row[0]))
		got, c, err := ApplyMergePatch(doc, []byte(row[1]), Limits{})
		if err != nil || !jsonpatch.Equal(marshal(t, got), []byte(row[2])) {
			t.Errorf("%s with %s gives %s, %v, want %s", row[0], row[1], show(got), err, row[2])
			continue
		}
		checkChanges(t, &doc, &got, c)
	}
}

// mergeDocument is the algorithm of RFC 7396, section 2, word by word.
func mergeDocument(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	t, ok := target.(map[string]any)
	if !ok {
		t = map[string]any{}
	}
	for name, value := range p {
		if value == nil {
			delete(t, name)
		} else {
			t[name] = mergeDocument(t[name], value)
		}
	}
	return t
}

func TestMergePatchIsTheAlgorithmOfTheRFC(t *testing.T) {
	plain := func(t *rapid.T, label string) []byte {
		var v any
		newGenerator(t).fill(reflect.ValueOf(&v).Elem())
		return marshal(t, v)
	}
	cases.Check(t, func(t *rapid.T) {
		a, b := plain(t, "document"), plain(t, "patch")
		doc := decode(t, a)
		got, c, err := ApplyMergePatch(doc, b, Limits{})
		if err != nil {
			t.Fatalf("%v", err)
		}
		if want := marshal(t, mergeDocument(decode(t, a), decode(t, b))); !reflect.DeepEqual(decode(t, marshal(t, got)), decode(t, want)) {
			if !jsonpatch.Equal(marshal(t, got), want) {
				t.Fatalf("%s with %s gives %s, want %s", a, b, show(got), want)
			}
		}
		checkChanges(t, &doc, &got, c)
	})
}

func TestMergePatchOfTypedValues(t *testing.T) {
	base := collectionsEverywhere{Items: *longList(3), ByKey: MapOf(map[string]part{"a": {A: 1, B: "b"}, "b": {}}), Parts: ListOf(part{})}
	got, c, err := ApplyMergePatch(base, []byte(`{"parts":null,"by/key":{"a":{"a":2},"b":null,"c":{"c":{"a":3}}},"in":{"L":[{"ID":"x"}]},"Deep":{"k":{"7":[1]}}}`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	checkChanges(t, &base, &got, c)
	want := `{"a":{"a":2,"b":"b"},"c":{"a":0,"c":{"a":3}}}`
	if s := show(&got.ByKey); s != want || got.Parts.Len() != 0 || got.In.L.At(0).ID != "x" || show(&got.Deep) != `{"k":{"7":[1]}}` || !Equal(&got.Items, &base.Items) {
		t.Errorf("got %s", show(&got))
	}
	doc := document{Pair: pair{a: []int{1}}, Maybe: &part{A: 1}, Raw: json.RawMessage(`{"a":1,"b":2}`), Num: "1"}
	next, c, err := ApplyMergePatch(doc, []byte(`{"count":"5","far":"x","maybe":{"b":"y"},"raw":{"b":null},"parts":{"p":{"a":1}},"ratio":null}`), Limits{})
	if err != nil || next.Count != 5 || next.Far != "x" || next.Maybe.A != 1 || next.Maybe.B != "y" || string(next.Raw) != `{"a":1}` || next.Parts["p"].A != 1 {
		t.Fatalf("%v, %s", err, show(&next))
	}
	checkChanges(t, &doc, &next, c)
	for _, row := range []struct {
		reason, patch, path string
		is                  error
	}{
		{"unknown field", `{"items":[],"nope":1}`, "/nope", ErrPath},
		{"not a value of that type", `{"by/key":{"a":{"b":"x","a":"x"}}}`, "/by~1key/a/a", nil},
		{"an object for an array", `{"items":{"0":{}}}`, "/items", ErrPath},
		{"not a key of that type", `{"byInt":{"x":{}}}`, "/byInt/x", ErrPath},
	} {
		got, c, err := ApplyMergePatch(base, []byte(row.patch), Limits{})
		var pe *PatchError
		if !errors.As(err, &pe) || pe.Path != row.path || row.is != nil && !errors.Is(err, row.is) || !c.Empty() || !Equal(&got, &base) {
			t.Errorf("%s: error %v", row.reason, err)
		}
	}
	if _, _, err := ApplyMergePatch(base, []byte(`{"a"`), Limits{}); !errors.Is(err, ErrPatch) {
		t.Errorf("not JSON: %v", err)
	}
	if _, _, err := ApplyMergePatch(base, []byte(`{"by/key":{"a":{"a":1}}}`), Limits{Ops: 2}); !errors.Is(err, ErrLimit) {
		t.Errorf("three members, two allowed: %v", err)
	}
}

// A merge patch of a typed value is that of its document, read back.
func TestMergePatchOfAValueIsThatOfItsDocument(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		s := newGenerator(t)
		var v, from omitter
		s.fill(reflect.ValueOf(&v).Elem())
		s.fill(reflect.ValueOf(&from).Elem())
		patch, doc := numbers(marshal(t, &from)), numbers(marshal(t, &v))
		var takeOut func(any)
		takeOut = func(p any) {
			if p, ok := p.(map[string]any); ok {
				for _, name := range keysOf(p) {
					if s.n(4, "null") == 0 {
						p[name] = nil
					}
					takeOut(p[name])
				}
			}
		}
		takeOut(patch)
		text := marshal(t, patch)
		got, c, err := ApplyMergePatch(v, text, Limits{})
		if err != nil {
			t.Fatalf("%s with %s: %v", marshal(t, &v), text, err)
		}
		var want, back omitter
		if err := json.Unmarshal(marshal(t, mergeDocument(doc, patch)), &want); err != nil {
			t.Fatalf("%v", err)
		}
		if err := json.Unmarshal(marshal(t, &got), &back); err != nil {
			t.Fatalf("%v", err)
		}
		if !jsonpatch.Equal(marshal(t, &back), marshal(t, &want)) {
			t.Fatalf("%s with %s\ngives %s\nwant %s", marshal(t, &v), text, show(&got), show(&want))
		}
		checkChanges(t, &v, &got, c)
	})
}

func TestMergePatchIsStrict(t *testing.T) {
	v := omitter{L: []omitter{{}}, Name: "a"}
	for _, row := range []struct {
		patch, text string
	}{
		{`{"n":"1","n":"2"}`, `"n" is there twice`},
		{`{"l":[{"name":"a","name":"b"}]}`, `"name" is there twice`},
		{"{\"name\":\"\xff\"}", "UTF-8"},
		{`{"n":"1"} 2`, "not JSON"},
	} {
		if _, _, err := ApplyMergePatch(v, []byte(row.patch), Limits{}); !errors.Is(err, ErrPatch) || !strings.Contains(err.Error(), row.text) {
			t.Errorf("%s: %v", row.patch, err)
		}
	}
	got, _, err := ApplyMergePatch(v, []byte(`{"l":[null,{"name":null}],"nothing":null,"m":{"k":null},"name":null}`), Limits{})
	if err != nil || len(got.L) != 2 || got.M == nil || got.Name != "" {
		t.Errorf("null in an array, and for what is not there: %v, %s", err, show(&got))
	}
}
