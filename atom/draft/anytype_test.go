package draft

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

// Types that end in themselves, and hide what they contain.
type (
	tower  []tower
	maze   map[string]maze
	snake  *snake
	chain  struct{ Next *chain }
	kernel struct {
		*kernel //lint:ignore U1000 it is reached by reflection
		Y       int
	}
	shell struct {
		*kernel
		X any
	}
	odd struct {
		A any
		B [0]int
	}
	texted interface{ MarshalText() ([]byte, error) }
)

var (
	wildTypes = []reflect.Type{
		reflect.TypeFor[any](), reflect.TypeFor[error](), reflect.TypeFor[context.Context](), reflect.TypeFor[func()](), reflect.TypeFor[chan int](),
		reflect.TypeFor[complex128](), reflect.TypeFor[float32](), reflect.TypeFor[unsafe.Pointer](), reflect.TypeFor[struct{}](),
		reflect.TypeFor[*service](), reflect.TypeFor[*declared](), reflect.TypeFor[*guarded](), reflect.TypeFor[reflect.Type](), reflect.TypeFor[reflect.Value](),
		reflect.TypeFor[tower](), reflect.TypeFor[maze](), reflect.TypeFor[snake](), reflect.TypeFor[chain](), reflect.TypeFor[shell](), reflect.TypeFor[*shell](),
		reflect.TypeFor[[0]func()](), reflect.TypeFor[[2]struct{}](), reflect.TypeFor[[]struct{}](), reflect.TypeFor[[]func()](), reflect.TypeFor[texted](),
		reflect.TypeFor[[]item](), reflect.TypeFor[[]*item](), reflect.TypeFor[[]tower](),
	}
	wildKeys = []reflect.Type{
		reflect.TypeFor[any](), reflect.TypeFor[float64](), reflect.TypeFor[[2]float32](), reflect.TypeFor[odd](), reflect.TypeFor[complex128](),
		reflect.TypeFor[*part](), reflect.TypeFor[chan int](), reflect.TypeFor[struct{}](), reflect.TypeFor[bool](), reflect.TypeFor[texted](), reflect.TypeFor[string](),
	}
	wildCollections = []reflect.Type{
		reflect.TypeFor[List[struct{}]](), reflect.TypeFor[List[any]](), reflect.TypeFor[List[*service]](), reflect.TypeFor[List[func()]](),
		reflect.TypeFor[Map[string, struct{}]](), reflect.TypeFor[Map[hex, any]](), reflect.TypeFor[Map[int, maze]](), reflect.TypeFor[List[float64]](),
	}
	wildValues = []any{
		errors.New(""), context.Background(), func() {}, make(chan int), 1i, math.NaN(), new(service), struct{}{}, odd{}, maze{}, tower{}, new(shell),
		map[any]any{}, map[float64]int{}, [2]float32{}, new(any), &[]any{nil}[0], reflect.TypeFor[int](), [0]func(){},
	}
)

func (s *generator) wildType(depth int, editable bool) reflect.Type {
	n := 7
	if depth == 0 {
		n = 0
	}
	switch s.n(n, "wild kind") {
	case 1:
		return reflect.SliceOf(s.wildType(depth-1, false))
	case 2:
		return reflect.PointerTo(s.wildType(depth-1, false))
	case 3:
		return reflect.ArrayOf(s.n(2, "length"), s.wildType(depth-1, editable))
	case 4:
		return reflect.MapOf(wildKeys[s.n(len(wildKeys)-1, "key")], s.wildType(depth-1, false))
	case 5, 6:
		fields := make([]reflect.StructField, s.n(4, "fields"))
		for i := range fields {
			tag := fmt.Sprintf(`json:"%s"`, tagOptions[s.n(len(tagOptions)-1, "tag")])
			fields[i] = reflect.StructField{Name: string(rune('A' + i)), Type: s.wildType(depth-1, editable), Tag: reflect.StructTag(tag)}
		}
		return reflect.StructOf(fields)
	case 7:
		if editable {
			return wildCollections[s.n(len(wildCollections)-1, "collection")]
		}
	}
	return wildTypes[s.n(len(wildTypes)-1, "wild type")]
}

