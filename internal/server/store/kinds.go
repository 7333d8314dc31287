//go:build !wasm

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// ErrNotFound is returned by Kind and Change when there is no kind with that id.
var ErrNotFound = errors.New("there is no such relationship kind")

const kindColumns = `id, name, description, has_direction, inverse, domain, "range", vocabulary, version`

// A Position names a state of the whole database: equal positions mean equal contents.
type Position struct {
	Database string // random id, made with the database
	Version  int64  // of the last commit, 0 before the first
}

// Position returns the position that the database is at now.
func (s *Store) Position(ctx context.Context) (Position, error) {
	return s.readPosition(ctx, s.read)
}

// readPosition is Position inside a transaction or outside of one.
func (s *Store) readPosition(ctx context.Context, from querier) (Position, error) {
	position := Position{Database: s.id}
	err := from.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM commits`).Scan(&position.Version)
	return position, wrapBusy(err)
}

// Snapshot returns every kind, ordered by id, and the position they were read at.
func (s *Store) Snapshot(ctx context.Context) ([]kind.Kind, Position, error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, Position{}, wrapBusy(err)
	}
	defer tx.Rollback()
	position, err := s.readPosition(ctx, tx)
	if err != nil {
		return nil, Position{}, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+kindColumns+` FROM kinds ORDER BY id`)
	if err != nil {
		return nil, Position{}, wrapBusy(err)
	}
	defer rows.Close()
	kinds := []kind.Kind{}
	for rows.Next() {
		k, err := scanKind(rows)
		if err != nil {
			return nil, Position{}, wrapBusy(err)
		}
		kinds = append(kinds, k)
	}
	return kinds, position, wrapBusy(rows.Err())
}

// Kinds returns every kind, ordered by id.
func (s *Store) Kinds(ctx context.Context) ([]kind.Kind, error) {
	kinds, _, err := s.Snapshot(ctx)
	return kinds, err
}

// Kind returns the kind with that id, or ErrNotFound.
func (s *Store) Kind(ctx context.Context, id kind.ID) (kind.Kind, error) {
	return findKind(ctx, s.read, id)
}

// A querier is a *sql.DB or a *sql.Tx.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// findKind returns the kind with that id, or ErrNotFound.
func findKind(ctx context.Context, from querier, id kind.ID) (kind.Kind, error) {
	k, err := scanKind(from.QueryRowContext(ctx, `SELECT `+kindColumns+` FROM kinds WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return kind.Kind{}, fmt.Errorf("%w: %q", ErrNotFound, id)
	}
	return k, wrapBusy(err)
}

// scanKind reads a kind from a row of kindColumns.
func scanKind(row interface{ Scan(...any) error }) (kind.Kind, error) {
	var k kind.Kind
	var domain, codomain string
	err := row.Scan(&k.ID, &k.Name, &k.Description, &k.HasDirection, &k.Inverse, &domain, &codomain, &k.Vocabulary, &k.Version)
	if err != nil {
		return kind.Kind{}, err
	}
	if err := json.Unmarshal([]byte(domain), &k.Domain); err != nil {
		return kind.Kind{}, fmt.Errorf("kind %s: domain: %w", k.ID, err)
	}
	if err := json.Unmarshal([]byte(codomain), &k.Range); err != nil {
		return kind.Kind{}, fmt.Errorf("kind %s: range: %w", k.ID, err)
	}
	return k, nil
}

// insertKinds adds new kinds.
func insertKinds(ctx context.Context, tx *sql.Tx, kinds []kind.Kind) error {
	statement, err := tx.PrepareContext(ctx, `INSERT INTO kinds (`+kindColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer statement.Close()
	for _, k := range kinds {
		_, err := statement.ExecContext(ctx, k.ID, k.Name, k.Description, k.HasDirection, k.Inverse,
			encodeTexts(k.Domain), encodeTexts(k.Range), k.Vocabulary, k.Version)
		if err != nil {
			return fmt.Errorf("kind %s: %w", k.ID, err)
		}
	}
	return nil
}

// encodeTexts encodes texts as a JSON array; nil is [], so that no page meets a null.
func encodeTexts(texts []string) string {
	if len(texts) == 0 {
		return "[]"
	}
	encoded, _ := json.Marshal(texts) // strings always encode
	return string(encoded)
}
