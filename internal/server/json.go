//go:build !wasm

package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// checkJSON accepts one JSON text (RFC 8259) in UTF-8, at most maxDepth
// arrays and objects deep, with no name twice in one object: encoding/json
// takes the last of two and others take the first, so that what one of them has
// checked is not what the other one applies.
func checkJSON(text []byte, maxDepth int) error {
	if !utf8.Valid(text) {
		return errors.New("the text is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := checkValue(decoder, maxDepth); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("the text ends too early")
		}
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more text after the value")
	}
	return nil
}

// errTooDeep is returned by checkJSON.
var errTooDeep = errors.New("arrays and objects are nested too deep")

func checkValue(decoder *json.Decoder, depth int) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth == 0 {
		return errTooDeep
	}
	names := map[string]bool{}
	for decoder.More() {
		if open == '{' {
			name, err := decoder.Token()
			if err != nil {
				return err
			}
			if names[name.(string)] {
				return fmt.Errorf("the name %q is there twice", name)
			}
			names[name.(string)] = true
		}
		if err := checkValue(decoder, depth-1); err != nil {
			return err
		}
	}
	_, err = decoder.Token() // the closing bracket
	return err
}

// tree decodes a JSON text into map[string]any, []any and the like, with
// numbers as they are written.
func tree(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}

// equal compares two trees as "test" of RFC 6902 wants it: numbers by value.
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, value := range a {
			other, ok := b[name]
			if !ok || !equal(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case json.Number:
		b, ok := b.(json.Number)
		return ok && equalNumbers(a, b)
	}
	return a == b
}

// equalNumbers compares integers of 64 bits exactly, and what is written with
// a fraction, an exponent or more digits as a float64.
func equalNumbers(a, b json.Number) bool {
	i, errA := a.Int64()
	j, errB := b.Int64()
	if errA == nil && errB == nil {
		return i == j
	}
	x, errA := a.Float64()
	y, errB := b.Float64()
	return a == b || errA == nil && errB == nil && x == y
}
