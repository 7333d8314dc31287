//go:build !wasm

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// AnswerLifetime is how long the answer to a change with a key is kept. After that the
// same key counts as a new change. Each change with a key deletes the older answers.
const AnswerLifetime = 24 * time.Hour

// ErrKeyReused is returned by Change and Import when the key was used for another
// request.
var ErrKeyReused = errors.New("the key was used before, for another request")

// deleteOldAnswers deletes the answers that have reached AnswerLifetime.
func deleteOldAnswers(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM answers WHERE time <= ?`, now.Add(-AnswerLifetime).UnixMilli())
	return err
}

// findAnswer decodes the answer that was given for the key of m into answer, and
// reports whether there is one. It returns ErrKeyReused when that was for another
// request.
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

// insertAnswer keeps the answer for the key of m.
func insertAnswer(ctx context.Context, tx *sql.Tx, m Mutation, answer any, now time.Time) error {
	encoded, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO answers (key, request, kind, time) VALUES (?, ?, ?, ?)`,
		m.Key, m.Request, string(encoded), now.UnixMilli())
	return err
}
