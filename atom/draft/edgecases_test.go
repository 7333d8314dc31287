package draft

import (
	"errors"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Each test here is a way in which a draft engine can lose or invent a change.

func TestNothingChanged(t *testing.T) {
	type T struct {
		N    int
		List []part
		Keys []item
		Map  map[string]int
		P    *part
	}
	full := &T{N: 1, List: []part{{A: 1}, {A: 2}}, Keys: []item{{ID: "a"}}, Map: map[string]int{"a": 1}, P: &part{}}
	for _, row := range []struct {
		reason string
		edit   func(*T)
	}{
		{"nothing is done", func(d *T) {}},
		{"the same is set again", func(d *T) { d.N, d.P, d.Map = 1, &part{}, map[string]int{"a": 1} }},
		{"there and back", func(d *T) { d.N++; d.N-- }},
		{"all made anew", func(d *T) { d.List = []part{{A: 1}, {A: 2}}; d.Keys = []item{{ID: "a"}} }},
	} {
		if next, c := edited(t, full, row.edit); next != full || !c.Empty() {
			t.Errorf("%s: %s", row.reason, c)
		}
	}
}

// held is one value in each kind of collection.
type held struct {
	Slice []part
	Plain map[string]part
	List  List[part]
	Map   Map[string, part]
}

func oneHeld() *held {
	v := part{A: 1, B: "x"}
	return &held{[]part{v}, map[string]part{"a": v}, ListOf(v), MapOf(map[string]part{"a": v})}
}

func TestAddThenRemove(t *testing.T) {
	prev := oneHeld()
	for _, row := range []struct {
		kind string
		edit func(*held)
	}{
		{"slice", func(d *held) { d.Slice = append(d.Slice, part{}); d.Slice = d.Slice[:1] }},
		{"slice, in front", func(d *held) { d.Slice = append([]part{{}}, d.Slice...); d.Slice = d.Slice[1:] }},
		{"map", func(d *held) { d.Plain["b"] = part{}; delete(d.Plain, "b") }},
		{"List", func(d *held) { d.List.Append(part{}); d.List.Delete(1) }},
		{"List, in front", func(d *held) { d.List.Insert(0, part{}); d.List.Delete(0) }},
		{"Map", func(d *held) { d.Map.Set("b", part{}); d.Map.Delete("b") }},
	} {
		if next, c := edited(t, prev, row.edit); next != prev || !c.Empty() {
			t.Errorf("%s: %s", row.kind, c)
		}
	}
}

func TestDeleteThenSetOfOneKey(t *testing.T) {
	prev := oneHeld()
	for _, row := range []struct {
		kind string
		edit func(*held)
		want string
	}{
		{"map", func(d *held) { delete(d.Plain, "a"); d.Plain["a"] = part{A: 1, B: "x"} }, `[]`},
		{"map, to another value", func(d *held) { delete(d.Plain, "a"); d.Plain["a"] = part{A: 2, B: "x"} }, `[{"op":"replace","path":"/Plain/a/a","value":2}]`},
		{"Map", func(d *held) { d.Map.Delete("a"); d.Map.Set("a", part{A: 1, B: "x"}) }, `[]`},
		{"Map, to another value", func(d *held) { d.Map.Delete("a"); d.Map.Set("a", part{A: 2, B: "x"}) }, `[{"op":"replace","path":"/Map/a/a","value":2}]`},
	} {
		if _, c := edited(t, prev, row.edit); patchText(t, c) != row.want {
			t.Errorf("%s: patch %s, want %s", row.kind, patchText(t, c), row.want)
		}
	}
}

func TestNilAgainstEmpty(t *testing.T) {
	type T struct {
		S []int
		M map[string]int
		B []byte
		O []int `json:",omitempty"`
		A any
	}
	for _, row := range []struct {
		reason string
		edit   func(*T)
		want   string
	}{
		{"slice", func(d *T) { d.S = []int{} }, `[{"op":"replace","path":"/S","value":[]}]`},
		{"map", func(d *T) { d.M = map[string]int{} }, `[{"op":"replace","path":"/M","value":{}}]`},
		{"bytes", func(d *T) { d.B = []byte{} }, `[{"op":"replace","path":"/B","value":""}]`},
		{"left out either way: only Go can tell", func(d *T) { d.O = []int{} }, `[]`},
		{"in an interface", func(d *T) { d.A = []any(nil) }, `[{"op":"replace","path":"/A","value":null}]`},
	} {
		prev := &T{}
		next, c := edited(t, prev, row.edit)
		if got := patchText(t, c); got != row.want {
			t.Errorf("%s: patch %s, want %s", row.reason, got, row.want)
		}
		if c.Len() != 1 || reflect.DeepEqual(prev, next) {
			t.Errorf("%s: the difference is lost: %s", row.reason, c)
		}
	}
}

func TestTimes(t *testing.T) {
	type T struct{ At time.Time }
	now := time.Now() // with a monotonic reading
	utc := now.UTC().Round(0)
	zone, again := time.FixedZone("Z", 3600), time.FixedZone("Z", 3600)
	other := time.FixedZone("Y", 3600)
	for _, row := range []struct {
		reason   string
		from, to time.Time
		changed  bool
	}{
		{"the monotonic reading is not part of the value", now, now.Round(0), false},
		{"the zone is", utc, utc.In(zone), true},
		{"its name too", utc.In(zone), utc.In(other), true},
		{"not which variable holds it", utc.In(zone), utc.In(again), false},
		{"another instant", utc, utc.Add(1), true},
	} {
		_, c := edited(t, &T{row.from}, func(d *T) { d.At = row.to })
		if c.Empty() == row.changed {
			t.Errorf("%s: %s", row.reason, c)
		}
	}
}

func TestNaNAndNegativeZero(t *testing.T) {
	type T struct {
		F float64
		G float32
		C complex128
	}
	nan := math.NaN()
	odd := math.Float64frombits(math.Float64bits(nan) ^ 1)
	for _, row := range []struct {
		reason   string
		from, to T
		changed  bool
	}{
		{"NaN is NaN", T{F: nan, G: float32(nan), C: complex(nan, 0)}, T{F: odd, G: float32(nan), C: complex(odd, 0)}, false},
		{"-0 is not 0", T{F: 0}, T{F: math.Copysign(0, -1)}, true},
		{"NaN from a number", T{F: 1}, T{F: nan}, true},
		{"a complex part", T{C: 1}, T{C: 1i}, true},
	} {
		next, c, err := Revise(&row.from, func(d *T) { *d = row.to })
		if err != nil || c.Empty() == row.changed {
			t.Errorf("%s: %s, %v", row.reason, c, err)
		}
		back, err := Apply(*next, c.Inverse())
		if err != nil || !Equal(&back, &row.from) {
			t.Errorf("%s: reverts to %v, %v", row.reason, back, err)
		}
	}
	_, c, _ := Revise(&T{}, func(d *T) { d.F = nan })
	if _, err := c.JSONPatch(); err == nil || !strings.Contains(err.Error(), "/F") {
		t.Errorf("NaN as JSON: error %v, want one that names /F", err)
	}
	_, c = edited(t, &struct{ F float64 }{}, func(d *struct{ F float64 }) { d.F = math.Copysign(0, -1) })
	if got, want := patchText(t, c), `[{"op":"replace","path":"/F","value":-0}]`; got != want {
		t.Errorf("patch %s, want %s", got, want)
	}
}

func TestUnexportedFieldsOfForeignTypes(t *testing.T) {
	type T struct {
		Lock *sync.Mutex
		At   *time.Location
		Call func()
		Done chan int
		V    reflect.Value
	}
	lock, called := new(sync.Mutex), func() {}
	prev := &T{Lock: lock, At: time.Local, Call: called, Done: make(chan int), V: reflect.ValueOf(lock)}
	next, c, err := Revise(prev, func(d *T) { d.At = time.UTC })
	if err != nil || c.Len() != 1 {
		t.Fatalf("%v, %s", err, c)
	}
	if next.Lock != lock || next.At != time.UTC || next.Done != prev.Done || next.V != prev.V {
		t.Errorf("what means an identity was copied: %+v", next)
	}
}

func TestCycles(t *testing.T) {
	loop := &part{A: 1}
	loop.C = loop
	cyclicMap := map[string]any{}
	cyclicMap["me"] = cyclicMap
	cyclicSlice := []any{nil}
	cyclicSlice[0] = cyclicSlice
	if _, _, err := Revise(loop, func(*part) {}); !errors.Is(err, ErrCycle) {
		t.Errorf("a value that is a cycle: %v", err)
	}
	if _, _, err := Revise(&part{}, func(d *part) { d.C = d }); !errors.Is(err, ErrCycle) {
		t.Errorf("a draft that becomes one: %v", err)
	}
	for _, v := range []any{cyclicMap, cyclicSlice, loop} {
		if _, _, err := Revise(&v, func(*any) {}); !errors.Is(err, ErrCycle) {
			t.Errorf("%T: %v", v, err)
		}
		none := any(nil)
		if _, _, err := Revise(&none, func(d *any) { *d = v }); !errors.Is(err, ErrCycle) {
			t.Errorf("a draft that becomes a %T: %v", v, err)
		}
	}
	length := 5000
	if runtime.GOOS == "js" {
		length = 500 // a browser's own stack, which wasm calls use, holds no more
	}
	deep := &part{}
	for range length { // long, but no cycle
		deep = &part{C: deep}
	}
	next, _, err := Revise(deep, func(d *part) { d.A = 1 })
	if err != nil || next.C != deep.C {
		t.Errorf("a long chain: %v", err)
	}
}

func TestUpdateThatPanics(t *testing.T) {
	prev := &part{A: 1, C: &part{}}
	cause := errors.New("cause")
	next, c, err := Revise(prev, func(d *part) { d.A, d.C.A = 2, 2; panic(cause) })
	var p *PanicError
	if !errors.Is(err, ErrUpdatePanicked) || !errors.Is(err, cause) || !errors.As(err, &p) || !strings.Contains(string(p.Stack), "TestUpdateThatPanics") {
		t.Errorf("error %v", err)
	}
	if next != nil || !c.Empty() || prev.A != 1 || prev.C.A != 0 {
		t.Errorf("next %v, changes %s, prev %v", next, c, prev)
	}
	_, _, err = Revise(prev, func(d *part) { panic("text") })
	if err == nil || err.Error() != "draft: update panicked: text" {
		t.Errorf("error %v", err)
	}
	_, _, err = Revise(prev, func(d *part) { var none *part; none.A = 1 })
	var fault runtime.Error
	if !errors.As(err, &fault) {
		t.Errorf("error %v", err)
	}
}

// A string there would reach beyond the end of the value: the race detector's
// checks of pointers stop a program that pretends there is one.
func TestAnArrayOfNoStringsNearTheEnd(t *testing.T) {
	type none struct {
		N    int
		None [0]string
		Last byte
	}
	many := []*none{} // on the heap, where one allocation ends and another begins
	for range 3 {
		many = append(many, &none{N: 1})
	}
	if !Equal(many[0], many[1]) || Equal(many[0], &none{N: 2}) {
		t.Error("equal is what has equal fields")
	}
}
