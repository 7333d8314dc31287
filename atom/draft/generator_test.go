package draft

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

// keys are few, so that random edits meet; and awkward.
var keys = []string{"", "a", "b", "~", "/", "a/b", "~1", "é", "0", "-", "\"", "<"}

// generator makes a random value, or a random change, of anything that reflect
// can set. depth bounds what it makes.
type generator struct {
	draw  func(max int, label string) int
	depth int
	wild  bool // what has no JSON form, and no end, too
}

func newGenerator(t *rapid.T) *generator {
	return &generator{draw: func(max int, label string) int { return rapid.IntRange(0, max).Draw(t, label) }}
}

func (s *generator) n(max int, label string) int { return s.draw(max, label) }
func (s *generator) key() string                 { return keys[s.n(len(keys)-1, "key")] }

// settable is v, even if it is an unexported field.
func settable(v reflect.Value) reflect.Value {
	if v.CanSet() {
		return v
	}
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// fill gives v a random value.
func (s *generator) fill(v reflect.Value) {
	v = settable(v)
	s.depth++
	defer func() { s.depth-- }()
	few := max(0, 4-s.depth)
	if f, ok := v.Addr().Interface().(interface{ fill(*generator) }); ok {
		f.fill(s)
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		zone := []*time.Location{time.UTC, time.FixedZone("a", 3600), time.FixedZone("b", 7200), time.FixedZone("c", 3600)}[s.n(3, "zone")]
		v.Set(reflect.ValueOf(time.Unix(int64(s.n(3, "second")), 0).In(zone)))
		return
	case json.RawMessage:
		v.SetBytes([]byte([]string{"1", "null", `{"a":1}`, `[]`}[s.n(3, "raw")]))
		return
	case json.Number:
		v.SetString([]string{"1", "2.50", "12345678901234567890"}[s.n(2, "number")])
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(s.n(1, "bool") == 1)
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{0, 1, 2, math.MaxInt64, 1<<53 + 1, -7}[s.n(5, "int")])
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(uint64(s.n(255, "uint")))
	case reflect.Float64, reflect.Float32:
		if s.wild && s.n(3, "NaN") == 0 {
			v.SetFloat(math.NaN())
			return
		}
		v.SetFloat([]float64{0, math.Copysign(0, -1), 1.5, 1e21, -0.1}[s.n(4, "float")])
	case reflect.Complex128:
		v.SetComplex([]complex128{0, 1i, complex(math.NaN(), 1)}[s.n(2, "complex")])
	case reflect.Chan:
		v.Set(reflect.MakeChan(v.Type(), 0))
	case reflect.Func:
		v.Set(reflect.MakeFunc(v.Type(), func([]reflect.Value) []reflect.Value { return nil }))
	case reflect.UnsafePointer:
		v.SetPointer(unsafe.Pointer(new(int)))
	case reflect.String:
		v.SetString(s.key())
	case reflect.Pointer:
		if s.depth > 3 || s.n(3, "nil") == 0 {
			v.SetZero()
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		s.fill(v.Elem())
	case reflect.Slice:
		n := s.n(few+1, "len")
		if n == 0 {
			v.SetZero()
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n-1, n))
		for i := range n - 1 {
			if s.wild && v.Type().Elem() == v.Type() && s.n(9, "itself") == 0 {
				v.Index(i).Set(v)
				continue
			}
			s.fill(v.Index(i))
		}
	case reflect.Map:
		n := s.n(few+1, "len")
		if n == 0 {
			v.SetZero()
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range n - 1 {
			s.fillKey(v)
		}
	case reflect.Array:
		for i := range v.Len() {
			s.fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			s.fill(v.Field(i))
		}
	case reflect.Interface:
		s.fillInterface(v)
	}
}

func (s *generator) fillKey(m reflect.Value) {
	k, e := reflect.New(m.Type().Key()).Elem(), reflect.New(m.Type().Elem()).Elem()
	s.fill(k)
	s.fill(e)
	if s.wild && e.Type() == m.Type() && s.n(9, "itself") == 0 {
		e.Set(m)
	}
	if k.Comparable() {
		m.SetMapIndex(k, e)
	}
}

func (s *generator) fillInterface(v reflect.Value) {
	kinds := []any{nil, "", 0, 1.5, false, map[string]any{}, []any{}, part{}, new(part), hex(0), []string{}, map[string]int{}}
	if s.wild {
		kinds = append(kinds, wildValues...)
	}
	kinds = slices.DeleteFunc(kinds, func(x any) bool { return x != nil && !reflect.TypeOf(x).AssignableTo(v.Type()) })
	n := len(kinds) - 1
	if s.depth > 4 {
		n = min(n, 4)
	}
	x := kinds[s.n(n, "dynamic")]
	if x == nil {
		v.SetZero()
		return
	}
	e := reflect.New(reflect.TypeOf(x)).Elem()
	s.fill(e)
	v.Set(e)
}

// change makes one random edit somewhere in v.
func (s *generator) change(v reflect.Value) {
	v = settable(v)
	s.depth++
	defer func() { s.depth-- }()
	if f, ok := v.Addr().Interface().(interface{ change(*generator) }); ok {
		f.change(s)
		return
	}
	if v.Type() == timeType || v.Type() == reflect.TypeFor[json.RawMessage]() {
		s.fill(v)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if v.NumField() > 0 {
			s.change(v.Field(s.n(v.NumField()-1, "field")))
		}
	case reflect.Array:
		if v.Len() > 0 {
			s.change(v.Index(s.n(v.Len()-1, "index")))
		}
	case reflect.Pointer:
		if v.IsNil() || s.n(9, "whole") == 0 {
			s.fill(v)
			return
		}
		s.change(v.Elem())
	case reflect.Interface:
		if v.IsNil() || s.n(4, "whole") == 0 {
			s.fill(v)
			return
		}
		e := reflect.New(v.Elem().Type()).Elem()
		e.Set(v.Elem())
		s.change(e)
		v.Set(e)
	case reflect.Map:
		s.changeMap(v)
	case reflect.Slice:
		s.changeSlice(v)
	default:
		s.fill(v)
	}
}

func (s *generator) changeMap(v reflect.Value) {
	if v.IsNil() || s.n(9, "whole") == 0 {
		s.fill(v)
		return
	}
	k := reflect.New(v.Type().Key()).Elem()
	s.fill(k)
	if !k.Comparable() {
		return
	}
	e := v.MapIndex(k)
	switch {
	case !e.IsValid():
		s.fillKey(v)
	case s.n(1, "delete") == 0:
		v.SetMapIndex(k, reflect.Value{})
	default:
		x := reflect.New(e.Type()).Elem()
		x.Set(e)
		s.change(x)
		v.SetMapIndex(k, x)
	}
}

func (s *generator) changeSlice(v reflect.Value) {
	n := v.Len()
	switch what := s.n(9, "edit"); {
	case v.IsNil() || what == 0:
		s.fill(v)
	case what < 4 || n == 0: // insert
		i := s.n(n, "at")
		e := reflect.New(v.Type().Elem()).Elem()
		s.fill(e)
		rest := reflect.AppendSlice(reflect.Append(reflect.MakeSlice(v.Type(), 0, n), e), v.Slice(i, n))
		v.Set(reflect.AppendSlice(v.Slice3(0, i, i), rest))
	case what == 4: // remove
		i := s.n(n-1, "at")
		v.Set(reflect.AppendSlice(v.Slice3(0, i, i), v.Slice(i+1, n)))
	case what == 5: // swap, in place
		reflect.Swapper(v.Interface())(s.n(n-1, "i"), s.n(n-1, "j"))
	case what == 6: // move to the front, in place
		for i := s.n(n-1, "from"); i > 0; i-- {
			reflect.Swapper(v.Interface())(i, i-1)
		}
	default:
		s.change(v.Index(s.n(n-1, "at")))
	}
}
