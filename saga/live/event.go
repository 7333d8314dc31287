// Package live keeps what a page shows the way the server has it: every commit
// of the server, whoever has made it, changes the base of the page's atoms,
// under whatever the user has just done.
package live

import "encoding/json"

// An Event is one commit of the server: the data of a server-sent event, and of
// a push message.
type Event struct {
	// Version is that of the server's whole state after the commit: 1, 2, 3 ...
	// None is used twice, none is left out.
	Version int64 `json:"version"`

	Entity string `json:"entity"` // what was changed, by its id

	// Patch is the change, a JSON Patch (RFC 6902) of the entity. None says only
	// that something has changed: a push message that had no room for it.
	Patch json.RawMessage `json:"patch,omitempty"`

	// Mutation is the Idempotency-Key that the change came with, which is the
	// [saga.Task.ID] of the task that made it; "" when there was none.
	Mutation string `json:"mutation,omitempty"`
}