// TestEveryValueIsHeldOrAnError makes up types and values of everything that Go has.
// Whatever they are, an update leads there and back, or returns an error.
func TestEveryValueIsHeldOrAnError(t *testing.T) {
	cases.Check(t, func(t *rapid.T) { wildEdits(t, newGenerator(t)) })
}

func wildEdits(t failer, s *generator) {
	s.wild = true
	p, err := planOf(s.wildType(2, true))
	if err != nil {
		t.Fatalf("%v", err)
	}
	v := p.alloc()
	if err := callEdit(func(*int) { s.fill(p.value(v)) }, nil); err != nil {
		wantKnown(t, err)
		return
	}
	w := walk{everything: true}
	if v = w.detachedCopy(p, v); w.err != nil {
		wantKnown(t, w.err)
		return
	}
	for range 3 {
		draft := w.detachedCopy(p, v)
		for range s.n(4, "edits") {
			if err := callEdit(func(*int) { s.change(p.value(draft)) }, nil); err != nil { // of a List or Map
				wantKnown(t, err)
				return
			}
		}
		before, want := walk{everything: true}, walk{everything: true}
		was, is := before.detachedCopy(p, v), want.detachedCopy(p, draft)
		checkSane(t, p, draft)
		next, c, err := finishDraft(p, v, draft, s.n(1, "given") == 1)
		if err != nil || want.err != nil {
			wantKnown(t, errors.Join(err, want.err))
			return
		}
		checkSaneNext(t, p, v, next)
		var same walk
		if !same.equal(p, next, is) || !same.equal(p, v, was) || same.err != nil {
			t.Fatalf("%s: the next value is not the draft (%v)\n%s", p.typ, same.err, c)
		}
		_, _ = c.JSONPatch()
		for _, way := range []struct {
			from, to unsafe.Pointer
			Changes
		}{{v, next, c}, {next, v, c.Inverse()}} {
			there, err := p.apply(way.from, way.Changes)
			if err != nil || !same.equal(p, there, way.to) {
				t.Fatalf("%s: %v\n%s\nleads elsewhere", p.typ, err, way.Changes)
			}
		}
		v = next
	}
}

func wantKnown(t failer, err error) {
	if !errors.Is(err, ErrType) && !errors.Is(err, ErrCycle) && !errors.Is(err, ErrKey) {
		t.Fatalf("an error that says nothing: %v", err)
	}
}

func TestAKeyThatCannotSayWhichElementIsRefused(t *testing.T) {
	type pointer struct {
		ID *int `atom:"key"`
	}
	type boxed struct {
		ID any `atom:"key"`
	}
	type within struct {
		ID struct{ A any } `atom:"key"`
	}
	type number struct {
		ID float64 `atom:"key"`
	}
	type channel struct {
		ID chan int `atom:"key"`
	}
	type array struct {
		ID [2]*int `atom:"key"`
	}
	type fine struct {
		ID struct {
			A string
			B [2]uint8
		} `atom:"key"`
	}
	for name, err := range map[string]error{
		"a pointer": try[[]pointer](), "an interface": try[List[boxed]](), "an interface in a struct": try[[]within](),
		"a float": try[[]number](), "a channel": try[[]*channel](), "pointers in an array": try[List[array]](),
	} {
		if !errors.Is(err, ErrType) {
			t.Errorf("%s: error %v, want ErrType", name, err)
		}
	}
	if err := try[List[fine]](); err != nil {
		t.Errorf("%v", err)
	}
}

func TestALongListIsAskedForSomethingElseThanAKey(t *testing.T) {
	if i := longList(100).Index([]int{1}); i != noElement {
		t.Errorf("found at %d", i)
	}
}
