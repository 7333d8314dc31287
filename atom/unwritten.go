package atom

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// ErrWritten is what the debug mode reports when code has written to a value
// that it was handed, rather than to a draft of it.
var ErrWritten = errors.New("atom: a value was written to outside an update")

// A fingerprint knows what a value was, down to the last element of its Lists.
// It takes as long as a deep copy, so it is for debugging.
type fingerprint[T any] struct{ was *T }

// fingerprintOf remembers what *v is now.
func fingerprintOf[T any](v *T) (fingerprint[T], error) {
	p, err := planOf(reflect.TypeFor[T]())
	if err != nil {
		return fingerprint[T]{}, err
	}
	w := walk{whole: true}
	was := w.detached(p, unsafe.Pointer(v))
	return fingerprint[T]{(*T)(was)}, w.err
}

// checkUnwritten returns ErrWritten, with the path and what is there now and
// was there before, if *v is not any more what it was.
func (f fingerprint[T]) checkUnwritten(v *T) error {
	c, err := diff(f.was, v)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWritten, err)
	}
	for change := range c.All() {
		return fmt.Errorf("%w: %s", ErrWritten, change)
	}
	return nil
}
