package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
	strict "github.com/atomsaga/atomsaga/internal/jsonpatch"
	"github.com/atomsaga/atomsaga/internal/sorting"
)

// omitter has fields that may be left out, in every way.
type omitter struct {
	Name string             `json:"name,omitempty"`
	N    int                `json:"n,omitempty,string"`
	At   *omitter           `json:"at,omitzero"`
	L    []omitter          `json:"l,omitempty"`
	M    map[string]omitter `json:"m,omitzero"`
	Must int                `json:"must"`
}

// What a patch left is in the document, and what it removed is not, wherever
// the element has gone meanwhile.
func TestPatchKnowsWhatIsLeftOut(t *testing.T) {
	type short struct {
		Name string `json:"name,omitempty"`
		N    int    `json:"n,omitempty"`
	}
	type doc struct {
		L []short            `json:"l"`
		M map[string]short   `json:"m,omitempty"`
		C List[short]        `json:"c"`
		T Map[string, short] `json:"t,omitzero"`
		P []*short           `json:"p"`
		E *struct{ short }   `json:"e,omitempty"`
		A any                `json:"a,omitempty"`
	}
	from := doc{
		L: []short{{Name: "a"}, {N: 1}}, M: map[string]short{"x": {Name: "a"}, "y": {N: 1}}, C: ListOf(short{Name: "a"}, short{N: 1}),
		T: MapOf(map[string]short{"x": {Name: "a"}, "y": {N: 1}}), P: []*short{{Name: "a"}, {N: 1}}, E: &struct{ short }{short{Name: "a"}}, A: []any{short{Name: "a"}, &short{N: 1}},
	}
	for _, row := range []struct {
		patch string
		fails int // the operation that is refused; -1: none
	}{
		{"remove /l/0/name, remove /l/0, replace /l/0/n 2", -1},
		{"remove /l/0/name, remove /l/0, replace /l/0/name \"b\"", 2},
		{`test /l/0/name "a", remove /l/0, remove /l/0/name`, 2},
		{`test /l/0/name "a", remove /l/0, remove /l/0/n`, -1},
		{`replace /l/0/name "", test /l/0/name ""`, -1},
		{`replace /l/0/name "", move /l/0 /l/1, test /l/1/name "", test /l/0/n 1, remove /l/0/name`, 4},
		{`replace /l/0/name "", copy /l/0 /l/0, remove /l/0/name, test /l/1/name "", remove /l/1/name`, -1},
		{`add /l/0 {"name":""}, remove /l/0/name`, -1},
		{`add /l/0 {}, remove /l/0/name`, 1},
		{`add /l/0 {"n":0}, move /l/0 /l/2, test /l/2/n 0, test /l/1/n 1`, -1},
		{`replace /l [{"name":""},{"n":0}], remove /l/0/name, remove /l/0, remove /l/0/n`, -1},
		{`replace /m/x/name "", move /m/x /m/z, remove /m/z/name, move /m/y /m/x, remove /m/x/name`, 4},
		{`remove /m/x, remove /m/y, add /m/z {"name":""}, test /m {"z":{"name":""}}`, -1},
		{`remove /m, test /m {}`, 1},
		{`replace /c/0/name "", move /c/0 /c/1, remove /c/1/name, remove /c/0/n, test /c [{},{}]`, -1},
		{`remove /c/0/name, remove /c/0, replace /c/0/name "b"`, 2},
		{`test /c/0/name "a", remove /c/0, remove /c/0/name`, 2},
		{`replace /c/0/name "", copy /c /l, remove /l/0/name, test /c/0/name ""`, -1},
		{`remove /t/x/name, move /t/y /t/x, remove /t/x/n, remove /t/x, test /t {}`, -1},
		{`remove /t, add /t {}, add /t/k {"n":0}, remove /t/k/n`, -1},
		{`remove /p/0/name, remove /p/0, replace /p/0/name "b"`, 2},
		{`replace /p/1/n 0, move /p/1 /p/0, remove /p/0/n`, -1},
		{`replace /e/name "", remove /e/name, remove /e/name`, 2},
		{`replace /e/name "", copy /e /l/0, remove /l/0/name`, -1},
		{`remove /a/0/name, remove /a/0, remove /a/0/n, test /a [{}]`, -1},
		{`test /a/0/name "a", remove /a/0, remove /a/0/name`, 2},
	} {
		_, _, err := ApplyPatch(from, operations(row.patch), Limits{})
		var pe *PatchError
		if errors.As(err, &pe); row.fails < 0 && err != nil || row.fails >= 0 && (pe == nil || pe.Index != row.fails || !errors.Is(err, ErrPath)) {
			t.Errorf("%s: error %v", row.patch, err)
		}
		ofDocument, _, err := ApplyPatch(json.RawMessage(marshal(t, &from)), operations(row.patch), Limits{})
		if (err == nil) != (row.fails < 0) {
			t.Errorf("%s: error of the document %v, %s", row.patch, err, ofDocument)
		}
	}
}

