package draft

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// A Path leads from a value to a part of it.
type Path []Step

// A Step goes from a value to a field of it, to what it holds under a key, or
// to one of its elements.
type Step struct {
	key   any // a *field of a struct; a key of a map or Map; of an element: its identity (its field tagged `atom:"key"`), or nil
	index int // of an element; -1 when only its identity is known
}

// noIndex is the index of a step that is known by its key alone.
const noIndex = -1

func KeyStep(key any) Step           { return Step{key: key, index: noIndex} }
func ElementStep(i int, id any) Step { return Step{key: id, index: i} }
func fieldStep(f *field) Step        { return Step{key: f, index: noIndex} }

// field is the struct field that the step goes to, or nil.
func (s Step) field() *field {
	f, _ := s.key.(*field)
	return f
}

// Key is the key or identity that the step goes to, nil when only a position is known.
func (s Step) Key() any { return s.key }

// Index is the index of the element that the step goes to, -1 when it is not known.
func (s Step) Index() int { return s.index }

// IsField reports whether the step goes to a field of a struct.
func (s Step) IsField() bool { return s.field() != nil }

// WithKey returns the step to what is called key there.
func (s Step) WithKey(key any) Step {
	s.key = key
	return s
}

// String is the step as it stands in a JSON pointer, without the slash.
func (s Step) String() string { return jsonpatch.Escape(s.token()) }

func (p Path) With(s Step) Path    { return append(p[:len(p):len(p)], s) }
func (p Path) split() (Path, Step) { return p[:len(p)-1], p[len(p)-1] }

//go:noinline
func (p Path) Join(q Path) (pq Path) { return append(append(make(Path, 0, len(p)+len(q)), p...), q...) }

// token is the step in a JSON pointer, not yet escaped.
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

// keyText is a map key as the name of a JSON object's member, by the rules of
// encoding/json. A key that has no such form is shown as fmt shows it.
func keyText(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Interface && v.IsNil():
		return "null"
	case v.Kind() == reflect.String:
		return v.String()
	case v.IsValid() && v.Type().Implements(texter):
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return ""
		}
		if text, err := v.Interface().(encoding.TextMarshaler).MarshalText(); err == nil {
			return string(text)
		}
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	}
	return fmt.Sprint(v)
}

// String is p as a JSON pointer (RFC 6901). A field that has no JSON form is
// shown by its name in Go.
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

// FieldPath returns the path from a P to the field of type t at offset, which
// may lie in structs that P contains. It is how a lens, which is only known as
// a pointer into a value, gets its name. Of an outer struct and its first
// field, which share an offset, t decides.
func FieldPath[P any](offset, size uintptr, t reflect.Type) (Path, bool) {
	p, err := planOf(reflect.TypeFor[P]())
	if err != nil {
		return nil, false
	}
	return p.fieldAt(nil, offset, size, t)
}

func (p *plan) fieldAt(path Path, offset, size uintptr, t reflect.Type) (Path, bool) {
	if offset == 0 && p.typ == t && p.size == size {
		return path, true
	}
	switch p.kind {
	case kindStruct:
		for _, f := range p.fields {
			if offset >= f.offset && offset+size <= f.offset+f.plan.size {
				if found, ok := f.plan.fieldAt(path.With(fieldStep(f)), offset-f.offset, size, t); ok {
					return found, ok
				}
			}
		}
	case kindArray:
		if p.elem.size > 0 {
			i := offset / p.elem.size
			return p.elem.fieldAt(path.With(ElementStep(int(i), nil)), offset-i*p.elem.size, size, t)
		}
	}
	return nil, false
}

// MayVanish tells whether a change at p can make something appear in or
// disappear from the JSON form above it: it lies in a field that omitempty or
// omitzero leaves out. Then the change is only exact as JSON when it is found
// by comparing the whole value.
func (p Path) MayVanish() bool {
	for i, s := range p {
		if f := s.field(); f != nil && (f.in.leaf || f.omit != nil && i < len(p)-1) {
			return true
		}
	}
	return false
}
