package draft

import (
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"unsafe"
)

// ErrUpdatePanicked is returned by updates whose function panicked. The error
// is then a [*PanicError] too.
var ErrUpdatePanicked = errors.New("draft: update panicked")

// A PanicError is what a panic in an update function becomes.
type PanicError struct {
	Value any    // what was given to panic
	Stack []byte // of the goroutine, at the panic
}

func (e *PanicError) Error() string { return fmt.Sprintf("%v: %v", ErrUpdatePanicked, e.Value) }

// Unwrap makes errors.Is find ErrUpdatePanicked, and the value if it is an error.
func (e *PanicError) Unwrap() []error {
	if err, ok := e.Value.(error); ok {
		return []error{ErrUpdatePanicked, err}
	}
	return []error{ErrUpdatePanicked}
}

// Revise runs edit on a private draft of *prev and returns the next value and
// what changed. *prev is never written to. The next value is prev and the
// changes, not the draft: a pointer into the draft that outlives edit leads
// nowhere. If nothing changed, next is prev itself.
//
// A draft has copies of everything that edit can reach through pointers,
// slices and maps, except what Lists and Maps hold: they copy what is edited.
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

func callEdit[T any](edit func(*T), draft *T) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	edit(draft)
	return nil
}

// Adopt is update for a value that was made elsewhere: it returns what differs
// between *prev and *value, and the next value, which has the contents of
// *value but shares nothing with it that the caller could write to.
func Adopt[T any](prev, value *T) (next *T, c Changes, err error) {
	p, err := planFor[T]()
	if err != nil {
		return nil, Changes{}, err
	}
	n, c, err := finishDraft(p, unsafe.Pointer(prev), unsafe.Pointer(value), true)
	return (*T)(n), c, err
}

// Seal is a copy of *value that shares nothing with it that the caller could
// write to: what a store keeps of a value that has no predecessor.
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

// Diff is what leads from *prev to *next, neither of which is ever written to
// again.
func Diff[T any](prev, next *T) (Changes, error) {
	_, c, err := Adopt(prev, next)
	return c, err
}
