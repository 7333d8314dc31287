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

// A budget is the size in bytes that a file may have, or may have more than another one:
// less, when bytes is negative.
type budget struct {
	file  string
	minus string // "" for none
	bytes int64
}

// readBudgets reads the budgets in the file list. Its error names the file and the line.
func readBudgets(list string) ([]budget, error) {
	file, err := os.Open(list)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var budgets []budget
	scanner := bufio.NewScanner(file)
	for n := 1; scanner.Scan(); n++ {
		text, _, _ := strings.Cut(scanner.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		b := budget{}
		switch {
		case len(fields) == 2:
			b.file = fields[1]
		case len(fields) == 4 && fields[2] == "-":
			b.file, b.minus = fields[1], fields[3]
		default:
			return nil, fmt.Errorf("%s:%d: want a size and a file, or a size, a file, - and another one; have %q", list, n, strings.TrimSpace(text))
		}
		if b.bytes, err = strconv.ParseInt(strings.ReplaceAll(fields[0], "_", ""), 10, 64); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", list, n, err)
		}
		budgets = append(budgets, b)
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	if len(budgets) == 0 {
		return nil, fmt.Errorf("%s names no file", list)
	}
	return budgets, nil
}

// report writes each size beside its budget, and reports whether all budgets are kept. A
// file that is missing keeps no budget.
func report(w io.Writer, directory string, budgets []budget) bool {
	kept := true
	for _, b := range budgets {
		size, err := b.measure(directory)
		switch {
		case err != nil:
			fmt.Fprintf(w, "%s: cannot be measured: %v\n", b, err)
			kept = false
		case size > b.bytes:
			fmt.Fprintf(w, "%s: %d bytes, %d OVER its budget of %d\n", b, size, size-b.bytes, b.bytes)
			kept = false
		case b.bytes <= 0:
			fmt.Fprintf(w, "%s: %d bytes, of its budget of %d\n", b, size, b.bytes)
		default:
			fmt.Fprintf(w, "%s: %d bytes, %d%% of its budget of %d\n", b, size, 100*size/b.bytes, b.bytes)
		}
	}
	return kept
}

func (b budget) String() string {
	if b.minus == "" {
		return b.file
	}
	return b.file + " over " + b.minus
}

// measure returns the size that the budget limits.
func (b budget) measure(directory string) (int64, error) {
	info, err := os.Stat(filepath.Join(directory, b.file))
	if err != nil || b.minus == "" {
		return sizeOf(info), err
	}
	minus, err := os.Stat(filepath.Join(directory, b.minus))
	return sizeOf(info) - sizeOf(minus), err
}

// sizeOf returns the size of a file, 0 for nil.
func sizeOf(info os.FileInfo) int64 {
	if info == nil {
		return 0
	}
	return info.Size()
}
