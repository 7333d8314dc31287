//go:build !wasm

package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func register(t *testing.T, s *Store, id, token string) {
	t.Helper()
	if err := s.SaveDevice(t.Context(), id, token); err != nil {
		t.Fatal(err)
	}
}

func wantBehind(t *testing.T, s *Store, reason string, want ...Device) {
	t.Helper()
	got, err := s.DevicesBehind(t.Context())
	if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v are behind, want %v, %v", reason, got, want, err)
	}
}

func TestADeviceIsBehindUntilItIsNotified(t *testing.T) {
	s := newStore(t)
	change(t, s, Mutation{Kind: "org:linkedTo"}, rename("before"))
	register(t, s, "a", "token a")
	wantBehind(t, s, "what was there when it registered")
	change(t, s, Mutation{Kind: "org:linkedTo", Device: "b"}, rename("one"))
	change(t, s, Mutation{Kind: "org:linkedTo"}, rename("two"))
	wantBehind(t, s, "after two changes", Device{"a", "token a", 1})
	register(t, s, "a", "another")
	wantBehind(t, s, "with a new token it still is", Device{"a", "another", 1})
	commits, err := s.Commits(t.Context(), 1, 10)
	if err != nil || len(commits) != 2 || commits[0].Device != "b" || commits[1].Device != "" {
		t.Errorf("%+v, %v", commits, err)
	}
	for _, version := range []int64{3, 2} {
		if err := s.SetNotified(t.Context(), "a", version); err != nil {
			t.Fatal(err)
		}
	}
	wantBehind(t, s, "told of all, and then of less")
}

func TestDevicesAreForgotten(t *testing.T) {
	for _, test := range []struct {
		reason string
		forget func(*Store) error
	}{
		{"by id", func(s *Store) error { return s.DeleteDevice(t.Context(), "a") }},
		{"by token", func(s *Store) error { return s.DeleteDeviceByToken(t.Context(), "token a") }},
		{"another device has its token", func(s *Store) error { return s.SaveDevice(t.Context(), "c", "token a") }},
		{"not seen for too long", func(s *Store) error {
			now := s.now()
			s.now = func() time.Time { return now.Add(DeviceLifetime / 2) }
			register(t, s, "b", "token b") // is seen again
			s.now = func() time.Time { return now.Add(DeviceLifetime) }
			return s.SaveDevice(t.Context(), "c", "token c")
		}},
	} {
		s := newStore(t)
		register(t, s, "a", "token a")
		register(t, s, "b", "token b")
		if err := test.forget(s); err != nil {
			t.Fatal(err)
		}
		change(t, s, Mutation{Kind: "org:linkedTo"}, rename("new"))
		behind, err := s.DevicesBehind(t.Context())
		if err != nil || len(behind) == 0 || behind[0].ID != "b" {
			t.Errorf("%s: %v, %v", test.reason, behind, err)
		}
	}
}

func TestADeadTokenDoesNotForgetItsDevice(t *testing.T) {
	s := newStore(t)
	register(t, s, "a", "dead")
	register(t, s, "a", "alive")
	if err := s.DeleteDeviceByToken(t.Context(), "dead"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.CountDevices(t.Context()); n != 1 || err != nil {
		t.Error(n, err)
	}
}

func TestTheNumberOfDevicesIsLimited(t *testing.T) {
	s := newStore(t)
	_, err := s.write.ExecContext(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO devices SELECT i, i, 0, ? FROM n`, MaxDevices, s.now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveDevice(t.Context(), "one more", "token"); !errors.Is(err, ErrTooManyDevices) {
		t.Error(err)
	}
	register(t, s, "1", "a new token for one of them")
}

func TestAnOlderDatabaseIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	writeDatabase(t, schema+fmt.Sprintf(`
		INSERT INTO kinds VALUES ('org:linkedTo', 'linked to', '', 0, '', '[]', '[]', 'org', 2);
		INSERT INTO commits (kind, patch, mutation, time) VALUES ('org:linkedTo', '[]', 'key', 1);
		PRAGMA application_id = %d; PRAGMA user_version = 1; PRAGMA journal_mode = wal`, applicationID))(path)
	s := openStore(t, path)
	kinds, position, err := s.Snapshot(t.Context())
	if err != nil || len(kinds) != 1 || kinds[0].Version != 2 || position.Version != 1 {
		t.Errorf("%v, %v, %v", kinds, position, err)
	}
	register(t, s, "a", "token a")
	change(t, s, Mutation{Kind: "org:linkedTo"}, rename("new"))
	wantBehind(t, s, "after a change", Device{"a", "token a", 1})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantBehind(t, openStore(t, path), "opened again", Device{"a", "token a", 1})
}
