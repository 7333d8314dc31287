package jsonpatch

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParsePointer splits a JSON pointer (RFC 6901) into its tokens, unescaped. Its
// error says what is wrong with it.
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

// Pointer is the JSON pointer with these tokens.
func Pointer(tokens ...string) string {
	s := ""
	for _, t := range tokens {
		s += "/" + Escape(t)
	}
	return s
}

// Escape is a token as it stands in a JSON pointer.
func Escape(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")
}

// ErrOutside is returned by Index for a position where no element is: an array
// of another length would have it.
var ErrOutside = errors.New("outside the array")

// Index is the position that a token means in an array of n elements. With end,
// the place behind the last one is a position, and "-" means it.
func Index(token string, n int, end bool) (int, error) {
	if token == "-" {
		if end {
			return n, nil
		}
		return 0, errors.New(`"-" is the position behind the last element: only something new can go there`)
	}
	if !plain(token) {
		return 0, fmt.Errorf("%q is not a position in an array", token)
	}
	i, err := strconv.Atoi(token)
	if err != nil || i > n || i == n && !end {
		return 0, fmt.Errorf("position %s of %d is %w", token, n, ErrOutside)
	}
	return i, nil
}

// plain reports whether s is a number as RFC 6901, section 4, has it: without
// sign and leading zero.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && (s[0] != '0' || s == "0")
}
