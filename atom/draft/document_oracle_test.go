package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"

	strict "github.com/atomsaga/atomsaga/internal/jsonpatch"
	"github.com/atomsaga/atomsaga/internal/sorting"
)

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
