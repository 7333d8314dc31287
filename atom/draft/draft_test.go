package draft

import (
	"flag"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

func TestRandomEditsOfPlainValues(t *testing.T) {
	cases.Check(t, func(t *rapid.T) { randomEdits[document](t) })
}

func TestRandomEditsOfAny(t *testing.T) {
	cases.Check(t, func(t *rapid.T) { randomEdits[any](t) })
}

func TestRandomEditsOfSlices(t *testing.T) {
	t.Run("keyed", func(t *testing.T) { cases.Check(t, func(t *rapid.T) { randomEdits[[]item](t) }) })
	t.Run("keyed pointers", func(t *testing.T) { cases.Check(t, func(t *rapid.T) { randomEdits[[]*item](t) }) })
	t.Run("plain", func(t *testing.T) { cases.Check(t, func(t *rapid.T) { randomEdits[[]part](t) }) })
	t.Run("numbers", func(t *testing.T) { cases.Check(t, func(t *rapid.T) { randomEdits[[]int](t) }) })
}

// randomEdits starts from a random T and edits it a few times, with a few
// edits in one update, and with everything that was promised checked.
func randomEdits[T any](t *rapid.T) { randomEditsFrom[T](t, newGenerator(t)) }

// randomEditsFrom returns how many edits it made.
func randomEditsFrom[T any](t failer, s *generator) (n int) {
	v := new(T)
	s.fill(reflect.ValueOf(v).Elem())
	for range s.n(3, "updates") {
		v, _ = edited(t, v, func(d *T) {
			for range s.n(4, "edits") {
				s.change(reflect.ValueOf(d).Elem())
				n++
			}
		})
	}
	other := new(T)
	s.fill(reflect.ValueOf(other).Elem())
	next, c, err := Adopt(v, other)
	if err != nil {
		t.Fatalf("adopt: %v", err)
	}
	if !Equal(next, other) {
		t.Fatalf("adopted\n%s\nas\n%s", show(other), show(next))
	}
	checkChanges(t, v, next, c)
	if c, err = Diff(v, next); err != nil {
		t.Fatalf("diff: %v", err)
	}
	checkChanges(t, v, next, c)
	return n
}

var (
	edits = flag.Int("drafts.edits", 0, "random edits that TestManyEdits makes; 0: 2000, or the share of this build")
	seed  = flag.Uint64("drafts.seed", 0, "the seed that TestManyEdits begins with; 0: the time")
)

// TestManyEdits is all of these without rapid's bookkeeping, for long runs. A
// million edits take some minutes:
//
//	go test ./atom/draft -run TestManyEdits -drafts.edits 1000000 -timeout 1h
func TestManyEdits(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	if *edits == 0 {
		*edits = cases.Of(2000)
	}
	t.Logf("-drafts.seed %d -drafts.edits %d", *seed, *edits)
	random := rand.New(rand.NewPCG(*seed, 0))
	types := []func(failer, *generator) int{
		randomEditsFrom[document], randomEditsFrom[collectionsEverywhere], randomEditsFrom[collectionsEverywhere], randomEditsFrom[any], randomEditsFrom[[]item],
		randomEditsFrom[[]part], randomEditsFrom[List[row]], randomEditsFrom[List[part]], randomEditsFrom[Map[string, row]],
		randomEditsOfRandomType, randomEditsOfRandomType, randomEditsOfRandomType,
	}
	for n := 0; n < *edits; {
		s := &generator{draw: func(max int, _ string) int { return random.IntN(max + 1) }}
		n += types[random.IntN(len(types))](t, s)
	}
}
