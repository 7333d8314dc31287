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

// ErrNotFound is returned by Kind and Change when there is no kind of that id.
var ErrNotFound = errors.New("there is no such relationship kind")

const columns = `id, name, description, has_direction, inverse, domain, "range", vocabulary, version`

// A Mark names a state of the whole database: two equal marks, equal contents.
type Mark struct {
	Database string // which database: a random text, made with it
	Version  int64  // the last commit, 0 before the first
}

// Mark returns the state that the database is in now.
func (s *Store) Mark(ctx context.Context) (Mark, error) {
	return s.mark(ctx, s.read)
}

func (s *Store) mark(ctx context.Context, from querier) (Mark, error) {
	mark := Mark{Database: s.id}
	err := from.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM commits`).Scan(&mark.Version)
	return mark, classify(err)
}

// All returns every kind, ordered by id, and the state they were read in.
func (s *Store) All(ctx context.Context) ([]kind.Kind, Mark, error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, Mark{}, classify(err)
	}
	defer tx.Rollback()
	mark, err := s.mark(ctx, tx)
	if err != nil {
		return nil, Mark{}, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM kinds ORDER BY id`)
	if err != nil {
		return nil, Mark{}, classify(err)
	}
	defer rows.Close()
	kinds := []kind.Kind{}
	for rows.Next() {
		k, err := scan(rows)
		if err != nil {
			return nil, Mark{}, classify(err)
		}
		kinds = append(kinds, k)
	}
	return kinds, mark, classify(rows.Err())
}

// Kinds returns every kind, ordered by id.
func (s *Store) Kinds(ctx context.Context) ([]kind.Kind, error) {
	kinds, _, err := s.All(ctx)
	return kinds, err
}

// Kind returns the kind of that id, or ErrNotFound.
func (s *Store) Kind(ctx context.Context, id kind.ID) (kind.Kind, error) {
	return find(ctx, s.read, id)
}

// querier is what *sql.DB and *sql.Tx have in common for one row.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func find(ctx context.Context, from querier, id kind.ID) (kind.Kind, error) {
	k, err := scan(from.QueryRowContext(ctx, `SELECT `+columns+` FROM kinds WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return kind.Kind{}, fmt.Errorf("%w: %q", ErrNotFound, id)
	}
	return k, classify(err)
}

func scan(row interface{ Scan(...any) error }) (kind.Kind, error) {
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

func insert(ctx context.Context, tx *sql.Tx, kinds []kind.Kind) error {
	statement, err := tx.PrepareContext(ctx, `INSERT INTO kinds (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer statement.Close()
	for _, k := range kinds {
		_, err := statement.ExecContext(ctx, k.ID, k.Name, k.Description, k.HasDirection, k.Inverse,
			array(k.Domain), array(k.Range), k.Vocabulary, k.Version)
		if err != nil {
			return fmt.Errorf("kind %s: %w", k.ID, err)
		}
	}
	return nil
}

// array renders texts as JSON, nil like empty: a page never meets a null.
func array(texts []string) string {
	if len(texts) == 0 {
		return "[]"
	}
	encoded, _ := json.Marshal(texts) // texts always encode
	return string(encoded)
}
