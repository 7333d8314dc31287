// Command compress writes FILE.br and FILE.gz beside each file, so that the server does
// not have to compress it while it answers a request.
//
//	compress [-quality 11] [-record DIR] FILE...
//
// Brotli at quality 11 makes the page's wasm 13% smaller than at 6, and takes
// half a minute where 6 takes a second. A record of what was compressed is kept in DIR:
// a file that has not changed since it was compressed at this quality or a better one is
// skipped.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
)

func main() {
	quality := flag.Int("quality", brotli.BestCompression, "brotli quality, 0 (fast) to 11 (small)")
	record := flag.String("record", "build", "directory that remembers what has been compressed")
	flag.Parse()
	var all sync.WaitGroup
	var failed atomic.Bool
	for _, name := range flag.Args() {
		all.Go(func() {
			if err := compress(name, *quality, *record); err != nil {
				fmt.Fprintln(os.Stderr, "compress:", err)
				failed.Store(true)
			}
		})
	}
	all.Wait()
	if failed.Load() {
		os.Exit(1)
	}
}

// compress writes name.br and name.gz, unless the record in the directory says that both
// were made from the same content at this quality or a better one.
func compress(name string, quality int, directory string) error {
	if quality < brotli.BestSpeed || quality > brotli.BestCompression {
		return fmt.Errorf("quality %d is not in %d to %d", quality, brotli.BestSpeed, brotli.BestCompression)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	record := filepath.Join(directory, filepath.Base(name)+".compressed")
	if isCurrent(name, record, content, quality) {
		return nil
	}
	start := time.Now()
	// Without a record, the next run does what an interrupted one has not finished.
	if err := os.Remove(record); err != nil && !os.IsNotExist(err) {
		return err
	}
	small, err := writeCompressed(name+".br", content, func(w io.Writer) (io.WriteCloser, error) {
		return brotli.NewWriterLevel(w, quality), nil
	})
	if err != nil {
		return err
	}
	if _, err := writeCompressed(name+".gz", content, func(w io.Writer) (io.WriteCloser, error) {
		return gzip.NewWriterLevel(w, gzip.BestCompression)
	}); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes, %d with brotli %d (%.1f s)\n", name, len(content), small, quality, time.Since(start).Seconds())
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	return os.WriteFile(record, fmt.Appendf(nil, "%x %d\n", sha256.Sum256(content), quality), 0o644)
}

// isCurrent reports whether both compressed files exist and were made from content at
// this quality or a better one.
func isCurrent(name, record string, content []byte, quality int) bool {
	for _, made := range []string{name + ".br", name + ".gz"} {
		if _, err := os.Stat(made); err != nil {
			return false
		}
	}
	line, err := os.ReadFile(record)
	if err != nil {
		return false
	}
	var sum string
	var at int
	if _, err := fmt.Sscanf(string(line), "%s %d", &sum, &at); err != nil {
		return false
	}
	return sum == fmt.Sprintf("%x", sha256.Sum256(content)) && at >= quality
}

// writeCompressed compresses content into the file and returns its size. It replaces the
// file at once, as a server may be reading it.
func writeCompressed(name string, content []byte, encoder func(io.Writer) (io.WriteCloser, error)) (int, error) {
	var compressed bytes.Buffer
	w, err := encoder(&compressed)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(content); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	whole := name + ".part"
	if err := os.WriteFile(whole, compressed.Bytes(), 0o644); err != nil {
		return 0, err
	}
	return compressed.Len(), os.Rename(whole, name)
}
