package draft

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkChanges holds everything that changes promise against prev and next:
// they lead there and back as typed values, and as JSON by an independent
// implementation of RFC 6902.
func checkChanges[T any](t failer, prev, next *T, c Changes) {
	t.Helper()
	p, err := planFor[T]()
	if err != nil {
		t.Fatalf("%v", err)
	}
	checkChangesOf(t, p, unsafe.Pointer(prev), unsafe.Pointer(next), c)
}

// checkChangesOf is checkChanges of two p.
func checkChangesOf(t failer, p *plan, prev, next unsafe.Pointer, c Changes) {
	t.Helper()
	back := c.Inverse()
	checkLeads(t, p, prev, next, c)
	checkLeads(t, p, next, prev, back)
	if twice := back.Inverse(); twice.String() != c.String() {
		t.Fatalf("the inverse of the inverse is\n%s\nwant\n%s", twice, c)
	}
}

func checkLeads(t failer, p *plan, from, to unsafe.Pointer, c Changes) {
	t.Helper()
	a, b := p.value(from).Addr().Interface(), p.value(to).Addr().Interface()
	there, err := p.applied(from, c)
	if err != nil {
		t.Fatalf("apply: %v\n%s", err, c)
	}
	var w walk
	if !w.equal(p, there, to) || w.err != nil {
		t.Fatalf("apply gives\n%s\nwant\n%s\nchanges\n%s", show(p.value(there).Addr().Interface()), show(b), c)
	}
	checkJSON(t, a, b, c)
}

// checkJSON compares decode(patch(marshal(prev))) with decode(marshal(next)).
// The implementation at hand cannot take a scalar root, nor go through an empty
// key; such values are compared in the typed form only.
//
// With the tests that a server is sent, the patch leads there, too.
func checkJSON(t failer, prev, next any, c Changes) {
	t.Helper()
	patch, err := c.JSONPatch()
	if err != nil {
		t.Fatalf("JSONPatch: %v\n%s", err, c)
	}
	guarded, err := c.GuardedPatch(prev)
	if err != nil {
		t.Fatalf("GuardedPatch: %v\n%s", err, c)
	}
	checkPatch(t, prev, next, patch)
	checkPatch(t, prev, next, guarded)
}

func checkPatch(t failer, prev, next any, patch []byte) {
	t.Helper()
	from, to := marshal(t, prev), marshal(t, next)
	if !rooted(from) || !rooted(to) || bytes.Contains(patch, []byte("//")) {
		return
	}
	got, err := patchedBy(from, patch)
	if err != nil {
		t.Fatalf("%v\npatch %s\n   to %s\n want %s", err, patch, from, to)
	}
	if !reflect.DeepEqual(decode(t, got), decode(t, to)) {
		t.Fatalf("patch %s\n   to %s\ngives %s\n want %s", patch, from, got, to)
	}
}

// patchedBy is doc with a patch applied by the implementation at hand, but for its
// tests: it panics on one of an array that has a null in it.
func patchedBy(doc, patch []byte) ([]byte, error) {
	var all []json.RawMessage
	if err := json.Unmarshal(patch, &all); err != nil {
		return nil, err
	}
	var some []json.RawMessage
	flush := func() (err error) {
		if len(some) > 0 {
			text, _ := json.Marshal(some)
			var p jsonpatch.Patch
			if p, err = jsonpatch.DecodePatch(text); err == nil {
				doc, err = p.Apply(doc)
			}
			some = nil
		}
		return err
	}
	for _, o := range all {
		if !bytes.HasPrefix(o, []byte(`{"op":"test"`)) {
			some = append(some, o)
			continue
		}
		if err := flush(); err != nil {
			return nil, err
		}
		if err := tested(doc, o); err != nil {
			return nil, err
		}
	}
	return doc, flush()
}

// tested carries out one operation test.
func tested(doc, operation []byte) error {
	var o struct {
		Path  string
		Value any
	}
	var at any
	for text, to := range map[string]any{string(operation): &o, string(doc): &at} {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(to); err != nil {
			return err
		}
	}
	for _, token := range strings.Split(o.Path, "/")[1:] {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch in := at.(type) {
		case map[string]any:
			var there bool
			if at, there = in[token]; !there {
				return fmt.Errorf("no member in %s", operation)
			}
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(in) {
				return fmt.Errorf("no element in %s", operation)
			}
			at = in[i]
		default:
			return fmt.Errorf("no place in %s", operation)
		}
	}
	if !reflect.DeepEqual(at, o.Value) {
		return fmt.Errorf("failed: %s", operation)
	}
	return nil
}

func rooted(doc []byte) bool { return doc[0] == '{' || doc[0] == '[' }

func marshal(t failer, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return b
}

// decode is the document b with numbers as they are written.
func decode(t failer, b []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// copyOf is *v without anything shared with it.
func copyOf[T any](t failer, v *T) *T {
	t.Helper()
	p, err := planOf(reflect.TypeFor[T]())
	if err != nil {
		t.Fatalf("%v", err)
	}
	w := walk{whole: true}
	c := (*T)(w.detached(p, unsafe.Pointer(v)))
	if w.err != nil {
		t.Fatalf("%v", w.err)
	}
	return c
}

// edited updates prev and holds the result against everything it promises.
func edited[T any](t failer, prev *T, edit func(*T)) (*T, Changes) {
	t.Helper()
	before := copyOf(t, prev)
	var want *T
	var kept T
	next, c, err := Revise(prev, func(d *T) {
		edit(d)
		want = copyOf(t, d)
		kept = *d
	})
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	_ = kept
	if !Equal(prev, before) {
		t.Fatalf("the update wrote to the value before:\n%s\nwas\n%s", show(prev), show(before))
	}
	if !Equal(next, want) {
		t.Fatalf("the next value is\n%s\nwant the draft\n%s\nchanges\n%s", show(next), show(want), c)
	}
	if (next == prev) != c.Empty() {
		t.Fatalf("next == prev is %v with changes\n%s", next == prev, c)
	}
	checkChanges(t, prev, next, c)
	return next, c
}

// patchText is the JSON Patch of c.
func patchText(t *testing.T, c Changes) string {
	t.Helper()
	b, err := c.JSONPatch()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
