package jsonpatch

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

var (
	// ErrMalformed is returned for what is no patch, whatever it is applied to.
	ErrMalformed = errors.New("malformed patch")

	// ErrLimit is returned for what is longer or deeper than is allowed.
	ErrLimit = errors.New("patch exceeds a limit")

	// ErrTooMany is the ErrLimit of operations.
	ErrTooMany = fmt.Errorf("%w: too many operations", ErrLimit)
)

// Check accepts one JSON text (RFC 8259) in UTF-8 in which no object has a name
// twice, with at most depth arrays and objects inside each other: of more, the
// error is ErrLimit.
func Check(text []byte, depth int) error {
	if deeper(text, depth) {
		return fmt.Errorf("%w: arrays and objects are nested too deep, at most %d levels are allowed", ErrLimit, depth)
	}
	if !utf8.Valid(text) {
		return errors.New("it is not JSON: the text is not UTF-8")
	}
	if !json.Valid(text) {
		var v json.RawMessage
		return fmt.Errorf("it is not JSON: %w", json.Unmarshal(text, &v))
	}
	if name, ok := twice(text); ok {
		return fmt.Errorf("the name %q is there twice", name)
	}
	return nil
}

// CheckPatch is Check of a text that is a patch: its error is ErrLimit or
// ErrMalformed.
func CheckPatch(text []byte, depth int) error {
	err := Check(text, depth)
	if err != nil && !errors.Is(err, ErrLimit) {
		err = fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return err
}

// deeper reports whether brackets are nested deeper than depth.
func deeper(text []byte, depth int) bool {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth--; depth < 0 {
				return true
			}
		case c == ']' || c == '}':
			depth++
		}
	}
	return false
}

// An object is one that twice is in; of an array, too, with no names.
type object struct {
	array bool
	some  bool
	first string          // its first name
	names map[string]bool // all of them, once there are two
}

// has adds a name, and reports whether it was there.
func (o *object) has(name string) bool {
	if !o.some {
		o.some, o.first = true, name
		return false
	}
	if o.names == nil {
		o.names = map[string]bool{o.first: true}
	}
	was := o.names[name]
	o.names[name] = true
	return was
}

// twice returns a name that one object in a valid text has twice.
func twice(text []byte) (name string, found bool) {
	var within []object
	named := false // the next string is a name
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			within = append(within, object{array: text[i] == '['})
			named = text[i] == '{'
		case '}', ']':
			within = within[:len(within)-1]
			named = false
		case ',':
			named = !within[len(within)-1].array
		case '"':
			from := i
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if named {
				if name := unquoted(text[from : i+1]); within[len(within)-1].has(name) {
					return name, true
				}
				named = false
			}
		}
	}
	return "", false
}

// unquoted is the string that a valid JSON string means.
func unquoted(text []byte) string {
	for _, c := range text {
		if c == '\\' {
			var s string
			_ = json.Unmarshal(text, &s) // it is valid
			return s
		}
	}
	return string(text[1 : len(text)-1])
}
