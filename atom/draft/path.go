package draft

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// Path leads from a value to a part of it, step by step. The empty path is the value itself.
// Pointers and interfaces on the way are followed and have no step of their own.
type Path []Step

// Step goes from a value to one of its parts:
//
//   - from a struct to a field: [Step.Field] returns its name;
//   - from a map or a [Map] to the element under a key: [Step.Key] returns the key;
//   - from an array, slice or [List] to an element: [Step.Index] returns its position, and
//     [Step.Key] its identity, the field tagged `atom:"key"`, if it has one.
type Step struct {
	key   any // a *field, a key, or the identity of an element, which may be nil
	index int // of an element; noIndex if there is none, or it is not known
}

// noIndex is the index of a step that has only a key.
const noIndex = -1

// KeyStep returns the step to the element under key. It is for a package that keeps values
// over time.
func KeyStep(key any) Step { return Step{key: key, index: noIndex} }

// ElementStep returns the step to the element at position i with the identity id, which is
// nil if it has none. It is for a package that keeps values over time.
func ElementStep(i int, id any) Step { return Step{key: id, index: i} }

func fieldStep(f *field) Step { return Step{key: f, index: noIndex} }

// field returns the struct field that the step goes to, or nil.
func (s Step) field() *field {
	f, _ := s.key.(*field)
	return f
}

// Field returns the name in Go of the struct field that the step goes to, and whether it goes
// to one.
func (s Step) Field() (name string, ok bool) {
	if f := s.field(); f != nil {
		return f.name, true
	}
	return "", false
}

// Key returns the key of a map or [Map], or the identity of an element, that the step goes
// to. It is nil for a field, and for an element that has no identity.
func (s Step) Key() any {
	if s.field() != nil {
		return nil
	}
	return s.key
}

// Index returns the position of the element that the step goes to, or -1 if the step goes to
// a field or a key.
func (s Step) Index() int { return s.index }

// WithKey returns the step to the element that has another key or identity. It is for a
// package that keeps values over time.
func (s Step) WithKey(key any) Step {
	s.key = key
	return s
}

// Identity returns what is equal for all steps to the same part: the field, the key, or the
// identity of the element. It is nil if only a position is known, so that the step may go to
// any element. It is for a package that keeps values over time.
func (s Step) Identity() any {
	switch s.key.(type) {
	case nil, *field, string, int, anywhere: // the most common types, which are comparable
		return s.key
	}
	if !reflect.TypeOf(s.key).Comparable() {
		return nil
	}
	return s.key
}

// String returns the step as a token of a JSON pointer, escaped.
func (s Step) String() string { return jsonpatch.Escape(s.token()) }

// token returns the step as a token of a JSON pointer, not escaped.
func (s Step) token() string {
	f := s.field()
	switch {
	case f != nil:
		return f.json
	case s.index != noIndex:
		return strconv.Itoa(s.index)
	}
	return keyText(reflect.ValueOf(s.key))
}

// String returns p as a JSON pointer (RFC 6901). A field without a JSON form appears by its
// name in Go.
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p {
		if f := s.field(); f == nil || !f.inline {
			b.WriteByte('/')
			b.WriteString(s.String())
		}
	}
	return b.String()
}

// With returns p followed by s.
func (p Path) With(s Step) Path { return append(p[:len(p):len(p)], s) }

// split returns p without its last step, and that step.
func (p Path) split() (Path, Step) { return p[:len(p)-1], p[len(p)-1] }

// Join returns p followed by q.
//
//go:noinline
func (p Path) Join(q Path) (pq Path) { return append(append(make(Path, 0, len(p)+len(q)), p...), q...) }

// Clone returns a copy of p that keeps no memory of the values alive in which p was found.
func (p Path) Clone() Path {
	q := append(Path(nil), p...)
	for i, step := range q {
		if step.key != nil && step.field() == nil {
			key := reflect.New(reflect.TypeOf(step.key)).Elem()
			key.Set(reflect.ValueOf(step.key))
			q[i].key = key.Interface()
		}
	}
	return q
}
