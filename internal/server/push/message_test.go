//go:build !wasm

package push

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

// commit returns a commit that changes a field of a kind.
func commit(version int64, id kind.ID, field string, value any) store.Commit {
	patch, _ := json.Marshal([]map[string]any{{"op": "replace", "path": "/" + field, "value": value}})
	return store.Commit{Version: version, Kind: id, Patch: patch, Mutation: "m", Device: "other"}
}

func TestNotificationTexts(t *testing.T) {
	names := map[kind.ID]string{}
	many := func(n int) (commits []store.Commit) {
		for i := range n {
			id := kind.ID(fmt.Sprint("org:", i))
			names[id] = fmt.Sprint("kind ", i)
			commits = append(commits, commit(int64(i+1), id, "name", "x"))
		}
		return commits
	}
	names["org:a"] = "member of"
	names["org:long"] = strings.Repeat("long ", 40)
	for _, test := range []struct {
		reason            string
		commits           []store.Commit
		title, body, open string
	}{
		{"a name", []store.Commit{commit(1, "org:a", "name", "member of")}, "member of", "Has a new name.", "org:a"},
		{"several fields", []store.Commit{commit(1, "org:a", "description", "x"), commit(2, "org:a", "inverse", "y"), commit(3, "org:a", "range", nil)},
			"member of", "Has a new description, has another inverse, connects other classes.", "org:a"},
		{"there and back", []store.Commit{commit(1, "org:a", "has_direction", true), commit(2, "org:a", "name", "z"), commit(3, "org:a", "has_direction", false)},
			"member of", "Has a direction now, has a new name, reads the same both ways now.", "org:a"},
		{"twice the same", []store.Commit{commit(1, "org:a", "name", "x"), commit(2, "org:a", "name", "y")}, "member of", "Has a new name.", "org:a"},
		{"what no one sees", []store.Commit{commit(1, "org:a", "version", 3)}, "member of", "It has changed.", "org:a"},
		{"a new one", []store.Commit{{Version: 1, Kind: "org:a", Patch: []byte(`[{"op":"add","path":"","value":{}}]`)}}, "member of", "Is new.", "org:a"},
		{"two kinds", many(2), "2 relationship kinds have changed", "kind 0, kind 1", ""},
		{"many kinds", many(7), "7 relationship kinds have changed", "kind 0, kind 1, kind 2, kind 3 and 3 more", ""},
		{"a long name", []store.Commit{commit(1, "org:long", "name", "x")}, strings.Repeat("long ", 15) + "long…", "Has a new name.", "org:long"},
	} {
		got := describeCommits(test.commits, names)
		if got["title"] != test.title || got["body"] != test.body || got["kind"] != test.open {
			t.Errorf("%s: %q", test.reason, got)
		}
	}
}

// FCM refuses more than 4 KB, and the text of a change can have 40.
func TestEventsThatAreTooLargeAreReplacedByOne(t *testing.T) {
	names := map[kind.ID]string{"org:a": "a"}
	for n := 3000; n < 4200; n++ {
		commits := []store.Commit{commit(7, "org:a", "description", strings.Repeat("x", n))}
		data := newMessage(store.Device{ID: "d"}, "db", commits, names).Data
		if len(encodeJSON(data)) > maxDataLen {
			t.Fatalf("%d characters: %d bytes", n, len(encodeJSON(data)))
		}
		got := events(t, data)
		if len(got) != 1 || got[0].Version != 7 || got[0].Database != "db" || got[0].Entity != "org:a" {
			t.Fatalf("%d characters: %+v", n, got)
		}
		if whole := got[0].Patch != nil; n < 3500 && !whole || n > maxDataLen && whole {
			t.Fatalf("%d characters: with its patch: %v", n, whole)
		}
	}
}

func TestTheLargestNotificationFits(t *testing.T) {
	for _, character := range []string{"x", "\"", "<", "\u2028", "😀"} {
		names := map[kind.ID]string{}
		var commits []store.Commit
		for i := range 12 {
			id := kind.ID(fmt.Sprintf("vocabulary:with_a_rather_long_local_name_%d", i))
			names[id] = strings.Repeat(character, kind.MaxName)
			for _, field := range []string{"name", "description", "has_direction", "inverse", "domain"} {
				commits = append(commits, commit(int64(len(commits)+1), id, field, strings.Repeat(character, kind.MaxName)))
			}
			if size := len(encodeJSON(newMessage(store.Device{}, "db", commits, names).Data)); size > maxDataLen {
				t.Fatalf("%q in %d kinds: %d bytes", character, i+1, size)
			}
		}
	}
}
