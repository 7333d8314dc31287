package draft

import (
	"encoding/json"
	"reflect"
	"testing"
	"unsafe"

	strict "github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// FuzzChanges lets the fuzzer choose values and edits: what an update records
// leads there and back.
func FuzzChanges(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("some choices, one byte each, that make a value and edit it"))
	f.Fuzz(func(t *testing.T, choices []byte) {
		s := &generator{draw: func(max int, _ string) int {
			if len(choices) == 0 {
				return 0
			}
			n := int(choices[0]) % (max + 1)
			choices = choices[1:]
			return n
		}}
		switch s.n(3, "type") {
		case 0:
			randomEditsFrom[document](t, s)
		case 1:
			randomEditsFrom[collectionsEverywhere](t, s)
		case 2:
			randomEditsFrom[List[row]](t, s)
		case 3:
			wildEdits(t, s)
		}
	})
}

// FuzzPatch feeds patches from outside: they are applied whole, and what they
// changed leads there and back, or not at all.
func FuzzPatch(f *testing.F) {
	f.Add([]byte(`{"items":[{"ID":"a"}],"by/key":{"a":{"a":1}}}`), []byte(`[{"op":"move","from":"/items/0","path":"/items/-"},{"op":"test","path":"/by~1key/a/a","value":1}]`))
	f.Add([]byte(`{"in":{"L":[]},"Deep":{"k":{"1":[2]}}}`), []byte(`[{"op":"copy","from":"/Deep/k","path":"/Deep/~0"},{"op":"remove","path":"/Deep/k/1/0"}]`))
	f.Add([]byte(`{"rows":[{"ID":1}]}`), []byte(`{"rows":null,"Deep":{"x":{"1":null}}}`))
	f.Add([]byte(`{"l":[{"name":"a"},{"n":"1"}]}`), []byte(`[{"op":"remove","path":"/l/0/name"},{"op":"remove","path":"/l/0"},{"op":"replace","path":"/l/0/n","value":"2"}]`))
	f.Add([]byte(`{"m":{"x":{"name":"a"}}}`), []byte(`[{"op":"replace","path":"/m/x/name","value":""},{"op":"move","from":"/m/x","path":"/m/y"},{"op":"copy","from":"/m","path":"/at/m"},{"op":"remove","path":"/m/y/name"}]`))
	f.Add([]byte(`{"l":[{}],"at":{}}`), []byte(`{"l":[{"name":""},null],"at":{"at":{"name":null,"n":"0"}},"m":{"":{}}}`))
	f.Fuzz(func(t *testing.T, doc, patch []byte) {
		limits := Limits{Bytes: 1 << 12, Ops: 20, Depth: 20}
		var typed collectionsEverywhere
		if json.Unmarshal(doc, &typed) == nil {
			fuzzPatch(t, typed, patch, limits)
		}
		var left omitter
		if json.Unmarshal(doc, &left) == nil {
			fuzzPatch(t, left, patch, limits)
			fuzzDocument(t, left, patch, limits)
		}
		var generic any
		if json.Unmarshal(doc, &generic) == nil {
			fuzzPatch(t, generic, patch, limits)
		}
	})
}

func fuzzPatch[T any](t *testing.T, v T, patch []byte, limits Limits) {
	before := copyOf(t, &v)
	for _, apply := range []func(T, []byte, Limits) (T, Changes, error){ApplyPatch[T], ApplyMergePatch[T]} {
		next, c, err := apply(v, patch, limits)
		if !Equal(&v, before) {
			t.Fatalf("%s wrote to the value", patch)
		}
		if err != nil && (!c.Empty() || !Equal(&v, &next)) {
			t.Fatalf("%s is refused (%v) and applied", patch, err)
		}
		checkSane(t, mustPlan(reflect.TypeFor[T]()), unsafe.Pointer(&next))
		there, err := Apply(v, c)
		if err != nil || !Equal(&there, &next) {
			t.Fatalf("%s: %v\n%s\nleads to %s\nnot to %s", patch, err, c, show(&there), show(&next))
		}
		if back, err := Apply(next, c.Inverse()); err != nil || !Equal(&back, &v) {
			t.Fatalf("%s: %v\n%s\nleads back to %s\nnot to %s", patch, err, c, show(&back), show(&v))
		}
	}
}

// fuzzDocument holds a patch of a value against the patch of its document: what
// the value takes, the document takes, and they become the same.
func fuzzDocument(t *testing.T, v omitter, patch []byte, limits Limits) {
	for _, apply := range []func(any) (any, error){
		func(v any) (any, error) {
			if v, ok := v.(omitter); ok {
				next, _, err := ApplyPatch(v, patch, limits)
				return next, err
			}
			next, _, err := ApplyPatch(v.(json.RawMessage), patch, limits)
			return next, err
		},
		func(v any) (any, error) {
			if v, ok := v.(omitter); ok {
				next, _, err := ApplyMergePatch(v, patch, limits)
				return next, err
			}
			next, _, err := ApplyMergePatch(v.(json.RawMessage), patch, limits)
			return next, err
		},
	} {
		next, err := apply(v)
		if err != nil {
			continue
		}
		doc, err := apply(json.RawMessage(marshal(t, v)))
		if err != nil {
			t.Fatalf("%s is taken by the value and not by the document: %v", patch, err)
		}
		var back omitter
		if err := json.Unmarshal(doc.(json.RawMessage), &back); err != nil {
			t.Fatalf("%s leads to %s: %v", patch, doc, err)
		}
		var again omitter
		if err := json.Unmarshal(marshal(t, next), &again); err != nil || !strict.Equal(marshal(t, back), marshal(t, again)) {
			t.Fatalf("%s leads to %s, and the document to %s", patch, marshal(t, next), doc)
		}
	}
}

// FuzzCollectionsJSON holds List and Map against slices and maps: they take the
// same documents, and make the same of them.
func FuzzCollectionsJSON(f *testing.F) {
	f.Add([]byte(`[{"ID":"a","Tags":[1]},null]`), []byte(`{"b":1,"a":2,"a":3,"":0}`))
	f.Add([]byte(`null`), []byte(` { "é" : -1 } `))
	f.Fuzz(func(t *testing.T, array, object []byte) {
		var list List[item]
		var elements []item
		sameOutcome(t, array, &list, &elements)
		var table Map[string, int]
		var entries map[string]int
		sameOutcome(t, object, &table, &entries)
	})
}

func sameOutcome(t *testing.T, doc []byte, ours, plain any) {
	a, b := json.Unmarshal(doc, ours), json.Unmarshal(doc, plain)
	if (a == nil) != (b == nil) {
		t.Fatalf("%s: %v, and of the plain type %v", doc, a, b)
	}
	if a != nil {
		return
	}
	x, y := marshal(t, ours), marshal(t, plain)
	if string(y) != "null" && string(x) != string(y) { // of null they become empty
		t.Fatalf("%s becomes %s, and of the plain type %s", doc, x, y)
	}
	again := reflect.New(reflect.TypeOf(ours).Elem()).Interface()
	if err := json.Unmarshal(x, again); err != nil || string(marshal(t, again)) != string(x) {
		t.Fatalf("%s comes back as %s, %v", x, marshal(t, again), err)
	}
}
