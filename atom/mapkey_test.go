package atom

import (
	"errors"
	"math"
	"testing"

	"github.com/atomsaga/atomsaga/atom/draft"
)

func TestAKeyThatDiffersFromItselfIsAnError(t *testing.T) {
	nan := math.NaN()
	checkKey := func(name string, err error) {
		t.Helper()
		if !errors.Is(err, draft.ErrKey) {
			t.Errorf("%s: error %v, want draft.ErrKey", name, err)
		}
	}
	s := NewStore()
	floats, anys, structs := New(map[float64]int{1: 1}), New(map[any]int{}), New(map[pair]int{})
	checkKey("Update", floats.Update(s, func(m *map[float64]int) { (*m)[nan] = 1 }))
	checkKey("Set", floats.Set(s, map[float64]int{nan: 1}))
	checkKey("Sync", floats.Sync(s, map[float64]int{nan: 1}))
	checkKey("in an interface", anys.Update(s, func(m *map[any]int) { (*m)[[1]any{nan}] = 1 }))
	checkKey("in a struct", structs.Update(s, func(m *map[pair]int) { (*m)[pair{A: nan}] = 1 }))
	checkKey("New", panicked(func() { New(map[float32]int{float32(nan): 1}) }))
	if got := floats.Get(s); len(got) != 1 || got[1] != 1 {
		t.Errorf("%v", got)
	}
	if err := anys.Update(s, func(m *map[any]int) { (*m)[nil] = 1; (*m)[2] = 2 }); err != nil || anys.Get(s)[nil] != 1 {
		t.Errorf("nil is a key like others: %v", err)
	}
	for _, key := range []any{nan, []int{}, pair{A: func() {}}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("an atom under the key %v", key)
				}
			}()
			Key(anys, key)
		}()
	}
}

// pair is a key that may differ from itself.
type pair struct {
	A any
	B [0]int
}
