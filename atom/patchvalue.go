package atom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unsafe"
)

// A value is what an operation puts somewhere: JSON from the patch, or a part
// of the draft.
type value struct {
	json   []byte
	plan   *plan // of a part
	at     unsafe.Pointer
	quoted bool // the part was under a field with json:",string"
}

// into makes *a, a zero p under f (or nil), the value.
func (v value) into(p *plan, a unsafe.Pointer, f *field) error {
	quoted := f != nil && f.quoted
	if v.plan != nil && v.plan.typ == p.typ && v.quoted == quoted {
		p.copy(a, v.at)
		var w walk
		w.detach(p, a)
		return w.err
	}
	b, err := v.text()
	if err != nil {
		return err
	}
	if quoted && string(b) != "null" {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		b = []byte(s)
	}
	if p.kind == kindOpaque && string(b) != "null" {
		return fmt.Errorf("%w: a %s means a thing, which no JSON can be", ErrPatch, p.typ)
	}
	if p.kind == kindInterface && p.typ.NumMethod() == 0 {
		doc, err := decodeExact(b)
		*(*any)(a) = doc
		return err
	}
	return json.Unmarshal(b, p.value(a).Addr().Interface())
}

// text is the value as JSON.
func (v value) text() ([]byte, error) {
	if v.plan == nil {
		return v.json, nil
	}
	var w patchWriter
	err := w.value(v.plan, v.at, &field{plan: v.plan, quoted: v.quoted}, addressed)
	return w.out, err
}

// decodeExact decodes a document without a type, with integers that a float64
// cannot hold as json.Number.
func decodeExact(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return exact(v), err
}

func exact(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = exact(e)
		}
	case []any:
		for i, e := range v {
			v[i] = exact(e)
		}
	case json.Number:
		f, err := v.Float64()
		if i, notInt := v.Int64(); err == nil && (notInt != nil && strings.ContainsAny(string(v), ".eE") || notInt == nil && i >= -1<<53 && i <= 1<<53) {
			return f
		}
	}
	return v
}
