//go:build !wasm

package server

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// A precondition is the value of If-Match or If-None-Match (RFC 9110,
// section 13): "*", or entity tags.
type precondition struct {
	wildcard bool
	etags    []string
}

// entityTag is entity-tag of RFC 9110, section 8.8.3, with what stands before and after it in a list.
var entityTag = regexp.MustCompile(`^[ \t,]*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?:,|$)`)

// parsePrecondition reads the header of that name; nil when there is none.
// Its error is a problem.
func parsePrecondition(r *http.Request, name string) (*precondition, error) {
	values, ok := r.Header[name]
	if !ok {
		return nil, nil
	}
	rest := strings.TrimSpace(strings.Join(values, ","))
	if rest == "*" {
		return &precondition{wildcard: true}, nil
	}
	c := &precondition{}
	for rest != "" {
		found := entityTag.FindStringSubmatchIndex(rest)
		if found == nil {
			return nil, problemf(http.StatusBadRequest, `%s is "*" or a list of entity tags in double quotes`, name)
		}
		c.etags = append(c.etags, rest[found[2]:found[3]])
		rest = strings.TrimSpace(rest[found[1]:])
	}
	return c, nil
}

// matchesStrongly compares as If-Match does: a weak tag is equal to nothing.
func (c *precondition) matchesStrongly(tag string) bool {
	if c.wildcard {
		return true
	}
	for _, t := range c.etags {
		if t == tag && !strings.HasPrefix(t, "W/") {
			return true
		}
	}
	return false
}

// matchesWeakly compares as If-None-Match does: weak or not makes no difference.
func (c *precondition) matchesWeakly(tag string) bool {
	if c.wildcard {
		return true
	}
	for _, t := range c.etags {
		if strings.TrimPrefix(t, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// versionTag is the entity tag of one kind.
func versionTag(version int64) string { return fmt.Sprintf(`"%d"`, version) }
