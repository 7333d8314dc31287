//go:build !wasm

package store

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// seeds returns three kinds.
func seeds() []kind.Kind {
	return []kind.Kind{
		{ID: "org:hasMember", Name: "has member", Description: "Indicates a member.", HasDirection: true, Inverse: "memberOf",
			Domain: []string{"Organization"}, Range: []string{"Agent"}, Vocabulary: "org", Version: 1},
		{ID: "org:linkedTo", Name: "linked to", Domain: []string{}, Range: []string{}, Vocabulary: "org", Version: 1},
		{ID: "org:memberOf", Name: "member of", HasDirection: true, Inverse: "hasMember",
			Domain: []string{"Agent"}, Range: []string{"Organization"}, Vocabulary: "org", Version: 1},
	}
}

func openStore(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, seeds())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func newStore(t *testing.T) *Store {
	t.Helper()
	return openStore(t, filepath.Join(t.TempDir(), "test.db"))
}

// rename returns an edit that changes the name of a kind.
func rename(name string) func(kind.Kind) (kind.Kind, error) {
	return func(k kind.Kind) (kind.Kind, error) {
		k.Name = name
		return k, nil
	}
}

func change(t *testing.T, s *Store, m Mutation, edit func(kind.Kind) (kind.Kind, error)) Result {
	t.Helper()
	result, err := s.Change(t.Context(), m, edit)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// A commitRow is a commit in the log.
type commitRow struct {
	version  int64
	kind     kind.ID
	patch    string
	mutation string
	time     int64
}

func commits(t *testing.T, s *Store) []commitRow {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), `SELECT version, kind, patch, mutation, time FROM commits ORDER BY version`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var log []commitRow
	for rows.Next() {
		var r commitRow
		if err := rows.Scan(&r.version, &r.kind, &r.patch, &r.mutation, &r.time); err != nil {
			t.Fatal(err)
		}
		log = append(log, r)
	}
	return log
}

