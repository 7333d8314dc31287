//go:build !wasm

package server

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/atomsaga/atomsaga/internal/server/store"
)

// A precondition is the value of If-Match or If-None-Match: "*", or entity tags
// (RFC 9110, section 13).
type precondition struct {
	wildcard bool
	etags    []string
}

// entityTag matches an entity tag (RFC 9110, section 8.8.3) with the white space and
// commas around it in a list.
var entityTag = regexp.MustCompile(`^[ \t,]*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?:,|$)`)

// parsePrecondition returns the precondition in the named header, nil when there is
// none. Its error is a problem.
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

// matchesStrongly compares as If-Match does: a weak tag matches nothing.
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

// matchesWeakly compares as If-None-Match does: whether a tag is weak does not matter.
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

// versionTag returns the entity tag of a kind of that version.
func versionTag(version int64) string { return fmt.Sprintf(`"%d"`, version) }

// listTag returns the entity tag of the list of all kinds: it names the version of
// the database, and which database it is. It is weak, as it is the same for every
// encoding.
func listTag(position store.Position) string {
	return fmt.Sprintf(`W/"%d.%s"`, position.Version, position.Database)
}

// bodyTag returns a weak entity tag for a body.
func bodyTag(body []byte) string {
	return fmt.Sprintf(`W/"%x"`, sha256.Sum256(body))[:len(`W/"`)+24] + `"`
}
