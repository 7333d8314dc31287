package draft

import (
	"fmt"
	"reflect"
	"strings"
)

// A location is where in a value a type stands. A [List] or [Map] is edited where
// it stands, so it can only be the whole value, a field of a struct, or an
// element of another List or Map.
type location string

const (
	editable        location = ""
	underPointer    location = "a pointer to it is never needed: it is as small as one"
	inSlice         location = "put it into a struct, or use a List instead of the slice"
	inMap           location = "a value in a plain map cannot be edited in place: use a Map instead"
	inKey           location = "it cannot be part of a key"
	behindInterface location = "a value behind an interface cannot be edited in place: use a field of its own type"
)

// ofField is the place of the fields of a struct that stands at p.
func (p location) ofField() location {
	if p == underPointer || p == inSlice {
		return editable
	}
	return p
}

// checkLocations returns ErrType, with the path, if a value of type t that stands
// at p has a List or a Map where it cannot be edited.
func checkLocations(t reflect.Type, p location) error {
	return (&locationChecker{seen: map[typeAt]bool{}}).check(t, p)
}

type typeAt struct {
	typ reflect.Type
	at  location
}

type locationChecker struct {
	seen map[typeAt]bool
	path []string
}

func (c *locationChecker) check(t reflect.Type, at location) error {
	if c.seen[typeAt{t, at}] || t == timeType || isOpaque(t) {
		return nil
	}
	c.seen[typeAt{t, at}] = true
	if s, ok := shapeOf(t); ok {
		if at != editable {
			return fmt.Errorf("%w: %s at %s: %s", ErrType, t, strings.Join(append([]string{"the value"}, c.path...), ""), at)
		}
		if s.key != nil {
			if err := c.checkPart("[key]", s.key, inKey); err != nil {
				return err
			}
		}
		return c.checkPart("[]", s.elem, editable)
	}
	inside := func(p location) location { // once a value is only ever copied, so is all in it
		if at.ofField() != editable {
			return at
		}
		return p
	}
	switch t.Kind() {
	case reflect.Pointer:
		return c.checkPart("", t.Elem(), inside(underPointer))
	case reflect.Slice:
		return c.checkPart("[]", t.Elem(), inside(inSlice))
	case reflect.Array:
		return c.checkPart("[]", t.Elem(), at)
	case reflect.Map:
		if err := c.checkPart("[key]", t.Key(), inside(inKey)); err != nil {
			return err
		}
		return c.checkPart("[]", t.Elem(), inside(inMap))
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if err := c.checkPart("."+f.Name, f.Type, at.ofField()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *locationChecker) checkPart(name string, t reflect.Type, at location) error {
	c.path = append(c.path, name)
	defer func() { c.path = c.path[:len(c.path)-1] }()
	return c.check(t, at)
}
