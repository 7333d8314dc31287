package atom

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// parsePointer splits a JSON pointer (RFC 6901) into its tokens.
func parsePointer(s string, depth int) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	if s[0] != '/' {
		return nil, fmt.Errorf("%w: %q is not a JSON pointer", ErrPatch, s)
	}
	tokens := strings.Split(s[1:], "/")
	if len(tokens) > depth {
		return nil, fmt.Errorf("%w: a path of %d steps, at most %d", ErrLimit, len(tokens), depth)
	}
	for i, t := range tokens {
		for k := range len(t) {
			if t[k] == '~' && (k+1 == len(t) || t[k+1] != '0' && t[k+1] != '1') {
				return nil, fmt.Errorf("%w: %q has a ~ that is neither ~0 nor ~1", ErrPatch, s)
			}
		}
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
	}
	return tokens, nil
}

// index is the position that a token means in a sequence of n elements. With
// end, the place behind the last one is a position, and "-" means it.
func index(token string, n int, end bool) (int, error) {
	if end {
		if token == "-" {
			return n, nil
		}
		n++
	}
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 || strconv.Itoa(i) != token {
		return 0, fmt.Errorf("%w: %q is not a position", ErrPath, token)
	}
	if i >= n {
		return 0, fmt.Errorf("%w: position %d of %d", ErrPath, i, n)
	}
	return i, nil
}

// parseKey makes the p at a the map key whose JSON name is token.
func (p *plan) parseKey(token string, a unsafe.Pointer) (err error) {
	v := p.value(a)
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok && v.Kind() != reflect.String {
		if err := u.UnmarshalText([]byte(token)); err != nil {
			return fmt.Errorf("%w: key %q: %w", ErrPath, token, err)
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

// find is the field with the given JSON name in the struct p at a, and where
// it is: with make, in an embedded pointer that it fills if it is nil. The
// field is nil if there is none, the memory if it is in a nil pointer.
func (p *plan) find(a unsafe.Pointer, name string, make bool) (f *field, at unsafe.Pointer) {
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
				x = e.new()
			}
			found, at := e.find(x, name, make)
			if found != nil && zero {
				if !make {
					return found, nil
				}
				*q = x
			}
			if found != nil {
				return found, at
			}
			continue
		}
		if found, at := e.find(x, name, make); found != nil {
			return found, at
		}
	}
	return nil, nil
}
