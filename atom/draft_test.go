package atom

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestRandomEditsOfPlainValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { randomEdits[document](t) })
}

func TestRandomEditsOfAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { randomEdits[any](t) })
}

func TestRandomEditsOfSlices(t *testing.T) {
	t.Run("keyed", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { randomEdits[[]item](t) }) })
	t.Run("keyed pointers", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { randomEdits[[]*item](t) }) })
	t.Run("plain", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { randomEdits[[]part](t) }) })
	t.Run("numbers", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { randomEdits[[]int](t) }) })
}

// randomEdits starts from a random T and edits it a few times, with a few
// edits in one update, and with everything that was promised checked.
func randomEdits[T any](t *rapid.T) {
	v := new(T)
	s := &scramble{t: t}
	s.fill(reflect.ValueOf(v).Elem())
	for range s.n(3, "updates") {
		v, _ = edited(t, v, func(d *T) {
			for range s.n(4, "edits") {
				s.change(reflect.ValueOf(d).Elem())
			}
		})
	}
	other := new(T)
	s.fill(reflect.ValueOf(other).Elem())
	next, c, err := adopt(v, other)
	if err != nil {
		t.Fatalf("adopt: %v", err)
	}
	if !equal(next, other) {
		t.Fatalf("adopted\n%s\nas\n%s", show(other), show(next))
	}
	checkChanges(t, v, next, c)
	if c, err = diff(v, next); err != nil {
		t.Fatalf("diff: %v", err)
	}
	checkChanges(t, v, next, c)
}
