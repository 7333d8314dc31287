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
	// maxDataLen is how large the data of a message may be, as JSON, in bytes. FCM
	// takes 4,096, and puts some of its own around it.
	maxDataLen = 3800

	maxTitleLen = 80 // characters
	maxNames    = 4  // kinds that a notification names
	maxNameLen  = 40 // characters of each of them
)

// newMessage is what a device is sent: data alone, so that the service worker gets
// it and decides whether there is something to show. All of it is text:
//
//	events  a JSON array of live.Event, oldest first
//	title   of the notification, for a person
//	body    of it
//	kind    the kind that it opens, "" for the list
//
// The commits are those that the device has not been told of, the text is about
// those that it did not make itself. The database is what the versions are of. When the events have no room there is one
// event without a patch in their place: something has changed, fetch it.
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

// newReloadMessage is for a device that is too far behind to be told of each commit.
func newReloadMessage(d store.Device, last store.Position) *messaging.Message {
	return &messaging.Message{Token: d.Token, Data: map[string]string{
		"events": encodeJSON([]live.Event{{Version: last.Version, Database: last.Database}}),
		"title":  "Relationship kinds have changed",
		"body":   "Many of them, while this device was away.",
		"kind":   "",
	}}
}

// describeCommits says what has changed, and where it is to be seen.
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

// describePatch says what a patch does. The title says which name the kind has now.
func describePatch(patch json.RawMessage) []string {
	var operations []struct {
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	_ = json.Unmarshal(patch, &operations) // the store wrote it; an older one's may say less
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

// joinClauses joins clauses into one; the last of two that say the same counts.
func joinClauses(clauses []string) string {
	var once []string
	for i, clause := range clauses {
		again := false
		for _, later := range clauses[i+1:] {
			again = again || later == clause
		}
		if !again {
			once = append(once, clause)
		}
	}
	joined := strings.Join(once, ", ")
	if joined == "" {
		return "It has changed."
	}
	return strings.ToUpper(joined[:1]) + joined[1:] + "."
}

// truncate is the text, cut to so many characters.
func truncate(text string, most int) string {
	if characters := []rune(text); len(characters) > most {
		return strings.TrimSpace(string(characters[:most-1])) + "…"
	}
	return text
}

func encodeJSON(value any) string {
	encoded, _ := json.Marshal(value) // texts, numbers, and JSON that the store checked
	return string(encoded)
}
