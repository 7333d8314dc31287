package jsonpatch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParsePointer returns the unescaped tokens of a JSON pointer (RFC 6901). Its error says
// why s is none.
func ParsePointer(s string) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	if s[0] != '/' {
		return nil, fmt.Errorf(`%q is not a JSON pointer: that is empty or begins with "/"`, s)
	}
	tokens := strings.Split(s[1:], "/")
	for i, t := range tokens {
		for k := range len(t) {
			if t[k] == '~' && (k+1 == len(t) || t[k+1] != '0' && t[k+1] != '1') {
				return nil, fmt.Errorf(`%q is not a JSON pointer: "~" is followed by 0 or 1`, s)
			}
		}
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
	}
	return tokens, nil
}

// Pointer returns the JSON pointer with these tokens.
func Pointer(tokens ...string) string {
	s := ""
	for _, t := range tokens {
		s += "/" + Escape(t)
	}
	return s
}

// Escape escapes a token for a JSON pointer.
func Escape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

// ErrOutside is returned by Index for a position that only a longer array has.
var ErrOutside = errors.New("outside the array")

// Index returns the position that a token names in an array of n elements. With end, n
// is a position too, and "-" names it.
func Index(token string, n int, end bool) (int, error) {
	if token == "-" {
		if end {
			return n, nil
		}
		return 0, errors.New(`"-" is the position behind the last element: only something new can go there`)
	}
	if !isIndex(token) {
		return 0, fmt.Errorf("%q is not a position in an array", token)
	}
	i, err := strconv.Atoi(token)
	if err != nil || i > n || i == n && !end {
		return 0, fmt.Errorf("position %s of %d is %w", token, n, ErrOutside)
	}
	return i, nil
}

// isIndex reports whether s is an array index (RFC 6901, section 4): a number without sign
// or leading zero.
func isIndex(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && (s[0] != '0' || s == "0")
}
