package draft

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"unsafe"
)

// keyText returns a map key as the name of a JSON object's member, by the rules of
// encoding/json. A key without such a form is formatted by fmt.
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

// parseKey sets the p at a to the map key whose JSON name is token.
func (p *plan) parseKey(token string, a unsafe.Pointer) (err error) {
	v := p.value(a)
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok && v.Kind() != reflect.String {
		if err := u.UnmarshalText([]byte(token)); err != nil {
			return fmt.Errorf("%w: key %q: %w", ErrPath, token, err)
		}
		if keyText(v) != token {
			return fmt.Errorf("%w: key %q is written %q", ErrPath, token, keyText(v))
		}
		return nil
	}
	switch k := v.Kind(); {
	case k == reflect.String:
		v.SetString(token)
	case k >= reflect.Int && k <= reflect.Int64:
		var n int64
		n, err = strconv.ParseInt(token, 10, v.Type().Bits())
		v.SetInt(n)
	case k >= reflect.Uint && k <= reflect.Uintptr:
		var n uint64
		n, err = strconv.ParseUint(token, 10, v.Type().Bits())
		v.SetUint(n)
	default:
		return fmt.Errorf("%w: keys of type %s have no names", ErrPath, p.typ)
	}
	if err != nil || keyText(v) != token {
		return fmt.Errorf("%w: key %q is not a %s", ErrPath, token, p.typ)
	}
	return nil
}
