package draft

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// Errors that those of [ApplyPatch] and [ApplyMergePatch] wrap, besides [ErrPath] and the
// errors of encoding/json. They are in a [*PatchError] unless the patch as a whole is wrong.
var (
	ErrPatch = jsonpatch.ErrMalformed                     // the document is not a patch
	ErrLimit = jsonpatch.ErrLimit                         // the patch exceeds one of the Limits
	ErrTest  = errors.New("draft: test operation failed") // a test found another value
)

// PatchError says which operation of a patch could not be applied, and why.
type PatchError struct {
	Index int    // of the operation, from 0; -1 for a merge patch
	Op    string // its name in the patch; "merge" for a merge patch
	Path  string // of the place, a JSON pointer
	Err   error  // the reason
}

func (e *PatchError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("at %q: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("operation %d (%s %q): %v", e.Index, e.Op, e.Path, e.Err)
}

// Unwrap returns Err.
func (e *PatchError) Unwrap() error { return e.Err }

// Limits bounds what a patch from outside may cost. A patch that exceeds one is an error that
// wraps [ErrLimit]. Zero fields stand for the defaults.
type Limits struct {
	Bytes int // size of the patch, and of all JSON that its operations copy; default 1 MiB
	Ops   int // number of operations, or of members in a merge patch; default 10,000
	Depth int // nesting of the patch, and length of a path; default 100
}

func (l Limits) withDefaults() Limits {
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

// check returns an error that wraps [ErrLimit] for a document that is too long or too deep,
// and one that wraps [ErrPatch] for a document that is not strict JSON.
func (l Limits) check(doc []byte) error {
	if len(doc) > l.Bytes {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrLimit, len(doc), l.Bytes)
	}
	return jsonpatch.CheckPatch(doc, l.Depth)
}

// ApplyPatch applies a JSON Patch (RFC 6902) to the JSON form of v. It returns the next value
// and what changed. If an operation cannot be applied it returns v and a [*PatchError]. All
// six operations are supported, and reach everything that has a JSON form, by its names in
// JSON.
//
// The operations apply to the document: a field that omitempty leaves out is not there; one
// that the patch adds is there whatever its value, and one that it removes is not. After the
// last operation the result is decoded. If it does not fit its Go type, the error is that of
// the operation that wrote there last.
//
// Unlike in a document without types, an unknown field, or a name that is no key of the map,
// is an [ErrPath], and a field that is removed gets its zero value. In an any, integers
// beyond 2^53 become a [json.Number] and other numbers a float64.
func ApplyPatch[T any](v T, patch []byte, limits Limits) (T, Changes, error) {
	limits = limits.withDefaults()
	ops, err := limits.parse(patch)
	if err != nil {
		return v, Changes{}, err
	}
	return patchValue(v, limits, func(x *patcher) error {
		for i := range ops {
			if err := x.apply(&ops[i]); err != nil {
				return operationFailed(ops, i, err)
			}
		}
		return nil
	}, func(m *misfit) error { return operationFailed(ops, m.op-1, m.err) })
}

func (l Limits) parse(patch []byte) ([]jsonpatch.Operation, error) {
	if len(patch) > l.Bytes {
		return nil, l.check(patch)
	}
	ops, err := jsonpatch.Parse(patch, l.Ops, l.Depth)
	if e, ok := err.(*jsonpatch.Error); ok {
		err = &PatchError{Index: e.Index, Op: e.Op, Path: e.Path, Err: e.Err}
	}
	return ops, err
}

// operationFailed returns the error of operation i.
func operationFailed(ops []jsonpatch.Operation, i int, err error) error {
	return &PatchError{Index: i, Op: ops[i].Op, Path: ops[i].Text, Err: err}
}

// patchValue returns v with its JSON form edited by edit. If the result does not fit the Go
// type, the error is what refused returns.
func patchValue[T any](v T, limits Limits, edit func(*patcher) error, refused func(*misfit) error) (T, Changes, error) {
	p, err := planOf(reflect.TypeFor[T]())
	if err != nil {
		return v, Changes{}, err
	}
	x := newPatcher(p, unsafe.Pointer(&v), limits)
	if err := edit(x); err != nil {
		return v, Changes{}, err
	}
	next := p.alloc()
	if m := x.top.build(next); m != nil {
		return v, Changes{}, refused(m)
	}
	next, c, err := finishDraft(p, unsafe.Pointer(&v), next, false)
	if err != nil {
		return v, Changes{}, err
	}
	return *(*T)(next), c, nil
}
