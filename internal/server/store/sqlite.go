//go:build !wasm

// Package store keeps the relationship kinds and the log of what changed
// them, in one SQLite file.
package store

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// Errors of Open.
var (
	// ErrNotDatabase is returned for a file that is not a database of this program. It
	// was not changed.
	ErrNotDatabase = errors.New("is not an atomsaga database; it was left as it is: name another file")

	// ErrNewer is returned for a database of a later version of this program. It was
	// not changed.
	ErrNewer = errors.New("was made by a newer version of atomsaga; it was left as it is: use that version")
)

// ErrBusy is returned by the methods of a Store when another program has locked the
// database for longer than busyTimeout. Nothing was changed.
var ErrBusy = errors.New("the database is in use by another program")

const (
	applicationID = 0x61746f6d // "atom", by which Open and file(1) recognize the database
	busyTimeout   = 5 * time.Second
	maxReaders    = 4
)

//go:embed schema.sql
var schema string

//go:embed devices.sql
var devices string

//go:embed mutations.sql
var mutations string

// migrations make the schema, each from the one before. Open applies those that a
// database made by an older program lacks.
var migrations = []string{schema, devices, mutations}

// A Store is an open database. It is safe for concurrent use, also by several programs
// on one file: changes are made one after the other, and readers neither wait for them
// nor see half of one.
type Store struct {
	write *sql.DB // has one connection, so that writers queue here and not at SQLite's locks
	read  *sql.DB
	id    string
	now   func() time.Time

	committed chan struct{}
}

// Open opens the database at path. When the file is missing or empty it creates the
// database and fills it with seed. Its errors name the path, and are ErrNotDatabase,
// ErrNewer, ErrBusy or errors of the file system.
func Open(ctx context.Context, path string, seed []kind.Kind) (*Store, error) {
	s, err := open(ctx, path, seed)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, seed []kind.Kind) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := checkFile(path); err != nil {
		return nil, err
	}
	s := &Store{now: time.Now, committed: make(chan struct{}, 1)}
	if s.write, err = openPool(path, 1, "_txlock=immediate", "_pragma=synchronous(full)"); err != nil {
		return nil, err
	}
	if s.read, err = openPool(path, maxReaders, "_pragma=query_only(1)"); err != nil {
		s.write.Close()
		return nil, err
	}
	if err := s.prepare(ctx, seed); err != nil {
		s.Close()
		if code := resultCode(err); code == sqlite3.SQLITE_READONLY || code == sqlite3.SQLITE_CANTOPEN {
			err = fmt.Errorf("%w: its directory must be writable too, for the log that is kept beside the file", err)
		}
		return nil, wrapBusy(err)
	}
	return s, nil
}

// checkFile refuses a file that is not ours by its header, before SQLite opens it: that
// could already change the file, or create files beside it. The offsets are those of
// https://www.sqlite.org/fileformat2.html, section 1.3.
func checkFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return withoutPath(err) // SQLite's error would not say why
	}
	defer file.Close()
	header := make([]byte, 100)
	switch n, err := io.ReadFull(file, header); {
	case n == 0 && err == io.EOF:
		return nil // new
	case err != nil || string(header[:16]) != "SQLite format 3\x00":
		return ErrNotDatabase
	}
	field := func(at int) int { return int(int32(binary.BigEndian.Uint32(header[at:]))) }
	return fileIDs{schema: field(40), version: field(60), application: field(68)}.check()
}

// fileIDs are the numbers in a database file that tell whose it is.
type fileIDs struct {
	schema      int // SQLite's count of schema changes: 0 for an empty database
	version     int // how many migrations were applied
	application int
}

func (m fileIDs) check() error {
	switch {
	case m == fileIDs{}: // created, but not filled before the program ended
		return nil
	case m.application != applicationID:
		return ErrNotDatabase
	case m.version > len(migrations):
		return fmt.Errorf("%w (its schema is %d, this version knows %d)", ErrNewer, m.version, len(migrations))
	}
	return nil
}

// prepare applies the missing migrations and fills a new database, in one transaction:
// a failure leaves the database as it was.
func (s *Store) prepare(ctx context.Context, seed []kind.Kind) error {
	if _, err := s.write.ExecContext(ctx, `PRAGMA journal_mode = wal`); err != nil {
		return err
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	// The write-ahead log may have newer numbers than the file that was checked.
	var found fileIDs
	err = tx.QueryRowContext(ctx, `SELECT s.schema_version, v.user_version, a.application_id
		FROM pragma_schema_version s, pragma_user_version v, pragma_application_id a`).Scan(&found.schema, &found.version, &found.application)
	if err != nil {
		return err
	}
	if err := found.check(); err != nil {
		return err
	}
	for _, migration := range migrations[found.version:] {
		if _, err := tx.ExecContext(ctx, migration); err != nil {
			return err
		}
	}
	if found.version < len(migrations) {
		ids := fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, len(migrations))
		if _, err := tx.ExecContext(ctx, ids); err != nil {
			return err
		}
	}
	if found.version == 0 {
		if err := insertKinds(ctx, tx, seed); err != nil {
			return err
		}
	}
	if err := tx.QueryRowContext(ctx, `SELECT id FROM identity`).Scan(&s.id); err != nil {
		return err
	}
	return tx.Commit()
}

// Close waits for running statements and closes the database.
func (s *Store) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// openPool opens a pool of connections to the file.
func openPool(path string, connections int, options ...string) (*sql.DB, error) {
	busy := fmt.Sprintf("_pragma=busy_timeout(%d)", busyTimeout.Milliseconds())
	db, err := sql.Open("sqlite", fileURI(path, append([]string{busy, "_pragma=foreign_keys(1)"}, options...)...))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// fileURI returns the URI of the file, in which any character may be in the path.
func fileURI(path string, options ...string) string {
	uri := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String() + "?"
	for i, option := range options {
		if i > 0 {
			uri += "&"
		}
		uri += option
	}
	return uri
}

// withoutPath removes the system call and the path from an error of the file system:
// Open adds the path itself.
func withoutPath(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// resultCode returns SQLite's primary result code of err, 0 for other errors.
func resultCode(err error) int {
	var failure *sqlite.Error
	if errors.As(err, &failure) {
		return failure.Code() & 0xff
	}
	return 0
}

// wrapBusy wraps SQLite's error for a locked database in ErrBusy.
func wrapBusy(err error) error {
	if resultCode(err) == sqlite3.SQLITE_BUSY {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}
