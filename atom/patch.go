package atom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// Errors of [ApplyPatch] and [ApplyMergePatch], besides [ErrPath] and the
// errors of encoding/json for values that do not fit. They come in a
// [*PatchError], except for what is wrong with the document as a whole.
var (
	ErrPatch = errors.New("atom: malformed patch")
	ErrLimit = errors.New("atom: patch exceeds a limit")
	ErrTest  = errors.New("atom: test operation failed")
)

// A PatchError says which operation of a patch could not be done.
type PatchError struct {
	Index int    // of the operation, from 0; of a merge patch: -1
	Op    string // its name, as in the patch
	Path  string // where, as a JSON pointer
	Err   error  // why
}

func (e *PatchError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("at %q: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("operation %d (%s %q): %v", e.Index, e.Op, e.Path, e.Err)
}

// Unwrap is the reason.
func (e *PatchError) Unwrap() error { return e.Err }

// Limits bound what a patch from outside may cost. Zero fields mean the
// default.
type Limits struct {
	Bytes int // of the document, and of all that its copy and move operations copy, as JSON; default 1 MiB
	Ops   int // operations; for a merge patch, members of objects; default 10,000
	Depth int // nesting of the document, and steps of a path; default 100
}

func (l Limits) filled() Limits {
	for _, f := range []struct {
		field *int
		value int
	}{{&l.Bytes, 1 << 20}, {&l.Ops, 10_000}, {&l.Depth, 100}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	return l
}

// check returns ErrLimit for a document that is too long or too deep.
func (l Limits) check(doc []byte) error {
	if len(doc) > l.Bytes {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrLimit, len(doc), l.Bytes)
	}
	depth, quoted := 0, false
	for i := 0; i < len(doc); i++ {
		switch c := doc[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth > l.Depth {
				return fmt.Errorf("%w: nested deeper than %d", ErrLimit, l.Depth)
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return nil
}

// ApplyPatch returns v with a JSON Patch document (RFC 6902) applied to what v
// is as JSON, and what that changed; or, if one of the operations cannot be
// done, v as it was and a [*PatchError]. All six operations are there, and a
// patch reaches what has a JSON form, by its names in JSON.
//
// What differs from a document without types: an unknown field is an [ErrPath];
// a field that is removed gets its zero value; a value is decoded into the Go
// type that stands at its place. In an any, integers beyond 2^53 become a
// [json.Number] and other numbers float64.
func ApplyPatch[T any](v T, patch []byte, limits Limits) (T, Changes, error) {
	limits = limits.filled()
	ops, err := parsePatch(patch, limits)
	if err != nil {
		return v, Changes{}, err
	}
	return patched(v, func(x *patcher, p *plan, a unsafe.Pointer) error {
		for i, o := range ops {
			if err := x.do(p, a, o); err != nil {
				return &PatchError{Index: i, Op: o.Op, Path: *o.Path, Err: err}
			}
		}
		return nil
	}, limits)
}

// patched does edit to a draft of v.
func patched[T any](v T, edit func(*patcher, *plan, unsafe.Pointer) error, limits Limits) (T, Changes, error) {
	p, err := planOf(reflect.TypeFor[T]())
	if err != nil {
		return v, Changes{}, err
	}
	draft, w := v, walk{}
	if w.detach(p, unsafe.Pointer(&draft)); w.err != nil {
		return v, Changes{}, w.err
	}
	if err := edit(&patcher{limits: limits}, p, unsafe.Pointer(&draft)); err != nil {
		return v, Changes{}, err
	}
	next, c, err := settle(p, unsafe.Pointer(&v), unsafe.Pointer(&draft), false)
	if err != nil {
		return v, Changes{}, err
	}
	return *(*T)(next), c, nil
}

// An operation is one of a JSON Patch, as it stands in the document. What is
// not there is nil.
type operation struct {
	Op    string          `json:"op"`
	Path  *string         `json:"path"`
	From  *string         `json:"from"`
	Value json.RawMessage `json:"value"`

	path, from []string // the parsed pointers
}

func parsePatch(doc []byte, limits Limits) ([]operation, error) {
	if err := limits.check(doc); err != nil {
		return nil, err
	}
	var ops []operation
	if err := json.Unmarshal(doc, &ops); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPatch, err)
	}
	if ops == nil {
		return nil, fmt.Errorf("%w: null is not an array", ErrPatch)
	}
	if len(ops) > limits.Ops {
		return nil, fmt.Errorf("%w: %d operations, at most %d", ErrLimit, len(ops), limits.Ops)
	}
	for i := range ops {
		o := &ops[i]
		if err := o.parse(limits); err != nil {
			path := ""
			if o.Path != nil {
				path = *o.Path
			}
			return nil, &PatchError{Index: i, Op: o.Op, Path: path, Err: err}
		}
	}
	return ops, nil
}

func (o *operation) parse(limits Limits) (err error) {
	needsValue, needsFrom := false, false
	switch o.Op {
	case "add", "replace", "test":
		needsValue = true
	case "move", "copy":
		needsFrom = true
	case "remove":
	default:
		return fmt.Errorf("%w: there is no operation %q", ErrPatch, o.Op)
	}
	switch {
	case o.Path == nil:
		return fmt.Errorf("%w: no path", ErrPatch)
	case needsFrom && o.From == nil:
		return fmt.Errorf("%w: no from", ErrPatch)
	case needsValue && o.Value == nil:
		return fmt.Errorf("%w: no value", ErrPatch)
	}
	if o.path, err = parsePointer(*o.Path, limits.Depth); err == nil && needsFrom {
		o.from, err = parsePointer(*o.From, limits.Depth)
	}
	return err
}

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
	err := w.value(v.plan, v.at, &field{quoted: v.quoted})
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