func answers(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM answers`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestChangeWritesKindAndCommit(t *testing.T) {
	s := newStore(t)
	s.now = func() time.Time { return time.UnixMilli(1_700_000_000_123) }
	result := change(t, s, Mutation{Kind: "org:linkedTo", Key: "m1"}, func(k kind.Kind) (kind.Kind, error) {
		k.HasDirection = true
		k.Range = []string{"Organization"}
		return k, nil
	})
	if got := result.Kind; !got.HasDirection || got.Version != 2 || result.Replayed {
		t.Errorf("result %+v", result)
	}
	stored, err := s.Kind(t.Context(), "org:linkedTo")
	if err != nil || stored.Version != 2 || !stored.HasDirection || len(stored.Range) != 1 {
		t.Errorf("stored %+v, %v", stored, err)
	}
	want := commitRow{1, "org:linkedTo",
		`[{"op":"replace","path":"/has_direction","value":true},{"op":"replace","path":"/range","value":["Organization"]},{"op":"replace","path":"/version","value":2}]`,
		"m1", 1_700_000_000_123}
	if log := commits(t, s); len(log) != 1 || log[0] != want {
		t.Errorf("log %+v, want %+v", log, want)
	}
}

func TestAChangeOfNothingKeepsTheVersion(t *testing.T) {
	s := newStore(t)
	result := change(t, s, Mutation{Kind: "org:linkedTo"}, rename("linked to"))
	if result.Kind.Version != 1 || len(commits(t, s)) != 0 {
		t.Errorf("version %d, log %v", result.Kind.Version, commits(t, s))
	}
	result = change(t, s, Mutation{Kind: "org:linkedTo", Key: "m1"}, rename("linked to"))
	if log := commits(t, s); result.Kind.Version != 1 || len(log) != 1 || log[0].patch != "[]" || log[0].mutation != "m1" {
		t.Errorf("with a key: version %d, log %v; want its commit, and nothing in it", result.Kind.Version, log)
	}
	if again := change(t, s, Mutation{Kind: "org:linkedTo", Key: "m1"}, rename("other")); !again.Replayed || again.Kind.Name != "linked to" {
		t.Errorf("again: %+v", again)
	}
}

func TestFailedEditLeavesNothingBehind(t *testing.T) {
	s := newStore(t)
	refused := errors.New("refused")
	_, err := s.Change(t.Context(), Mutation{Kind: "org:linkedTo", Key: "m1"}, func(k kind.Kind) (kind.Kind, error) {
		k.Name = "half"
		return k, refused
	})
	if err != refused {
		t.Errorf("error %v, want the edit's own", err)
	}
	if k, _ := s.Kind(t.Context(), "org:linkedTo"); k.Name != "linked to" || len(commits(t, s)) != 0 || answers(t, s) != 0 {
		t.Errorf("left behind: %+v, %v, %d answers", k, commits(t, s), answers(t, s))
	}
	// The key can be used again.
	if result := change(t, s, Mutation{Kind: "org:linkedTo", Key: "m1"}, rename("whole")); result.Replayed {
		t.Error("replayed a failure")
	}
}

func TestPanickingEditLeavesNothingBehind(t *testing.T) {
	s := newStore(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		s.Change(t.Context(), Mutation{Kind: "org:linkedTo"}, func(kind.Kind) (kind.Kind, error) { panic("edit") })
	}()
	if result := change(t, s, Mutation{Kind: "org:linkedTo"}, rename("next")); result.Kind.Version != 2 {
		t.Errorf("after a panic: %+v", result)
	}
}

func TestAnUnknownKindIsNotFound(t *testing.T) {
	s := newStore(t)
	if _, err := s.Kind(t.Context(), "org:nothing"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Kind: %v", err)
	}
	if _, err := s.Change(t.Context(), Mutation{Kind: "org:nothing"}, rename("x")); !errors.Is(err, ErrNotFound) {
		t.Errorf("Change: %v", err)
	}
}

func TestSameKeyIsOneChange(t *testing.T) {
	s := newStore(t)
	m := Mutation{Kind: "org:linkedTo", Key: "m1", Request: "digest"}
	first := change(t, s, m, rename("once"))
	change(t, s, Mutation{Kind: "org:linkedTo"}, rename("later"))
	again := change(t, s, m, func(kind.Kind) (kind.Kind, error) {
		t.Error("edit was called again")
		return kind.Kind{}, nil
	})
	if !again.Replayed || again.Kind.Name != "once" || again.Kind.Version != first.Kind.Version {
		t.Errorf("again %+v, first %+v", again, first)
	}
	if log := commits(t, s); len(log) != 2 {
		t.Errorf("log %v", log)
	}
	m.Request = "another"
	if _, err := s.Change(t.Context(), m, rename("x")); !errors.Is(err, ErrKeyReused) {
		t.Errorf("the same key for another request: %v", err)
	}
}

func TestAnswersAreKeptForTheirLifetime(t *testing.T) {
	s := newStore(t)
	now := time.UnixMilli(1_700_000_000_000)
	s.now = func() time.Time { return now }
	m := Mutation{Kind: "org:linkedTo", Key: "m1", Request: "digest"}
	change(t, s, m, rename("once"))

	now = now.Add(AnswerLifetime - time.Millisecond)
	if result := change(t, s, m, rename("twice")); !result.Replayed {
		t.Error("forgotten too early")
	}
	now = now.Add(time.Millisecond)
	change(t, s, Mutation{Kind: "org:memberOf", Key: "m2"}, rename("other"))
	if n := answers(t, s); n != 1 {
		t.Errorf("%d answers kept, want only the new one", n)
	}
	if result := change(t, s, m, rename("twice")); result.Replayed || result.Kind.Name != "twice" {
		t.Errorf("kept too long: %+v", result)
	}
}

func TestPositionNamesTheState(t *testing.T) {
	s, other := newStore(t), newStore(t)
	before, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	change(t, s, Mutation{Kind: "org:linkedTo"}, rename("x"))
	_, after, err := s.Snapshot(t.Context())
	if err != nil || before.Version != 0 || after.Version != 1 || before.Database != after.Database {
		t.Errorf("marks %v, %v, %v", before, after, err)
	}
	if position, _ := other.Position(t.Context()); position == before {
		t.Error("two databases have the same position")
	}
}

func TestCancelledWhileWaitingChangesNothing(t *testing.T) {
	s := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Change(t.Context(), Mutation{Kind: "org:linkedTo"}, func(k kind.Kind) (kind.Kind, error) {
		waiting := make(chan error)
		go func() {
			_, err := s.Change(ctx, Mutation{Kind: "org:memberOf"}, rename("too late"))
			waiting <- err
		}()
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("waiting: %v", err)
		}
		return k, nil
	})
	if err != nil || len(commits(t, s)) != 0 {
		t.Errorf("%v, log %v", err, commits(t, s))
	}
}

func TestClientLeavingDuringAChangeDoesNotSplitIt(t *testing.T) {
	s := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	result, err := s.Change(ctx, Mutation{Kind: "org:linkedTo"}, func(k kind.Kind) (kind.Kind, error) {
		cancel()
		k.Name = "done"
		return k, nil
	})
	if err != nil || result.Kind.Version != 2 || len(commits(t, s)) != 1 {
		t.Errorf("%+v, %v, log %v", result, err, commits(t, s))
	}
}

func TestVersionsOfKeys(t *testing.T) {
	s := newStore(t)
	for _, key := range []string{"a", "", "b"} {
		change(t, s, Mutation{Kind: "org:linkedTo", Key: key}, rename("name "+key))
	}
	got, err := s.Versions(t.Context(), []string{"b", "unknown", "a"})
	if err != nil || !maps.Equal(got, map[string]int64{"a": 1, "b": 3}) {
		t.Errorf("got %v, %v", got, err)
	}
	var id, parent, unused int
	var plan string
	if err := s.read.QueryRowContext(t.Context(), `EXPLAIN QUERY PLAN `+versionsQuery, `["a"]`).Scan(&id, &parent, &unused, &plan); err != nil || !strings.Contains(plan, "INDEX commits_by_mutation") {
		t.Errorf("the whole log is read: %s, %v", plan, err)
	}
}
