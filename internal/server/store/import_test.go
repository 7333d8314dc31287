//go:build !wasm

package store

import (
	"errors"
	"testing"

	"github.com/atomsaga/atomsaga/internal/kind"
)

func TestImport(t *testing.T) {
	s := newStore(t)
	changed, same := seeds()[0], seeds()[1]
	changed.Name = "has as member"
	added := kind.Kind{ID: "org:knows", Name: "knows", Domain: []string{}, Range: []string{}, Vocabulary: "org"}
	m := Mutation{Key: "one", Request: "r"}
	done, replayed, err := s.Import(t.Context(), m, []kind.Kind{changed, same, added})
	if err != nil || replayed || done != (Imported{New: 1, Changed: 1, Same: 1}) {
		t.Fatalf("%+v, %v, %v", done, replayed, err)
	}
	log := commits(t, s)
	if len(log) != 3 || log[0].patch != `[{"op":"replace","path":"/name","value":"has as member"},{"op":"replace","path":"/version","value":2}]` || log[0].mutation != "" ||
		log[1].kind != "org:knows" || log[1].patch != `[{"op":"add","path":"","value":{"id":"org:knows","name":"knows","description":"",`+
		`"has_direction":false,"inverse":"","domain":[],"range":[],"vocabulary":"org","version":1}}]` ||
		log[2].mutation != "one" || log[2].patch != "[]" { // only who has read all of them has read the key
		t.Errorf("the log has %+v", log)
	}
	if again, replayed, err := s.Import(t.Context(), m, []kind.Kind{changed, same, added}); err != nil || !replayed || again != done {
		t.Errorf("again: %+v, %v, %v", again, replayed, err)
	}
	m.Request = "another"
	if _, _, err := s.Import(t.Context(), m, nil); !errors.Is(err, ErrKeyReused) {
		t.Errorf("the key of another request: %v", err)
	}
}

func TestAFailedImportLeavesNothing(t *testing.T) {
	s := newStore(t)
	added := kind.Kind{ID: "org:knows", Name: "knows", Vocabulary: "org"}
	there := seeds()[0]
	there.Version = 2
	_, _, err := s.Import(t.Context(), Mutation{Key: "one", Request: "r"}, []kind.Kind{added, there})
	var version *VersionError
	if !errors.As(err, &version) || *version != (VersionError{1, there.ID, 1}) {
		t.Fatal(err)
	}
	if _, err := s.Kind(t.Context(), added.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("what came before is there: %v", err)
	}
	if log := commits(t, s); len(log) != 0 {
		t.Errorf("the log has %+v", log)
	}
	if _, replayed, err := s.Import(t.Context(), Mutation{Key: "one", Request: "r"}, []kind.Kind{added}); replayed || err != nil {
		t.Errorf("the key counts as used: %v, %v", replayed, err)
	}
}
