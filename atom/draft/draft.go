package draft

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Update runs edit on a draft of prev, and returns the next value and what edit changed.
// prev stays as it was, and shares with the next value what did not change. A pointer into
// the draft must not be used after edit has returned.
//
// If edit panics, Update returns prev and a [*PanicError]. Other errors wrap [ErrType],
// [ErrCycle] or [ErrKey].
func Update[T any](prev T, edit func(*T)) (next T, c Changes, err error) {
	p, c, err := Revise(&prev, edit)
	if err != nil {
		return prev, c, err
	}
	return *p, c, nil
}

// ErrUpdatePanicked is wrapped by the [*PanicError] of an update whose function panicked.
var ErrUpdatePanicked = errors.New("draft: update panicked")

// PanicError is the error of an update whose function panicked.
type PanicError struct {
	Value any    // the argument of panic
	Stack []byte // the stack of the goroutine at the panic, as debug.Stack formats it
}

func (e *PanicError) Error() string { return fmt.Sprintf("%v: %v", ErrUpdatePanicked, e.Value) }

// Unwrap returns ErrUpdatePanicked, and Value if that is an error.
func (e *PanicError) Unwrap() []error {
	if err, ok := e.Value.(error); ok {
		return []error{ErrUpdatePanicked, err}
	}
	return []error{ErrUpdatePanicked}
}

// callEdit calls edit and turns a panic into an error.
func callEdit[T any](edit func(*T), draft *T) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	edit(draft)
	return nil
}
