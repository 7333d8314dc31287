package draft

import (
	"fmt"
	"reflect"
	"unsafe"
)

// Snapshot is a deep copy of a value, including the elements of its Lists and Maps, that
// finds out whether the value has been written to since. It is for a package that keeps
// values over time, which does so while it is debugged.
type Snapshot struct {
	plan *plan
	of   any            // the pointer to the value
	was  unsafe.Pointer // the copy, which shares nothing with it
}

// NewSnapshot returns a snapshot of the value that v points to, or nil if its type cannot be
// drafted.
func NewSnapshot(v any) *Snapshot {
	p, err := planOf(reflect.TypeOf(v).Elem())
	if err != nil {
		return nil
	}
	w := walk{everything: true}
	was := w.detachedCopy(p, pointerIn(v))
	if w.err != nil {
		return nil
	}
	return &Snapshot{plan: p, of: v, was: was}
}

// Of returns the pointer that the snapshot was made of.
func (s *Snapshot) Of() any { return s.of }

// Check returns an error that names the first difference of the value from the snapshot.
func (s *Snapshot) Check() error {
	_, c, err := finishDraft(s.plan, s.was, pointerIn(s.of), true)
	if err != nil {
		return fmt.Errorf("a %s: %w", s.plan.typ, err)
	}
	for change := range c.All() {
		return fmt.Errorf("a %s: %s", s.plan.typ, change)
	}
	return nil
}

// pointerIn returns the pointer that an interface holds.
func pointerIn(v any) unsafe.Pointer { return (*eface)(unsafe.Pointer(&v)).data }
