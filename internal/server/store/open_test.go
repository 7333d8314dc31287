//go:build !wasm

package store

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestOpenMakesAndFillsOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	s := openStore(t, path)
	change(t, s, Mutation{Kind: "org:linkedTo"}, rename("changed"))
	position, _ := s.Position(t.Context())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	again := openStore(t, path)
	kinds, after, err := again.Snapshot(t.Context())
	if err != nil || len(kinds) != 3 || kinds[1].Name != "changed" || after != position {
		t.Errorf("reopened: %v, %v, want %v, %v", kinds, after, position, err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the file: %v", info.Mode())
	}
}

func TestOpenTakesAnyPath(t *testing.T) {
	for _, name := range []string{"a b.db", "50%.db", "what?.db", "a#b.db", "ü&=.db", "?_pragma=x.db"} {
		path := filepath.Join(t.TempDir(), name)
		openStore(t, path)
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenFillsAnEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if kinds, err := openStore(t, path).Kinds(t.Context()); err != nil || len(kinds) != 3 {
		t.Errorf("%d kinds, %v", len(kinds), err)
	}
}

// writeDatabase returns a function that makes a SQLite file with these statements.
func writeDatabase(t *testing.T, statements string) func(path string) {
	return func(path string) {
		db, err := sql.Open("sqlite", fileURI(path))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(statements); err != nil {
			t.Fatal(err)
		}
	}
}

func writeContent(t *testing.T, content string) func(path string) {
	return func(path string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpenRefusesAndLeavesTheFileAsItWas(t *testing.T) {
	for _, test := range []struct {
		reason string
		make   func(path string)
		want   error
	}{
		{"a text", writeContent(t, "dear diary, this is no database\n"), ErrNotDatabase},
		{"one byte", writeContent(t, "x"), ErrNotDatabase},
		{"the first bytes of a database, then nothing of one", writeContent(t, "SQLite format 3\x00"+strings.Repeat("junk", 400)), ErrNotDatabase},
		{"a database of another program", writeDatabase(t, `CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')`), ErrNotDatabase},
		{"another program's, with our table's name", writeDatabase(t, `CREATE TABLE kinds (id)`), ErrNotDatabase},
		{"another program's, in WAL mode", writeDatabase(t, `PRAGMA journal_mode = wal; CREATE TABLE notes (text)`), ErrNotDatabase},
		{"an empty one of another program", writeDatabase(t, `PRAGMA application_id = 7`), ErrNotDatabase},
		{"a later version's", writeDatabase(t, `PRAGMA application_id = 0x61746f6d; PRAGMA user_version = 99; CREATE TABLE kinds (id)`), ErrNewer},
	} {
		t.Run(test.reason, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "given.db")
			test.make(path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), path, seeds())
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %v with the path", err, test.want)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
			if rest, _ := filepath.Glob(path + "?*"); len(rest) > 0 {
				t.Errorf("left beside it: %v", rest)
			}
		})
	}
}

// In WAL mode the log of a database can have more than its file.
func TestOpenRefusesAForeignWriteAheadLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "given.db")
	writeDatabase(t, `PRAGMA journal_mode = wal`)(path)
	db, err := openPool(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE TABLE notes (text)`); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), path, seeds()); !errors.Is(err, ErrNotDatabase) {
		t.Error(err)
		s.Close()
	}
	var tables int
	if err := db.QueryRow(`SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil || tables != 1 {
		t.Errorf("%d tables, %v", tables, err)
	}
}

func TestOpenReturnsErrorsOfTheFileSystem(t *testing.T) {
	directory := t.TempDir()
	file := filepath.Join(directory, "file")
	writeContent(t, "text")(file)
	for _, test := range []struct {
		reason, path string
		want         error
	}{
		{"the directory is missing", filepath.Join(directory, "missing", "a.db"), fs.ErrNotExist},
		{"a directory", directory, syscall.EISDIR},
		{"below a file", filepath.Join(file, "a.db"), syscall.ENOTDIR},
	} {
		_, err := Open(t.Context(), test.path, seeds())
		if !errors.Is(err, test.want) || strings.Count(err.Error(), test.path) != 1 {
			t.Errorf("%s: %v", test.reason, err)
		}
	}
}

func TestTwoProgramsMayStartOnOneNewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "both.db")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			s, err := Open(t.Context(), path, seeds())
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if kinds, err := s.Kinds(t.Context()); err != nil || len(kinds) != 3 {
				t.Errorf("%d kinds, %v", len(kinds), err)
			}
			change(t, s, Mutation{Kind: "org:linkedTo"}, appendX)
		})
	}
	group.Wait()
	if k, err := openStore(t, path).Kind(t.Context(), "org:linkedTo"); err != nil || k.Name != "linked toxxxx" || k.Version != 5 {
		t.Errorf("%+v, %v", k, err)
	}
}
