//go:build !wasm

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// AnswerLifetime is how long the answer to a change with a key is kept. The
// same key counts as a new change after that; each change with a key takes
// the older answers out.
const AnswerLifetime = 24 * time.Hour

// ErrKeyReused is returned by Change when its key already names another request.
var ErrKeyReused = errors.New("the key was used before, for another request")

// A Mutation says what Change is to change, and for whom.
type Mutation struct {
	Kind    kind.ID
	Key     string // the Idempotency-Key, "" when the request has none
	Request string // digest of the request: the same key with another digest is a mistake
	Device  string // the device that makes the change, "" when it has not registered
}

// A Result is what Change did.
type Result struct {
	Kind     kind.Kind // as it is after the change
	Replayed bool      // the change had been made before, for the same key
}

// Change edits one kind: reads it, has edit make the next value, writes that
// with a version one higher, and writes the commit and the answer, all in
// one transaction. With a key that was used before, edit is not called and the
// answer is the one given then. An edit that changes nothing keeps the version; it
// makes a commit, with an empty patch, only for a key: who waits for that key in
// the log finds it.
//
// Errors: ErrNotFound, ErrKeyReused, ErrBusy, and edit's own, unwrapped. After
// any of them the database is what it was.
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

// inTransaction has f write in one transaction.
func (s *Store) inTransaction(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	queue, err := s.write.Conn(ctx) // a client that leaves while it waits has changed nothing
	if err != nil {
		return wrapBusy(err)
	}
	defer queue.Close()
	ctx = context.WithoutCancel(ctx) // from here on it takes no time to speak of: done, or not, but never unknown
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

func updateKind(ctx context.Context, tx *sql.Tx, k kind.Kind) error {
	_, err := tx.ExecContext(ctx, `UPDATE kinds
		SET name = ?, description = ?, has_direction = ?, inverse = ?, domain = ?, "range" = ?, version = ?
		WHERE id = ?`,
		k.Name, k.Description, k.HasDirection, k.Inverse, encodeTexts(k.Domain), encodeTexts(k.Range), k.Version, k.ID)
	return err
}

// insertCommit writes a commit to the log.
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

// diffKinds says what changed, a field at a time: it applies to any kind that had
// prev's values in those fields, whatever the request was written in.
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

func deleteOldAnswers(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM answers WHERE time <= ?`, now.Add(-AnswerLifetime).UnixMilli())
	return err
}

// findAnswer reads the answer that was given for the same key, if there is one.
func findAnswer(ctx context.Context, tx *sql.Tx, m Mutation, answer any) (found bool, err error) {
	var request, encoded string
	err = tx.QueryRowContext(ctx, `SELECT request, kind FROM answers WHERE key = ?`, m.Key).Scan(&request, &encoded)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case request != m.Request:
		return false, ErrKeyReused
	}
	if err := json.Unmarshal([]byte(encoded), answer); err != nil {
		return false, fmt.Errorf("answer to %s: %w", m.Key, err)
	}
	return true, nil
}

func insertAnswer(ctx context.Context, tx *sql.Tx, m Mutation, answer any, now time.Time) error {
	encoded, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO answers (key, request, kind, time) VALUES (?, ?, ?, ?)`,
		m.Key, m.Request, string(encoded), now.UnixMilli())
	return err
}
