package live

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// An Event is one commit of the server: the data of a server-sent event or of a push message.
type Event struct {
	// Version is the number of the commit: 1, 2, 3 ... None is used twice, none is left out.
	Version int64 `json:"version"`

	// Database is the name of the database that the version is of, which in a position is
	// after the dot; "" if the server does not name it. On the stream it is taken from the
	// position. See [Feed.Deliver] for events of another database than the value.
	Database string `json:"database,omitempty"`

	Entity string `json:"entity"` // id of what was changed

	// Patch is the change, a JSON Patch (RFC 6902) of the entity. It is nil in a push message
	// that had no room for it: the stream then brings the change.
	Patch json.RawMessage `json:"patch,omitempty"`

	// Mutation is the Idempotency-Key of the request, which is the saga.Task.ID of the task that
	// made the change; "" if it had none.
	Mutation string `json:"mutation,omitempty"`
}

// limits are those of a patch from outside.
var limits = draft.Limits{Bytes: 256 << 10, Ops: 1000, Depth: 32}

// Patched returns base with the event's patch applied: all of it, or nothing if a part of it does
// not fit T. Its errors are those of [draft.ApplyPatch].
func Patched[T any](base T, e Event) (T, error) {
	next, _, err := draft.ApplyPatch(base, e.Patch, limits)
	return next, err
}

// A position is a version of one database. As text it is the id of a server-sent event.
type position struct {
	version  int64
	database string
}

// parsePosition parses "17.ab12cd34", or an entity tag of it.
func parsePosition(id string) (position, error) {
	number, database, _ := strings.Cut(strings.Trim(strings.TrimPrefix(id, "W/"), `"`), ".")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil || version < 0 {
		return position{}, fmt.Errorf("live: %q is no position in an event stream", id)
	}
	return position{version, database}, nil
}

// streamURL returns the URL of the stream after a position. It keeps the query of base.
func streamURL(base string, after position) string {
	base, _, _ = strings.Cut(base, "#")
	path, query, _ := strings.Cut(base, "?")
	if query != "" {
		query = "&" + query
	}
	return path + "?after=" + url.QueryEscape(after.String()) + query
}

func (p position) String() string { return fmt.Sprintf("%d.%s", p.version, p.database) }
