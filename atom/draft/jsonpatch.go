package draft

import (
	"encoding/json"
	"fmt"
	"unsafe"
)

// JSONPatch returns c as a JSON Patch (RFC 6902) of add, remove, replace and move operations.
// Applied to the JSON form of the value before, it gives the JSON form of the value after,
// both as encoding/json writes a pointer to the value. Changes of what has no JSON form are
// left out.
//
// It returns an error, with the path, if encoding/json cannot write a value (NaN, a func),
// and if a change is inside a value that has a JSON form of its own.
func (c Changes) JSONPatch() ([]byte, error) {
	w := patchWriter{out: []byte{'['}}
	for i := range c.steps {
		s := &c.steps[i]
		path := c.path(s)
		if err := w.step(c, s, path, s.addressable.in(c.addressable)); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return append(w.out, ']'), nil
}

// patchWriter writes the operations of a patch.
type patchWriter struct{ out []byte }

// step writes the operations of s.
func (w *patchWriter) step(c Changes, s *change, path Path, addressable Addressability) error {
	for i, t := range path {
		f := t.field()
		switch {
		case f == nil:
		case f.in.leaf:
			return fmt.Errorf("%s has a JSON form of its own", f.in.typ)
		case f.hidden:
			return nil
		case f.inline && i == len(path)-1: // an embedded pointer becomes nil or not nil
			if err := w.embeddedFields(f.plan, s.old, OpRemove, path); err != nil {
				return err
			}
			return w.embeddedFields(f.plan, s.new, OpAdd, path)
		}
	}
	var f *field
	if len(path) > 0 {
		f = path[len(path)-1].field()
	}
	op := s.op
	if f != nil && f.omit != nil && op == OpReplace && s.plan.typ == f.plan.typ { // and not of what the field points to
		was, is := !f.omit(s.old), !f.omit(s.new)
		switch {
		case !was && !is:
			return nil
		case !was:
			op = OpAdd
		case !is:
			op = OpRemove
		}
	}
	switch op {
	case OpMove:
		w.op(op, path, c.from(s).String())
	case OpRemove:
		w.op(op, path, "")
	default:
		w.op(op, path, "")
		w.out = append(w.out, `,"value":`...)
		if err := w.value(s.plan, s.new, f, addressable); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

// op writes the beginning of an operation.
func (w *patchWriter) op(op Op, path Path, from string) {
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.out = append(w.out, `{"op":"`...)
	w.out = append(w.out, op.String()...)
	if from != "" {
		w.out = append(w.out, `","from":`...)
		w.string(from)
		w.out = append(w.out, `,"path":`...)
	} else {
		w.out = append(w.out, `","path":`...)
	}
	w.string(path.String())
}

// string writes s as a JSON string.
func (w *patchWriter) string(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			b, _ := json.Marshal(s) // a string cannot fail
			w.out = append(w.out, b...)
			return
		}
	}
	w.out = append(w.out, '"')
	w.out = append(w.out, s...)
	w.out = append(w.out, '"')
}

// safeMarshal is json.Marshal with panics as errors: encoding/json panics for a nil key, and a
// MarshalJSON may.
func safeMarshal(v any) (b []byte, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("a %T has no JSON form: %v", v, reason)
		}
	}()
	return json.Marshal(v)
}

// value writes the p at a, the value of f or of an element.
func (w *patchWriter) value(p *plan, a unsafe.Pointer, f *field, addressable Addressability) error {
	b, err := p.marshal(a, addressable, f.inString(addressable))
	if err != nil {
		return err
	}
	w.out = append(w.out, b...)
	return nil
}

// embeddedFields writes op for each JSON field of the embedded struct that the p at a points
// to.
func (w *patchWriter) embeddedFields(p *plan, a unsafe.Pointer, op Op, path Path) error {
	for p.kind == kindPointer {
		if a = *(*unsafe.Pointer)(a); a == nil {
			return nil
		}
		p = p.elem
	}
	for _, f := range p.fields {
		x, path := unsafe.Add(a, f.offset), path.With(fieldStep(f))
		switch {
		case f.hidden || f.omit != nil && f.omit(x):
		case f.inline:
			if err := w.embeddedFields(f.plan, x, op, path); err != nil {
				return err
			}
		default:
			w.op(op, path, "")
			if op == OpAdd {
				w.out = append(w.out, `,"value":`...)
				if err := w.value(f.plan, x, f, Addressable); err != nil {
					return err
				}
			}
			w.out = append(w.out, '}')
		}
	}
	return nil
}
