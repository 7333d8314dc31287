package draft

import (
	"fmt"
	"reflect"
	"strings"
)

// A place is where in a value a type stands. A [List] or [Map] is edited where
// it stands, so it can only be the whole value, a field of a struct, or an
// element of another List or Map.
type place string

const (
	editable        place = ""
	underPointer    place = "a pointer to it is never needed: it is as small as one"
	inSlice         place = "put it into a struct, or use a List instead of the slice"
	inMap           place = "a value in a plain map cannot be edited in place: use a Map instead"
	inKey           place = "it cannot be part of a key"
	behindInterface place = "a value behind an interface cannot be edited in place: use a field of its own type"
)

// below is the place of the fields of a struct that stands at p.
func (p place) below() place {
	if p == underPointer || p == inSlice {
		return editable
	}
	return p
}

// misplaced returns ErrType, with the path, if a value of type t that stands
// at p has a List or a Map where it cannot be edited.
func misplaced(t reflect.Type, p place) error {
	return (&placer{seen: map[placed]bool{}}).check(t, p)
}

type placed struct {
	typ reflect.Type
	at  place
}

type placer struct {
	seen map[placed]bool
	path []string
}

func (c *placer) check(t reflect.Type, at place) error {
	if c.seen[placed{t, at}] || t == timeType || opaque(t) {
		return nil
	}
	c.seen[placed{t, at}] = true
	if s, ok := shapeOf(t); ok {
		if at != editable {
			return fmt.Errorf("%w: %s at %s: %s", ErrType, t, strings.Join(append([]string{"the value"}, c.path...), ""), at)
		}
		if s.key != nil {
			if err := c.step("[key]", s.key, inKey); err != nil {
				return err
			}
		}
		return c.step("[]", s.elem, editable)
	}
	inside := func(p place) place { // once a value is only ever copied, so is all in it
		if at.below() != editable {
			return at
		}
		return p
	}
	switch t.Kind() {
	case reflect.Pointer:
		return c.step("", t.Elem(), inside(underPointer))
	case reflect.Slice:
		return c.step("[]", t.Elem(), inside(inSlice))
	case reflect.Array:
		return c.step("[]", t.Elem(), at)
	case reflect.Map:
		if err := c.step("[key]", t.Key(), inside(inKey)); err != nil {
			return err
		}
		return c.step("[]", t.Elem(), inside(inMap))
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if err := c.step("."+f.Name, f.Type, at.below()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *placer) step(name string, t reflect.Type, at place) error {
	c.path = append(c.path, name)
	defer func() { c.path = c.path[:len(c.path)-1] }()
	return c.check(t, at)
}
