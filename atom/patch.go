package atom

import (
	"errors"
	"fmt"
	"reflect"
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
	Bytes int // of the document, and of all that its operations copy, as JSON; default 1 MiB
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
		for i := range ops {
			o := &ops[i]
			if err := x.do(p, a, o); err != nil {
				return o.failed(i, err)
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
