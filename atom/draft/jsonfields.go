package draft

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// jsonField is a field of a struct as encoding/json sees it.
type jsonField struct {
	name                string
	index               []int
	tagged              bool
	omitEmpty, omitZero bool
	quoted              bool
}

// indexKey returns an index path, as of [reflect.StructField], as a key of a map.
func indexKey(index []int) string {
	var b strings.Builder
	for _, i := range index {
		b.WriteRune(rune(i))
	}
	return b.String()
}

// jsonFields returns the fields that encoding/json writes for the struct t, embedded ones
// included, by index path. It follows the rules of that package: the search is breadth first;
// of several fields with one name the least nested wins, then the one named by a tag; if that
// leaves more than one, none is written.
func jsonFields(t reflect.Type) map[string]jsonField {
	type level struct {
		typ   reflect.Type
		index []int
	}
	var found []jsonField
	var count, nextCount map[reflect.Type]int
	visited := map[reflect.Type]bool{}
	for current, next := []level(nil), []level{{typ: t}}; len(next) > 0; {
		current, next = next, nil
		count, nextCount = nextCount, map[reflect.Type]int{}
		for _, l := range current {
			if visited[l.typ] {
				continue
			}
			visited[l.typ] = true
			for i := range l.typ.NumField() {
				sf := l.typ.Field(i)
				index := append(slices.Clip(l.index), i)
				if e := inlinedStruct(sf); e != nil {
					if nextCount[e]++; nextCount[e] == 1 {
						next = append(next, level{e, index})
					}
					continue
				}
				f, ok := jsonTag(sf)
				if !ok {
					continue
				}
				f.index = index
				found = append(found, f)
				if count[l.typ] > 1 {
					found = append(found, f) // the type is embedded twice at this depth: neither is written
				}
			}
		}
	}
	sorting.By(found, func(a, b *jsonField) bool {
		switch {
		case a.name != b.name:
			return a.name < b.name
		case len(a.index) != len(b.index):
			return len(a.index) < len(b.index)
		}
		return a.tagged && !b.tagged
	})
	shown := map[string]jsonField{}
	for i := 0; i < len(found); {
		f, n := found[i], 1
		for i+n < len(found) && found[i+n].name == f.name {
			n++
		}
		if n == 1 || len(found[i+1].index) != len(f.index) || found[i+1].tagged != f.tagged {
			shown[indexKey(f.index)] = f
		}
		i += n
	}
	return shown
}

// inlinedStruct returns the embedded struct whose fields sf adds to the outer JSON object, or
// nil.
func inlinedStruct(sf reflect.StructField) reflect.Type {
	t := sf.Type
	if !sf.Anonymous || sf.Tag.Get("json") == "-" {
		return nil
	}
	if t.Name() == "" && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
	if t.Kind() != reflect.Struct || validJSONName(name) {
		return nil
	}
	return t
}

// jsonTag reads the tag of a field that is not inlined. ok is false for a field without a JSON
// form.
func jsonTag(sf reflect.StructField) (f jsonField, ok bool) {
	tag := sf.Tag.Get("json")
	if tag == "-" {
		return f, false
	}
	t := sf.Type
	if t.Name() == "" && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if !sf.IsExported() && (!sf.Anonymous || t.Kind() != reflect.Struct) {
		return f, false
	}
	name, options, _ := strings.Cut(tag, ",")
	f.name, f.tagged = name, true
	if !validJSONName(name) {
		f.name, f.tagged = sf.Name, false
	}
	for options != "" {
		var option string
		option, options, _ = strings.Cut(options, ",")
		switch option {
		case "omitempty":
			f.omitEmpty = true
		case "omitzero":
			f.omitZero = true
		case "string":
			k := t.Kind()
			f.quoted = k >= reflect.Bool && k <= reflect.Float64 || k == reflect.String
		}
	}
	return f, true
}

// validJSONName reports whether encoding/json accepts a name in a tag.
func validJSONName(s string) bool {
	for _, c := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return s != ""
}

// omitFunc returns a function that reports whether a field of plan p with the tag j is left
// out of the JSON object, or nil if it never is.
func omitFunc(p *plan, j jsonField) func(unsafe.Pointer) bool {
	empty, zero := emptyFunc(p), zeroFunc(p)
	switch {
	case j.omitEmpty && j.omitZero && empty != nil:
		return func(a unsafe.Pointer) bool { return empty(a) || zero(a) }
	case j.omitEmpty && empty != nil:
		return empty
	case j.omitZero:
		return zero
	}
	return nil
}

// emptyFunc returns what omitempty means for p: "false, 0, a nil pointer, a nil interface
// value, and any array, slice, map, or string of length zero".
func emptyFunc(p *plan) func(unsafe.Pointer) bool {
	switch p.typ.Kind() {
	case reflect.Struct, reflect.Complex64, reflect.Complex128, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return nil
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return func(a unsafe.Pointer) bool { return p.value(a).Len() == 0 }
	}
	return func(a unsafe.Pointer) bool { return p.value(a).IsZero() }
}

type zeroer interface{ IsZero() bool }

// isZero returns z.IsZero(), or false if that panics: encoding/json will report it.
func isZero(z zeroer) (zero bool) {
	defer func() {
		if recover() != nil {
			zero = false
		}
	}()
	return z.IsZero()
}

// zeroFunc returns what omitzero means for p: its IsZero method, or being zero.
func zeroFunc(p *plan) func(unsafe.Pointer) bool {
	is := reflect.TypeFor[zeroer]()
	t := p.typ
	switch {
	case (t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer) && t.Implements(is):
		return func(a unsafe.Pointer) bool {
			v := p.value(a)
			return v.IsNil() || v.Kind() == reflect.Interface && v.Elem().Kind() == reflect.Pointer && v.Elem().IsNil() ||
				isZero(v.Interface().(zeroer))
		}
	case reflect.PointerTo(t).Implements(is):
		return func(a unsafe.Pointer) bool { return isZero(p.value(a).Addr().Interface().(zeroer)) }
	case p.hasCollection():
		return func(a unsafe.Pointer) bool {
			sealed := p.clone(a)
			p.dropJournals(sealed)
			return p.value(sealed).IsZero()
		}
	}
	return func(a unsafe.Pointer) bool { return p.value(a).IsZero() }
}
