package draft

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// location says where in a value a type occurs. A [List] or [Map] is edited in place, so it
// may only be the whole value, a field of a struct, or an element of another List or Map.
// Other locations are the reason that the error gives.
type location string

const (
	editable        location = ""
	underPointer    location = "a pointer to it is never needed: it is as small as one"
	inSlice         location = "put it into a struct, or use a List instead of the slice"
	inMap           location = "a value in a plain map cannot be edited in place: use a Map instead"
	inKey           location = "it cannot be part of a key"
	behindInterface location = "a value behind an interface cannot be edited in place: use a field of its own type"
)

// ofField returns the location of the fields of a struct that is at p.
func (p location) ofField() location {
	if p == underPointer || p == inSlice {
		return editable
	}
	return p
}

// checkLocations returns an error that wraps [ErrType], with the path, if a t that is at p
// contains a List or Map where it cannot be edited.
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
	inside := func(p location) location { // a value that is only copied is copied with everything in it
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

const errNoIdentity = "a key must be a string, an integer, a bool, or an array or struct of these"

// canIdentify reports whether a t can be the identity of an element: equal ones stay equal
// whatever happens to the values around them, and each equals itself. A pointer differs in
// a copy, and so does what an interface holds; NaN differs from itself.
func canIdentify(t reflect.Type) bool {
	switch k := t.Kind(); k {
	case reflect.String, reflect.Bool:
		return true
	case reflect.Array:
		return canIdentify(t.Elem())
	case reflect.Struct:
		if t.PkgPath() == "unique" { // whose types are made to be compared
			return true
		}
		for i := range t.NumField() {
			if !canIdentify(t.Field(i).Type) {
				return false
			}
		}
		return true
	default:
		return k >= reflect.Int && k <= reflect.Uintptr
	}
}

// containsLock reports whether a copy of a t would copy a lock. As in go vet, t is a lock if
// a pointer to it is a [sync.Locker] and t itself is not.
func containsLock(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return false
	case reflect.Array:
		return containsLock(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if containsLock(t.Field(i).Type) {
				return true
			}
		}
	}
	return reflect.PointerTo(t).Implements(lockerType) && !t.Implements(lockerType)
}

// checkCopyable returns an error that wraps [ErrType] if a t must not be copied.
func checkCopyable(t reflect.Type) error {
	if containsLock(t) {
		return fmt.Errorf("%w: %s: %s", ErrType, t, errHasLock)
	}
	return nil
}

// ErrKey is returned by updates of a value with a Go map in which a key differs from itself,
// such as NaN: its element can neither be found nor removed.
var ErrKey = errors.New("draft: a map has a key that is not equal to itself, such as NaN")

// mayContainNaN reports whether a t, the key of a Go map, may differ from itself.
func mayContainNaN(t reflect.Type) bool {
	switch k := t.Kind(); k {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128, reflect.Interface:
		return true
	case reflect.Array:
		return mayContainNaN(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if mayContainNaN(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// checkKey reports whether an element of the Go map p can be found by its key k. If not, the
// walk fails with [ErrKey].
func (w *walk) checkKey(p *plan, k reflect.Value) bool {
	if !p.keyMayBeNaN || k.Equal(k) {
		return true
	}
	w.fail(ErrKey)
	return false
}