// operations is the patch that says short.
func operations(short string) []byte {
	var all []map[string]any
	for _, o := range strings.Split(short, ", ") {
		words := strings.SplitN(o, " ", 3)
		step := map[string]any{"op": words[0], "path": words[1]}
		switch {
		case words[0] == "move" || words[0] == "copy":
			step["from"], step["path"] = words[1], words[2]
		case len(words) == 3:
			step["value"] = json.RawMessage(words[2])
		}
		all = append(all, step)
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return b
}

// A referee applies a patch to a document by an implementation that knows
// nothing of types, one operation after the other. What that one is known to take
// although the RFC does not is refused before.
type referee struct {
	doc []byte
	err error
}

func (r *referee) apply(op []byte) {
	if r.err != nil {
		return
	}
	var o struct {
		Op, Path, From string
		Value          json.RawMessage
	}
	if r.err = json.Unmarshal(op, &o); r.err != nil {
		return
	}
	at := func(pointer string) (any, bool) {
		tokens, _ := strict.ParsePointer(pointer)
		v := numbers(r.doc)
		for _, t := range tokens {
			switch w := v.(type) {
			case map[string]any:
				e, ok := w[t]
				if !ok {
					return nil, false
				}
				v = e
			case []any:
				i, err := strconv.Atoi(t)
				if err != nil || strconv.Itoa(i) != t || i < 0 || i >= len(w) {
					return nil, false
				}
				v = w[i]
			default:
				return nil, false
			}
		}
		return v, true
	}
	if o.Op == "test" {
		v, ok := at(o.Path)
		if b, _ := json.Marshal(v); !ok || !strict.Equal(b, o.Value) {
			r.err = errors.New("test")
		}
		return
	}
	if o.Op == "remove" || o.Op == "replace" {
		if _, ok := at(o.Path); !ok {
			r.err = errors.New("not there")
			return
		}
	}
	if o.Op == "move" || o.Op == "copy" {
		v, ok := at(o.From)
		switch {
		case !ok:
			r.err = errors.New("from nowhere")
		case o.Op == "move" && strings.HasPrefix(o.Path, o.From+"/"):
			r.err = errors.New("into itself")
		case o.Op == "move" && o.Path == o.From:
			return
		case o.Op == "move":
			r.apply(step("remove", o.From, nil))
		}
		r.apply(step("add", o.Path, v))
		return
	}
	if o.Path == "" {
		if r.doc = o.Value; o.Op == "remove" {
			r.err = errors.New("the whole")
		}
		return
	}
	p, err := jsonpatch.DecodePatch([]byte("[" + string(op) + "]"))
	if err != nil {
		r.err = err
		return
	}
	r.doc, r.err = p.Apply(r.doc)
}

func step(op, path string, value any) []byte {
	b, _ := json.Marshal(map[string]any{"op": op, "path": path, "value": value})
	return b
}

func numbers(doc []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	d.Decode(&v)
	return v
}

// places are the pointers to everything in a document, and to a little that is not
// there.
func places(v any, at string, all []string) []string {
	all = append(all, at)
	switch v := v.(type) {
	case map[string]any:
		for _, name := range keysOf(v) {
			if name == "" {
				continue // what the referee cannot go through
			}
			all = places(v[name], at+"/"+strict.Escape(name), all)
		}
	case []any:
		for i, e := range v {
			all = places(e, at+"/"+strconv.Itoa(i), all)
		}
	}
	return all
}

func keysOf(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	sorting.By(names, func(a, b *string) bool { return *a < *b })
	return names
}

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
