package draft

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// Errors of [ApplyPatch] and [ApplyMergePatch], besides [ErrPath] and the
// errors of encoding/json for values that do not fit. They come in a
// [*PatchError], except for what is wrong with the document as a whole.
var (
	ErrPatch = jsonpatch.ErrMalformed
	ErrLimit = jsonpatch.ErrLimit
	ErrTest  = errors.New("draft: test operation failed")
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

// checkIndex returns ErrLimit for a document that is too long or too deep, and
// ErrPatch for one that is no strict JSON.
func (l Limits) check(doc []byte) error {
	if len(doc) > l.Bytes {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrLimit, len(doc), l.Bytes)
	}
	return jsonpatch.CheckPatch(doc, l.Depth)
}

// ApplyPatch returns v with a JSON Patch document (RFC 6902) applied to what v
// is as JSON, and what that changed; or, if one of the operations cannot be
// applySteps, v as it was and a [*PatchError]. All six operations are there, and a
// patch reaches what has a JSON form, by its names in JSON.
//
// The operations are those of the document: a field that omitempty leaves out is
// not there, one that a patch has put there is, whatever its value, and one that
// it has removed is not. When all are done, what they left is decoded; what does
// not fit its Go type then is the error of the operation that wrote there last.
//
// What differs from a document without types: an unknown field, and a key that
// is none of the map's, is an [ErrPath]; and a field that is removed gets its
// zero value. In an any, integers beyond 2^53 become a [json.Number] and other
// numbers float64.
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

// operationFailed is err with where it happened.
func operationFailed(ops []jsonpatch.Operation, i int, err error) error {
	return &PatchError{Index: i, Op: ops[i].Op, Path: ops[i].Text, Err: err}
}

// patchValue is v with the document that it is as JSON edited. What does not fit
// the Go type then is an error that refused tells.
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
