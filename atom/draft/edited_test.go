package draft

import (
	"encoding/json"
	"reflect"
	"testing"
	"unsafe"
)

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// edited updates prev and holds the result against everything it promises.
func edited[T any](t failer, prev *T, edit func(*T)) (*T, Changes) {
	t.Helper()
	before := copyOf(t, prev)
	p := mustPlan(reflect.TypeFor[T]())
	var want *T
	next, c, err := Revise(prev, func(d *T) {
		edit(d)
		checkSane(t, p, unsafe.Pointer(d))
		want = copyOf(t, d)
	})
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	checkSaneNext(t, p, unsafe.Pointer(prev), unsafe.Pointer(next))
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

// copyOf is *v without anything shared with it.
func copyOf[T any](t failer, v *T) *T {
	t.Helper()
	p, err := planOf(reflect.TypeFor[T]())
	if err != nil {
		t.Fatalf("%v", err)
	}
	w := walk{everything: true}
	c := (*T)(w.detachedCopy(p, unsafe.Pointer(v)))
	if w.err != nil {
		t.Fatalf("%v", w.err)
	}
	return c
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

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
