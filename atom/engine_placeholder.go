package atom

// Stands in until the draft engine is merged.

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

var ErrUpdatePanicked = errors.New("update panicked")

type Step struct {
	Name          string
	offset, size_ uintptr
	Key           any
	ID            any
	Index         int
	kind          int
}
type Path []Step

func (p Path) String() string {
	s := ""
	for _, x := range p {
		switch x.kind {
		case 0:
			s += "/" + x.Name
		case 1:
			s += fmt.Sprint("/", x.Key)
		default:
			s += fmt.Sprint("/", x.Index, "#", x.ID)
		}
	}
	return s
}

type Changes struct{ paths_ []Path }

func (c Changes) Empty() bool { return len(c.paths_) == 0 }
func (c Changes) under(p Path) Changes {
	var out Changes
	for _, q := range c.paths_ {
		out.paths_ = append(out.paths_, append(append(Path{}, p...), q...))
	}
	return out
}
func deep[T any](v *T) *T {
	n := new(T)
	b, _ := json.Marshal(v)
	json.Unmarshal(b, n)
	return n
}
func update[T any](prev *T, edit func(*T)) (next *T, c Changes, err error) {
	defer func() {
		if r := recover(); r != nil {
			next, c, err = prev, Changes{}, fmt.Errorf("%w: %v", ErrUpdatePanicked, r)
		}
	}()
	n := deep(prev)
	edit(n)
	if equal(prev, n) {
		return prev, Changes{}, nil
	}
	return n, Changes{[]Path{nil}}, nil
}
func diff[T any](prev, next *T) (Changes, error) {
	if equal(prev, next) {
		return Changes{}, nil
	}
	return Changes{[]Path{nil}}, nil
}
func equal[T any](a, b *T) bool { return reflect.DeepEqual(a, b) }
func fieldPath[P any](offset, size uintptr, typ reflect.Type) (Path, bool) {
	t := reflect.TypeFor[P]()
	if t.Kind() != reflect.Struct {
		return nil, false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Offset == offset && f.Type == typ {
			return Path{{Name: f.Name, offset: offset, size_: size}}, true
		}
	}
	return nil, false
}
func elementKey[E any]() (func(*E) any, bool) {
	t := reflect.TypeFor[E]()
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("atom") == "key" {
			return func(e *E) any { return reflect.ValueOf(e).Elem().Field(i).Interface() }, true
		}
	}
	return nil, false
}

type (
	fieldID struct{ name string }
	keyID   struct{ key any }
	elemID  struct{ id any }
)

func (s Step) identity() any {
	switch s.kind {
	case 0:
		return fieldID{s.Name}
	case 1:
		return keyID{s.Key}
	case 2:
		if s.ID == nil {
			return nil
		}
		return elemID{s.ID}
	}
	return anywhere(s.Index)
}
func anywhereStep(id uint64) Step    { return Step{kind: 3, Index: int(id)} }
func keyStep(k any) Step             { return Step{kind: 1, Key: k} }
func identityStep(id any) Step       { return Step{kind: 2, ID: id, Index: -1} }
func elementStep(i int, id any) Step { return Step{kind: 2, ID: id, Index: i} }
func (c Changes) paths() []Path      { return c.paths_ }
