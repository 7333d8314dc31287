package draft

import (
	"errors"
	"reflect"
)

// ErrKey is returned by updates of a value in which a map has a key that is not
// Equal to itself, such as NaN: what is under it can be neither found nor removed.
var ErrKey = errors.New("draft: a map has a key that is not equal to itself, such as NaN")

const errNoIdentity = "a key must be a string, an integer, a bool, or an array or struct of these"

// canIdentify tells whether a t can say which element it is: two that are equal stay
// so, whatever becomes of the values around them, and each is equal to itself. A
// pointer is another one in a copy, and so is what an interface holds; NaN differs
// from itself.
func canIdentify(t reflect.Type) bool {
	switch k := t.Kind(); k {
	case reflect.String, reflect.Bool:
		return true
	case reflect.Array:
		return canIdentify(t.Elem())
	case reflect.Struct:
		if t.PkgPath() == "unique" { // made to be compared
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

// mayContainNaN tells whether a t, the key of a map, may differ from itself.
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

// checkKey reports whether what is under the key k of the map p can be found, and
// fails if not.
func (w *walk) checkKey(p *plan, k reflect.Value) bool {
	if !p.keyMayBeNaN || k.Equal(k) {
		return true
	}
	w.fail(ErrKey)
	return false
}
