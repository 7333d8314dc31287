package draft

import (
	"reflect"
	"unsafe"
)

// Revise is [Update] for a package that keeps values over time: it works on pointers, and
// returns prev itself if nothing changed. *prev is immutable from then on.
//
// The draft is a copy of everything that edit can reach through pointers, slices and maps,
// except for what is in Lists and Maps, which copy what is edited. The next value is prev
// with the changes, not the draft.
func Revise[T any](prev *T, edit func(*T)) (next *T, c Changes, err error) {
	p, err := planFor[T]()
	if err != nil {
		return nil, Changes{}, err
	}
	draft := new(T)
	*draft = *prev
	if p.hasSharedMemory {
		var w walk
		if w.detach(p, unsafe.Pointer(draft)); w.err != nil {
			return nil, Changes{}, w.err
		}
	}
	if err := callEdit(edit, draft); err != nil {
		return nil, Changes{}, err
	}
	n, c, err := finishDraft(p, unsafe.Pointer(prev), unsafe.Pointer(draft), false)
	return (*T)(n), c, err
}

// Adopt returns a value with the contents of *value that shares nothing with it that the
// caller could write to, and its differences from *prev. Where they agree the next value
// shares memory with prev; if they are equal it is prev. It is for a package that keeps
// values over time, which receives value from outside.
func Adopt[T any](prev, value *T) (next *T, c Changes, err error) {
	p, err := planFor[T]()
	if err != nil {
		return nil, Changes{}, err
	}
	n, c, err := finishDraft(p, unsafe.Pointer(prev), unsafe.Pointer(value), true)
	return (*T)(n), c, err
}

// Diff returns the changes that lead from *prev to *next, both of which are immutable from
// then on. It is for a package that keeps values over time.
func Diff[T any](prev, next *T) (Changes, error) {
	_, c, err := Adopt(prev, next)
	return c, err
}

// Seal returns a copy of *value that shares nothing with it that the caller could write to.
// It is for a package that keeps values over time: the copy has no journals, as the value
// that a draft leads to has none.
func Seal[T any](value *T) (*T, error) {
	p, err := planOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	n := new(T)
	*n = *value
	var w walk
	if p.hasSharedMemory {
		w.detach(p, unsafe.Pointer(n))
	}
	return n, w.err
}

// Reapply is [ApplyFrom] on pointers, for a package that keeps values over time. It returns
// prev itself if c is empty, and if there is an error.
func Reapply[T any](prev, before *T, c Changes) (*T, error) {
	p, err := planFor[T]()
	if err != nil {
		return prev, err
	}
	next, err := p.applyFrom(unsafe.Pointer(prev), unsafe.Pointer(before), c)
	return (*T)(next), err
}

// applied is [Apply] on pointers. It returns prev itself if c is empty, and if there is an
// error.
func applied[T any](prev *T, c Changes) (*T, error) {
	if c.Empty() {
		return prev, nil
	}
	p, err := planFor[T]()
	if err != nil {
		return prev, err
	}
	next, err := p.apply(unsafe.Pointer(prev), c)
	if err != nil {
		return prev, err
	}
	return (*T)(next), nil
}
