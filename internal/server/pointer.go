//go:build !wasm

package server

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A pointer is a JSON pointer (RFC 6901) in its parts, unescaped.
type pointer []string

var (
	wrongEscape = regexp.MustCompile(`~([^01]|$)`)
	unescape    = strings.NewReplacer("~1", "/", "~0", "~")
	escape      = strings.NewReplacer("~", "~0", "/", "~1")
)

// parsePointer reads a JSON pointer as strictly as RFC 6901 writes it.
func parsePointer(text string) (pointer, error) {
	if text == "" {
		return nil, nil
	}
	if text[0] != '/' {
		return nil, errors.New(`a JSON pointer is empty or begins with "/"`)
	}
	if wrongEscape.MatchString(text) {
		return nil, errors.New(`in a JSON pointer "~" is followed by 0 or 1`)
	}
	parts := strings.Split(text[1:], "/")
	for i, part := range parts {
		parts[i] = unescape.Replace(part)
	}
	return parts, nil
}

func (p pointer) String() string {
	var text strings.Builder
	for _, part := range p {
		text.WriteString("/" + escape.Replace(part))
	}
	return text.String()
}

// parent is where p's last part is looked up. p is not empty.
func (p pointer) parent() (pointer, string) { return p[:len(p)-1], p[len(p)-1] }

// within reports whether p points at q or at something inside it.
func (p pointer) within(q pointer) bool {
	return len(p) >= len(q) && slices.Equal(p[:len(q)], q)
}

// errMissing: a JSON pointer that is well formed leads nowhere. outside is set when
// what is missing is an element of an array, which another request may have
// taken out: the same patch was right before, or will be.
type errMissing struct {
	outside bool
	detail  string
}

func (e *errMissing) Error() string { return e.detail }

// get follows p through a document made of map[string]any and []any.
func (p pointer) get(document any) (any, error) {
	for _, part := range p {
		switch node := document.(type) {
		case map[string]any:
			member, ok := node[part]
			if !ok {
				return nil, &errMissing{detail: fmt.Sprintf("there is no %q here", part)}
			}
			document = member
		case []any:
			i, err := index(part, len(node))
			if err != nil {
				return nil, err
			}
			document = node[i]
		default:
			return nil, &errMissing{detail: fmt.Sprintf("there is nothing that %q could be in", part)}
		}
	}
	return document, nil
}

// plainNumber is array-index of RFC 6901, section 4: no sign, no leading zero.
var plainNumber = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

// index reads part as the position of one of n elements.
func index(part string, n int) (int, error) {
	if part == "-" {
		return 0, &errMissing{detail: `"-" is the place after the last element: only "add" can use it`}
	}
	if !plainNumber.MatchString(part) {
		return 0, &errMissing{detail: fmt.Sprintf("%q is no position in an array", part)}
	}
	i, err := strconv.Atoi(part)
	if err != nil || i >= n {
		return 0, &errMissing{outside: true, detail: fmt.Sprintf("position %s is outside the array of %d", part, n)}
	}
	return i, nil
}
