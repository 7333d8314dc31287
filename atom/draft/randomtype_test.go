package draft

import (
	"fmt"
	"reflect"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

var (
	scalarTypes = []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[int64](), reflect.TypeFor[float64](), reflect.TypeFor[bool](), reflect.TypeFor[uint8](),
		reflect.TypeFor[hex](), reflect.TypeFor[[]byte](), reflect.TypeFor[time.Time](), reflect.TypeFor[any](),
	}
	keyTypes        = []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[hex]()}
	collectionTypes = []reflect.Type{
		reflect.TypeFor[List[int]](), reflect.TypeFor[List[item]](), reflect.TypeFor[List[*part]](), reflect.TypeFor[List[row]](),
		reflect.TypeFor[Map[string, part]](), reflect.TypeFor[Map[hex, []item]](), reflect.TypeFor[Map[int, Map[string, List[part]]]](),
	}
	tagOptions = []string{"", ",omitempty", ",omitzero", ",string", ",omitempty,string", ",omitempty,omitzero"}
)

// randomType is a type that nobody has written. Where editable is set, a
// collection may stand.
func (s *generator) randomType(depth int, editable bool) reflect.Type {
	n := 11
	if depth == 0 {
		n = 3
	}
	switch s.n(n, "kind") {
	case 4, 5:
		return reflect.SliceOf(s.randomType(depth-1, false))
	case 6:
		return reflect.PointerTo(s.randomType(depth-1, false))
	case 7:
		return reflect.ArrayOf(s.n(3, "length"), s.randomType(depth-1, editable))
	case 8:
		return reflect.MapOf(keyTypes[s.n(len(keyTypes)-1, "key")], s.randomType(depth-1, false))
	case 9, 10:
		return s.randomStruct(depth-1, editable)
	case 11:
		if editable {
			return collectionTypes[s.n(len(collectionTypes)-1, "collection")]
		}
	}
	return scalarTypes[s.n(len(scalarTypes)-1, "scalar")]
}

func (s *generator) randomStruct(depth int, editable bool) reflect.Type {
	fields := make([]reflect.StructField, s.n(5, "fields"))
	for i := range fields {
		name := string(rune('A' + i))
		tag := fmt.Sprintf(`json:"%s%s"`, []string{"", name, "-", "a~b", "é"}[s.n(4, "name")], tagOptions[s.n(len(tagOptions)-1, "tag")])
		fields[i] = reflect.StructField{Name: name, Type: s.randomType(depth, editable), Tag: reflect.StructTag(tag)}
	}
	return reflect.StructOf(fields)
}

func TestRandomEditsOfRandomTypes(t *testing.T) {
	cases.Check(t, func(t *rapid.T) { randomEditsOfRandomType(t, newGenerator(t)) })
}

// randomEditsOfRandomType is randomEditsFrom for a type that is made up first.
func randomEditsOfRandomType(t failer, s *generator) (n int) {
	p, err := planOf(s.randomStruct(2, true))
	if err != nil {
		t.Fatalf("%v", err)
	}
	w := walk{everything: true}
	v := p.alloc()
	s.fill(p.value(v))
	v = w.detachedCopy(p, v)
	for range s.n(3, "updates") {
		draft := w.detachedCopy(p, v)
		for range s.n(4, "edits") {
			s.change(p.value(draft))
			n++
		}
		checkSane(t, p, draft)
		want := w.detachedCopy(p, draft)
		next, c, err := finishDraft(p, v, draft, false)
		if err != nil || w.err != nil {
			t.Fatalf("%s: %v, %v", p.typ, err, w.err)
		}
		if !w.equal(p, next, want) || (next == v) != c.Empty() {
			t.Fatalf("%s: the next value is\n%s\nwant the draft\n%s\nchanges\n%s", p.typ, shown(p, next), shown(p, want), c)
		}
		checkSaneNext(t, p, v, next)
		checkChangesOf(t, p, v, next, c)
		v = next
	}
	return n
}

func shown(p *plan, a unsafe.Pointer) string { return show(p.value(a).Addr().Interface()) }
