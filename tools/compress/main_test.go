package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestCompressedFilesDecodeToTheFile(t *testing.T) {
	name, record := file(t, strings.Repeat("relationship ", 1000))
	if err := compress(name, 5, record); err != nil {
		t.Fatal(err)
	}
	want := read(t, name)
	if got, err := io.ReadAll(brotli.NewReader(bytes.NewReader(read(t, name+".br")))); err != nil || !bytes.Equal(got, want) {
		t.Errorf("brotli gives %d bytes, %v; want the %d of the file", len(got), err, len(want))
	}
	unzip, err := gzip.NewReader(bytes.NewReader(read(t, name+".gz")))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(unzip); err != nil || !bytes.Equal(got, want) {
		t.Errorf("gzip gives %d bytes, %v; want the %d of the file", len(got), err, len(want))
	}
}

func TestCompressesOnlyWhatIsNotCompressedYet(t *testing.T) {
	for _, row := range []struct {
		reason  string
		change  func(t *testing.T, name string)
		quality int
		again   bool
	}{
		{"nothing changed", func(*testing.T, string) {}, 5, false},
		{"it is already smaller than asked for", func(*testing.T, string) {}, 4, false},
		{"a better quality is asked for", func(*testing.T, string) {}, 6, true},
		{"the file changed", func(t *testing.T, name string) { put(t, name, "other") }, 5, true},
		{"a compressed file was removed", func(t *testing.T, name string) {
			if err := os.Remove(name + ".gz"); err != nil {
				t.Fatal(err)
			}
		}, 5, true},
	} {
		t.Run(row.reason, func(t *testing.T) {
			name, record := file(t, "first")
			if err := compress(name, 5, record); err != nil {
				t.Fatal(err)
			}
			put(t, name+".br", "stale")
			row.change(t, name)
			if err := compress(name, row.quality, record); err != nil {
				t.Fatal(err)
			}
			if again := string(read(t, name+".br")) != "stale"; again != row.again {
				t.Errorf("compressed again: %t, want %t", again, row.again)
			}
		})
	}
}

func TestCompressNamesWhatItCannotDo(t *testing.T) {
	name, record := file(t, "first")
	if err := compress(name, 12, record); err == nil || !strings.Contains(err.Error(), "12") {
		t.Errorf("quality 12 gives %v, want an error that names it", err)
	}
	if err := compress(name+".missing", 5, record); !os.IsNotExist(err) {
		t.Errorf("a missing file gives %v", err)
	}
}

// file makes a file with the content, and a directory for the record.
func file(t *testing.T, content string) (name, record string) {
	directory := t.TempDir()
	name = filepath.Join(directory, "app.wasm")
	put(t, name, content)
	return name, filepath.Join(directory, "build")
}

func put(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
