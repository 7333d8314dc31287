package draft

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"unsafe"
)

// parseKey makes the p at a the map key whose JSON name is token.
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

// fieldIn is the field with the given JSON name in the struct p at a, and where
// it is: with grow, in an embedded pointer that it fills if it is nil. The
// field is nil if there is none, the memory if it is in a nil pointer.
func (p *plan) fieldIn(a unsafe.Pointer, name string, grow bool) (f *field, at unsafe.Pointer) {
	for _, f := range p.fields {
		if !f.hidden && !f.inline && f.json == name {
			return f, unsafe.Add(a, f.offset)
		}
	}
	for _, f := range p.fields {
		if !f.inline {
			continue
		}
		e, x := f.plan, unsafe.Add(a, f.offset)
		if e.kind == kindPointer {
			q := (*unsafe.Pointer)(x)
			zero := *q == nil
			if e, x = e.elem, *q; zero {
				x = e.alloc()
			}
			found, at := e.fieldIn(x, name, grow)
			if found != nil && zero {
				if !grow {
					return found, nil
				}
				*q = x
			}
			if found != nil {
				return found, at
			}
			continue
		}
		if found, at := e.fieldIn(x, name, grow); found != nil {
			return found, at
		}
	}
	return nil, nil
}
