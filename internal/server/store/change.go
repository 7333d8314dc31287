//go:build !wasm

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"reflect"
	"time"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// A Mutation describes a change: of what, in which request, by whom.
type Mutation struct {
	Kind    kind.ID
	Key     string // the Idempotency-Key, "" when the request has none
	Request string // digest of the request; one key with two digests is ErrKeyReused
	Device  string // id of the device that makes the change, "" when it has not registered
}

// A Result is the outcome of Change.
type Result struct {
	Kind     kind.Kind // after the change
	Replayed bool      // the change was made before, with the same key
}

// Change edits one kind in one transaction: it calls edit with the kind, writes the
// result with the next version, and writes the commit and the answer. When the key was
// used before, it returns the answer given then and does not call edit. An edit that
// changes nothing keeps the version. With a key it still makes a commit, of an empty
// patch, so that a reader of the log who waits for the key finds it.
//
// Its errors are ErrNotFound, ErrKeyReused, ErrBusy and edit's own, unwrapped. After an
// error the database is unchanged.
func (s *Store) Change(ctx context.Context, m Mutation, edit func(kind.Kind) (kind.Kind, error)) (result Result, err error) {
	err = s.inTransaction(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err = s.change(ctx, tx, m, edit)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	s.notifyCommitted()
	return result, nil
}

// inTransaction calls f with a transaction for writing, and commits it unless f fails.
// Once it has begun, f's context is not cancelled with ctx.
func (s *Store) inTransaction(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	queue, err := s.write.Conn(ctx) // cancelled while waiting for its turn, it has changed nothing
	if err != nil {
		return wrapBusy(err)
	}
	defer queue.Close()
	ctx = context.WithoutCancel(ctx) // the rest is fast, and its outcome must not be left unknown
	tx, err := queue.BeginTx(ctx, nil)
	if err != nil {
		return wrapBusy(err)
	}
	defer tx.Rollback()
	if err := f(ctx, tx); err != nil {
		return wrapBusy(err)
	}
	return wrapBusy(tx.Commit())
}

func (s *Store) change(ctx context.Context, tx *sql.Tx, m Mutation, edit func(kind.Kind) (kind.Kind, error)) (Result, error) {
	now := s.now()
	if m.Key != "" {
		if err := deleteOldAnswers(ctx, tx, now); err != nil {
			return Result{}, err
		}
		var answer kind.Kind
		if found, err := findAnswer(ctx, tx, m, &answer); found || err != nil {
			return Result{Kind: answer, Replayed: true}, err
		}
	}
	prev, err := findKind(ctx, tx, m.Kind)
	if err != nil {
		return Result{}, err
	}
	next, err := edit(prev)
	if err != nil {
		return Result{}, err
	}
	next.Version = prev.Version
	changes := !reflect.DeepEqual(prev, next)
	if changes {
		next.Version++
		if err := updateKind(ctx, tx, next); err != nil {
			return Result{}, err
		}
	}
	if changes || m.Key != "" {
		if err := insertCommit(ctx, tx, m, diffKinds(prev, next), now); err != nil {
			return Result{}, err
		}
	}
	if m.Key != "" {
		if err := insertAnswer(ctx, tx, m, next, now); err != nil {
			return Result{}, err
		}
	}
	return Result{Kind: next}, nil
}

// updateKind writes all fields of a kind that can change.
func updateKind(ctx context.Context, tx *sql.Tx, k kind.Kind) error {
	_, err := tx.ExecContext(ctx, `UPDATE kinds
		SET name = ?, description = ?, has_direction = ?, inverse = ?, domain = ?, "range" = ?, version = ?
		WHERE id = ?`,
		k.Name, k.Description, k.HasDirection, k.Inverse, encodeTexts(k.Domain), encodeTexts(k.Range), k.Version, k.ID)
	return err
}

// insertCommit adds a commit to the log.
func insertCommit(ctx context.Context, tx *sql.Tx, m Mutation, patch []operation, now time.Time) error {
	encoded, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO commits (kind, patch, mutation, time, device) VALUES (?, ?, ?, ?, ?)`,
		m.Kind, string(encoded), m.Key, now.UnixMilli(), m.Device)
	return err
}

// An operation is one "replace" of RFC 6902, or the "add" of a whole kind.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// diffKinds returns the patch from prev to next: one "replace" for each field that
// differs, whatever form the request had.
func diffKinds(prev, next kind.Kind) []operation {
	operations := []operation{}
	from, to := reflect.ValueOf(prev), reflect.ValueOf(next)
	for i := range from.NumField() {
		if name := from.Type().Field(i).Tag.Get("json"); !reflect.DeepEqual(from.Field(i).Interface(), to.Field(i).Interface()) {
			operations = append(operations, operation{"replace", "/" + name, to.Field(i).Interface()})
		}
	}
	return operations
}
