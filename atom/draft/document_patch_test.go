package draft

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
	strict "github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// A patch of a typed value is a patch of its document, read back: accepted and
// refused at the same operation, with the same outcome.
func TestPatchOfAValueIsThePatchOfItsDocument(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		s := newGenerator(t)
		typ := s.randomOmitting(3, true)
		if s.n(3, "written by hand") == 0 {
			typ = reflect.TypeFor[omitter]()
		}
		patchIsThatOfTheDocument(t, s, typ)
	})
}

var (
	omitting = []string{"", ",omitempty", ",omitzero", ",omitempty", ",omitempty,string"}
	leaves   = []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[int64](), reflect.TypeFor[bool](), reflect.TypeFor[hex]()}
)

// randomOmitting is a type of structs with fields that may be left out, in
// slices, maps, Lists and Maps.
func (s *generator) randomOmitting(depth int, top bool) reflect.Type {
	kind := s.n(9, "kind")
	if top {
		kind = 9
	}
	if depth == 0 {
		kind = 0
	}
	switch kind {
	case 0, 1, 2:
		return leaves[s.n(len(leaves)-1, "leaf")]
	case 3, 4:
		return reflect.SliceOf(s.randomOmitting(depth-1, false))
	case 5:
		return reflect.MapOf(keyTypes[s.n(1, "key")], s.randomOmitting(depth-1, false))
	case 6:
		return reflect.PointerTo(s.randomOmitting(depth-1, false))
	}
	fields := make([]reflect.StructField, 1+s.n(3, "fields"))
	for i := range fields {
		name := string(rune('A' + i))
		t := s.randomOmitting(depth-1, false)
		if top && s.n(3, "collection") == 0 {
			t = []reflect.Type{reflect.TypeFor[List[omitter]](), reflect.TypeFor[Map[string, omitter]](), reflect.TypeFor[Map[string, List[omitter]]]()}[s.n(2, "which")]
		}
		options := omitting[s.n(len(omitting)-1, "omitting")]
		if t == reflect.TypeFor[hex]() || t == reflect.TypeFor[*hex]() {
			options = strings.TrimSuffix(options, ",string") // which encoding/json cannot read of a text form
		}
		fields[i] = reflect.StructField{Name: name, Type: t, Tag: reflect.StructTag(fmt.Sprintf(`json:"%s%s"`, strings.ToLower(name), options))}
	}
	return reflect.StructOf(fields)
}

func patchIsThatOfTheDocument(t *rapid.T, s *generator, typ reflect.Type) {
	p, err := planOf(typ)
	if err != nil {
		t.Fatalf("%v", err)
	}
	w := walk{everything: true}
	v := p.alloc()
	s.fill(p.value(v))
	v = w.detachedCopy(p, v)
	before := w.detachedCopy(p, v)
	r := referee{doc: marshal(t, p.value(v).Addr().Interface())}
	first := string(r.doc)
	x := newPatcher(p, v, Limits{}.withDefaults())
	var said []string
	for range 1 + s.n(7, "operations") {
		op := s.operation(t, p, r.doc)
		ops, err := strict.Parse([]byte("["+string(op)+"]"), 10, 100)
		if err != nil {
			t.Fatalf("%s: %v", op, err)
		}
		said = append(said, string(op))
		r.apply(op)
		err = x.apply(&ops[0])
		if err != nil && (strings.Contains(err.Error(), "has no field") || strings.Contains(err.Error(), "key \"")) {
			return // what a document without types would take
		}
		if (err == nil) != (r.err == nil) {
			t.Fatalf("%v\n%s\n%s\ngives %v, of the document %v", typ, first, strings.Join(said, "\n"), err, r.err)
		}
		if r.err != nil {
			return
		}
		if text, err := x.top.text(); err != nil || !strict.Equal(text, r.doc) {
			t.Fatalf("%v\n%s\n%s\ngives %s, %v\nwant %s", typ, first, strings.Join(said, "\n"), text, err, r.doc)
		}
	}
	want := p.alloc()
	wrong := json.Unmarshal(r.doc, p.value(want).Addr().Interface())
	next := p.alloc()
	m := x.top.build(next)
	if (m == nil) != (wrong == nil) {
		t.Fatalf("%v\n%s\n%s\ngives %v, read back %v", typ, first, strings.Join(said, "\n"), m, wrong)
	}
	if !w.equal(p, v, before) {
		t.Fatalf("%s wrote to the value", said)
	}
	if m != nil {
		return
	}
	readBack := func(v unsafe.Pointer) []byte { // what JSON can bring back: not a pointer to nil
		again := p.alloc()
		if err := json.Unmarshal(marshal(t, p.value(v).Addr().Interface()), p.value(again).Addr().Interface()); err != nil {
			t.Fatalf("%v", err)
		}
		return marshal(t, p.value(again).Addr().Interface())
	}
	if got, want := readBack(next), readBack(want); !strict.Equal(got, want) {
		t.Fatalf("%v\n%s\n%s\nleads to %s\nwant %s", typ, first, strings.Join(said, "\n"), got, want)
	}
	next, c, err := finishDraft(p, v, next, false)
	if err != nil {
		t.Fatalf("%v", err)
	}
	checkChangesOf(t, p, v, next, c)
}

// operation is one on doc, the document of a p; most are of places that are
// there, with values that stand at such places.
func (s *generator) operation(t *rapid.T, p *plan, doc []byte) []byte {
	v := numbers(doc)
	all := places(v, "", nil)
	place := func() string {
		at := all[s.n(len(all)-1, "place")]
		switch s.n(7, "elsewhere") {
		case 0:
			return at + "/-"
		case 1:
			return at + "/" + []string{"a", "b", "name", "n", "l", "m", "at", "0", "1"}[s.n(8, "name")]
		}
		return at
	}
	other := p.alloc()
	(&generator{draw: s.draw}).fill(p.value(other))
	o := numbers(marshal(t, p.value(other).Addr().Interface()))
	value := func() any {
		of := []any{o, v}[s.n(1, "of")]
		elsewhere := places(of, "", nil)
		tokens, _ := strict.ParsePointer(elsewhere[s.n(len(elsewhere)-1, "value")])
		for _, t := range tokens {
			switch w := of.(type) {
			case map[string]any:
				of = w[t]
			case []any:
				i, _ := strconv.Atoi(t)
				of = w[i]
			}
		}
		if s.n(5, "zero") == 0 {
			switch of.(type) {
			case string:
				return ""
			case json.Number:
				return 0
			case map[string]any:
				return map[string]any{}
			case []any:
				return []any{}
			}
		}
		return of
	}
	op := map[string]any{"op": []string{"add", "replace", "remove", "move", "copy", "test"}[s.n(5, "op")], "path": place()}
	switch op["op"] {
	case "move", "copy":
		op["from"] = place()
	case "add", "replace", "test":
		op["value"] = value()
	}
	return marshal(t, op)
}
