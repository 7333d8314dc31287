package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// line is one budget: the bytes that a file may have, or may have more than
// another one.
type line struct {
	file  string
	less  string // "" for none
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
		l := line{}
		switch {
		case len(fields) == 2:
			l.file = fields[1]
		case len(fields) == 4 && fields[2] == "-":
			l.file, l.less = fields[1], fields[3]
		default:
			return nil, fmt.Errorf("%s:%d: want a size and a file, or a size, a file, - and another one; have %q", list, n, strings.TrimSpace(text))
		}
		if l.bytes, err = strconv.ParseInt(strings.ReplaceAll(fields[0], "_", ""), 10, 64); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", list, n, err)
		}
		lines = append(lines, l)
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s names no file", list)
	}
	return lines, nil
}

// report prints what every line is about beside its budget and tells whether all
// keep theirs. A file that is missing keeps no budget: it was not measured.
func report(w io.Writer, directory string, lines []line) bool {
	kept := true
	for _, l := range lines {
		size, err := l.measure(directory)
		switch {
		case err != nil:
			fmt.Fprintf(w, "%s: cannot be measured: %v\n", l, err)
			kept = false
		case size > l.bytes:
			fmt.Fprintf(w, "%s: %d bytes, %d OVER its budget of %d\n", l, size, size-l.bytes, l.bytes)
			kept = false
		default:
			fmt.Fprintf(w, "%s: %d bytes, %d%% of its budget of %d\n", l, size, 100*size/l.bytes, l.bytes)
		}
	}
	return kept
}

func (l line) String() string {
	if l.less == "" {
		return l.file
	}
	return l.file + " over " + l.less
}

func (l line) measure(directory string) (int64, error) {
	info, err := os.Stat(filepath.Join(directory, l.file))
	if err != nil || l.less == "" {
		return sizeOf(info), err
	}
	less, err := os.Stat(filepath.Join(directory, l.less))
	return sizeOf(info) - sizeOf(less), err
}

func sizeOf(info os.FileInfo) int64 {
	if info == nil {
		return 0
	}
	return info.Size()
}
