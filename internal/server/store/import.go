//go:build !wasm

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// A VersionError is returned by Import when an entry has another version than the kind
// in the database.
type VersionError struct {
	Entry   int // index of the entry
	Kind    kind.ID
	Version int64 // in the database; 0 when there is no such kind
}

func (e *VersionError) Error() string {
	if e.Version == 0 {
		return fmt.Sprintf("%s: there is no such kind any more", e.Kind)
	}
	return fmt.Sprintf("%s: there is such a kind, and its version is %d", e.Kind, e.Version)
}

// Imported counts the entries of an import.
type Imported struct {
	New     int `json:"new"`
	Changed int `json:"changed"`
	Same    int `json:"same"` // already as in the list
}

// Import adds and replaces many kinds in one transaction. An entry of version 0 is a
// new kind; any other replaces that version of its kind. Each entry that changes
// something is a commit. The mutation's Key is as in Change; its Kind is not used. With
// a key there is one more commit, the last one, which changes nothing and alone has the
// key: a reader of the log who has seen it has seen the whole import.
//
// Its errors are a *VersionError, ErrKeyReused and ErrBusy. After an error the database
// is unchanged.
func (s *Store) Import(ctx context.Context, m Mutation, entries []kind.Kind) (done Imported, replayed bool, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		now := s.now()
		if m.Key != "" {
			if err := deleteOldAnswers(ctx, tx, now); err != nil {
				return err
			}
			if replayed, err = findAnswer(ctx, tx, m, &done); replayed || err != nil {
				return err
			}
		}
		each := Mutation{Device: m.Device}
		for i, next := range entries {
			each.Kind = next.ID
			if err := importKind(ctx, tx, each, i, next, now, &done); err != nil {
				return err
			}
		}
		if m.Key == "" || len(entries) == 0 {
			return nil
		}
		m.Kind = each.Kind
		if err := insertCommit(ctx, tx, m, []operation{}, now); err != nil {
			return err
		}
		return insertAnswer(ctx, tx, m, done, now)
	})
	if err != nil {
		return Imported{}, false, err
	}
	s.notifyCommitted()
	return done, replayed, nil
}

// importKind imports the entry of index i, and counts it in done.
func importKind(ctx context.Context, tx *sql.Tx, m Mutation, i int, next kind.Kind, now time.Time, done *Imported) error {
	prev, err := findKind(ctx, tx, next.ID)
	switch {
	case errors.Is(err, ErrNotFound) && next.Version == 0:
		done.New++
		next.Version = 1
		if err := insertKinds(ctx, tx, []kind.Kind{next}); err != nil {
			return err
		}
		return insertCommit(ctx, tx, m, []operation{{"add", "", next}}, now)
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	case next.Version != prev.Version:
		return &VersionError{i, next.ID, prev.Version}
	case next.EqualContent(prev):
		done.Same++
		return nil
	}
	done.Changed++
	next.Version++
	if err := updateKind(ctx, tx, next); err != nil {
		return err
	}
	return insertCommit(ctx, tx, m, diffKinds(prev, next), now)
}
