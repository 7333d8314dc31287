//go:build !wasm

package push

import (
	"encoding/json"
	"fmt"
	"strings"

	"firebase.google.com/go/v4/messaging"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
	"github.com/atomsaga/atomsaga/saga/live"
)

const (
	// maxDataLen is the largest size of a message's data, as JSON, in bytes. FCM accepts
	// 4,096, and adds data of its own.
	maxDataLen = 3800

	maxTitleLen = 80 // characters
	maxNames    = 4  // kinds that a notification names
	maxNameLen  = 40 // characters of each of them
)

// newMessage returns the message for a device about commits. It has data only,
// so that the service worker decides whether to show a notification:
//
//	events  a JSON array of live.Event, oldest first
//	title   of the notification
//	body    of the notification
//	kind    the kind that the notification opens, "" for the list
//
// The events are all commits; title and body are about those that the device did not
// make itself. When the events are too large, one event without a patch takes their
// place: it makes the page fetch what has changed.
func newMessage(d store.Device, database string, commits []store.Commit, names map[kind.ID]string) *messaging.Message {
	events := make([]live.Event, len(commits))
	for i, c := range commits {
		events[i] = live.Event{Version: c.Version, Database: database, Entity: string(c.Kind), Patch: c.Patch, Mutation: c.Mutation}
	}
	data := describeCommits(commitsOfOthers(d, commits), names)
	data["events"] = encodeJSON(events)
	if len(encodeJSON(data)) > maxDataLen {
		data["events"] = encodeJSON([]live.Event{{Version: commits[len(commits)-1].Version, Database: database, Entity: data["kind"]}})
	}
	return &messaging.Message{Token: d.Token, Data: data}
}

// newReloadMessage returns the message for a device that is too far behind to be sent
// each commit.
func newReloadMessage(d store.Device, last store.Position) *messaging.Message {
	return &messaging.Message{Token: d.Token, Data: map[string]string{
		"events": encodeJSON([]live.Event{{Version: last.Version, Database: last.Database}}),
		"title":  "Relationship kinds have changed",
		"body":   "Many of them, while this device was away.",
		"kind":   "",
	}}
}

// describeCommits returns the title, body and kind of a notification about commits.
func describeCommits(commits []store.Commit, names map[kind.ID]string) map[string]string {
	var ids []kind.ID
	changed := map[kind.ID][]string{}
	for _, c := range commits {
		if changed[c.Kind] == nil {
			ids = append(ids, c.Kind)
		}
		changed[c.Kind] = append(changed[c.Kind], describePatch(c.Patch)...)
	}
	if len(ids) == 1 {
		return map[string]string{
			"title": truncate(names[ids[0]], maxTitleLen),
			"body":  joinClauses(changed[ids[0]]),
			"kind":  string(ids[0]),
		}
	}
	var list []string
	for _, id := range ids[:min(len(ids), maxNames)] {
		list = append(list, truncate(names[id], maxNameLen))
	}
	body := strings.Join(list, ", ")
	if more := len(ids) - len(list); more > 0 {
		body += fmt.Sprintf(" and %d more", more)
	}
	return map[string]string{"title": fmt.Sprintf("%d relationship kinds have changed", len(ids)), "body": body, "kind": ""}
}

// describePatch returns a clause for each field that a patch changes. It has no new name:
// that is in the title.
func describePatch(patch json.RawMessage) []string {
	var operations []struct {
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	_ = json.Unmarshal(patch, &operations) // written by the store; an older version may have written less
	clauses := []string{}
	for _, o := range operations {
		switch o.Path {
		case "":
			clauses = append(clauses, "is new")
		case "/name":
			clauses = append(clauses, "has a new name")
		case "/description":
			clauses = append(clauses, "has a new description")
		case "/has_direction":
			clause := "has a direction now"
			if o.Value == false {
				clause = "reads the same both ways now"
			}
			clauses = append(clauses, clause)
		case "/inverse":
			clauses = append(clauses, "has another inverse")
		case "/domain", "/range":
			clauses = append(clauses, "connects other classes")
		}
	}
	return clauses
}

// joinClauses joins clauses into a sentence. Of equal clauses the last one is kept.
func joinClauses(clauses []string) string {
	var once []string
	for i, clause := range clauses {
		repeated := false
		for _, later := range clauses[i+1:] {
			repeated = repeated || later == clause
		}
		if !repeated {
			once = append(once, clause)
		}
	}
	joined := strings.Join(once, ", ")
	if joined == "" {
		return "It has changed."
	}
	return strings.ToUpper(joined[:1]) + joined[1:] + "."
}

// truncate returns the text, cut to at most limit characters.
func truncate(text string, limit int) string {
	if characters := []rune(text); len(characters) > limit {
		return strings.TrimSpace(string(characters[:limit-1])) + "…"
	}
	return text
}

// encodeJSON encodes a value that has a JSON encoding.
func encodeJSON(value any) string {
	encoded, _ := json.Marshal(value)
	return string(encoded)
}
