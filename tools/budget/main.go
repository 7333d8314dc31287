// Command budget checks that files are no larger than a list allows, and says
// which one grew and by how much.
//
//	budget FILE
//
// Each line of the list names a size in bytes and a file, relative to the list;
// what follows a # is a comment.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	flag.Parse()
	over := false
	for _, list := range flag.Args() {
		lines, err := read(list)
		if err != nil {
			fmt.Fprintln(os.Stderr, "budget:", err)
			os.Exit(1)
		}
		if !report(os.Stdout, filepath.Dir(list), lines) {
			over = true
		}
	}
	if over {
		os.Exit(1)
	}
}

// line is one file and the bytes it may have.
type line struct {
	file  string
	bytes int64
}

// read parses the list. An error names the file and the line.
func read(list string) ([]line, error) {
	file, err := os.Open(list)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var lines []line
	scan := bufio.NewScanner(file)
	for n := 1; scan.Scan(); n++ {
		text, _, _ := strings.Cut(scan.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return nil, fmt.Errorf("%s:%d: want a size and a file, have %q", list, n, strings.TrimSpace(text))
		}
		bytes, err := strconv.ParseInt(strings.ReplaceAll(fields[0], "_", ""), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", list, n, err)
		}
		lines = append(lines, line{file: fields[1], bytes: bytes})
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s names no file", list)
	}
	return lines, nil
}

// report prints every file beside its budget and tells whether all keep theirs.
// A file that is missing keeps no budget: it was not measured.
func report(w io.Writer, directory string, lines []line) bool {
	kept := true
	for _, l := range lines {
		info, err := os.Stat(filepath.Join(directory, l.file))
		switch {
		case err != nil:
			fmt.Fprintf(w, "%s: cannot be measured: %v\n", l.file, err)
			kept = false
		case info.Size() > l.bytes:
			fmt.Fprintf(w, "%s: %d bytes, %d OVER its budget of %d\n", l.file, info.Size(), info.Size()-l.bytes, l.bytes)
			kept = false
		default:
			fmt.Fprintf(w, "%s: %d bytes, %d%% of its budget of %d\n", l.file, info.Size(), 100*info.Size()/l.bytes, l.bytes)
		}
	}
	return kept
}
