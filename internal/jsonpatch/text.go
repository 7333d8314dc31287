package jsonpatch

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

var (
	// ErrMalformed is returned for a text that is not a patch.
	ErrMalformed = errors.New("malformed patch")

	// ErrLimit is returned for a patch that is longer or deeper than allowed.
	ErrLimit = errors.New("patch exceeds a limit")

	// ErrTooMany is the ErrLimit for the number of operations.
	ErrTooMany = fmt.Errorf("%w: too many operations", ErrLimit)
)

// Check returns an error unless text is one JSON text (RFC 8259) in UTF-8 in which no
// object has a name twice. With more than maxDepth nested arrays and objects the error is
// ErrLimit.
func Check(text []byte, maxDepth int) error {
	if isDeeper(text, maxDepth) {
		return fmt.Errorf("%w: arrays and objects are nested too deep, at most %d levels are allowed", ErrLimit, maxDepth)
	}
	if !utf8.Valid(text) {
		return errors.New("it is not JSON: the text is not UTF-8")
	}
	if !json.Valid(text) {
		var v json.RawMessage
		return fmt.Errorf("it is not JSON: %w", json.Unmarshal(text, &v))
	}
	if name, ok := duplicateName(text); ok {
		return fmt.Errorf("the name %q is there twice", name)
	}
	return nil
}

// CheckPatch is Check for the text of a patch: its error is ErrLimit or ErrMalformed.
func CheckPatch(text []byte, maxDepth int) error {
	err := Check(text, maxDepth)
	if err != nil && !errors.Is(err, ErrLimit) {
		err = fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return err
}

// isDeeper reports whether more than depth brackets are nested in the text.
func isDeeper(text []byte, depth int) bool {
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

// A container is an object or array that duplicateName is in.
type container struct {
	array bool
	named bool            // first is set
	first string          // its first name
	names map[string]bool // all of them, once there are two
}

// add adds a name, and reports whether it was there already.
func (o *container) add(name string) bool {
	if !o.named {
		o.named, o.first = true, name
		return false
	}
	if o.names == nil {
		o.names = map[string]bool{o.first: true}
	}
	found := o.names[name]
	o.names[name] = true
	return found
}

// duplicateName returns a name that an object in a valid JSON text has twice, if there is
// one. It decodes nothing but names.
func duplicateName(text []byte) (name string, found bool) {
	var within []container
	nameNext := false // the next string is a name
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			within = append(within, container{array: text[i] == '['})
			nameNext = text[i] == '{'
		case '}', ']':
			within = within[:len(within)-1]
			nameNext = false
		case ',':
			nameNext = !within[len(within)-1].array
		case '"':
			from := i
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if nameNext {
				if name := unquote(text[from : i+1]); within[len(within)-1].add(name) {
					return name, true
				}
				nameNext = false
			}
		}
	}
	return "", false
}

// unquote returns the value of a valid JSON string.
func unquote(text []byte) string {
	for _, c := range text {
		if c == '\\' {
			var s string
			_ = json.Unmarshal(text, &s) // it is valid
			return s
		}
	}
	return string(text[1 : len(text)-1])
}
