package live

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// An Event is one commit of the server: the data of a server-sent event, and of
// a push message.
type Event struct {
	// Version is that of the server's whole state after the commit: 1, 2, 3 ...
	// None is used twice, none is left out.
	Version int64 `json:"version"`

	// Database is the name of the database that the version is one of, as it stands in
	// positions behind the dot; "" where the server names none. On the stream the
	// position says it. An event that comes by another way and is of another database
	// than the base, or does not say, changes nothing: the server is asked what is so.
	Database string `json:"database,omitempty"`

	Entity string `json:"entity"` // what was changed, by its id

	// Patch is the change, a JSON Patch (RFC 6902) of the entity. None says only
	// that something has changed: a push message that had no room for it.
	Patch json.RawMessage `json:"patch,omitempty"`

	// Mutation is the Idempotency-Key that the change came with, which is the
	// saga.Task.ID of the task that made it; "" when there was none.
	Mutation string `json:"mutation,omitempty"`
}

// What a patch from outside may cost a page.
var limits = draft.Limits{Bytes: 256 << 10, Ops: 1000, Depth: 32}

// Patched returns base with the event's patch applied: as a whole, and only if
// everything in it fits T. Its errors are those of [draft.ApplyPatch].
func Patched[T any](base T, e Event) (T, error) {
	next, _, err := draft.ApplyPatch(base, e.Patch, limits)
	return next, err
}

// A position is a version of one database: the id of a server-sent event.
type position struct {
	version  int64
	database string
}

// parsePosition reads "17.ab12cd34", also as an entity tag.
func parsePosition(id string) (position, error) {
	number, database, _ := strings.Cut(strings.Trim(strings.TrimPrefix(id, "W/"), `"`), ".")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil || version < 0 {
		return position{}, fmt.Errorf("live: %q is no position in an event stream", id)
	}
	return position{version, database}, nil
}

// address is that of the stream behind a position. What the feed was told to ask for
// stays in it.
func address(of string, behind position) string {
	of, _, _ = strings.Cut(of, "#")
	path, query, _ := strings.Cut(of, "?")
	if query != "" {
		query = "&" + query
	}
	return path + "?after=" + url.QueryEscape(behind.String()) + query
}

func (p position) String() string { return fmt.Sprintf("%d.%s", p.version, p.database) }
