// Command budget checks that files are no larger than a list allows, and says
// which one grew and by how much.
//
//	budget [-wasm FILE -packages FILE -recorded FILE [-record]] LIST
//
// Each line of the list names a size in bytes and a file, relative to the list,
// or a size and two files, "a - b": a may be so much larger than b. What follows a
// # is a comment.
//
// When a budget is not kept it names the packages that have grown in the wasm,
// which must not be stripped: -packages lists the import paths in it, and -recorded
// what they had when all was well. -record writes that file anew.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	c := command{}
	flag.StringVar(&c.wasm, "wasm", "", "the program, not stripped")
	flag.StringVar(&c.packages, "packages", "", "`file` with the import paths of its packages")
	flag.StringVar(&c.recorded, "recorded", "", "`file` with the code that each package had")
	flag.BoolVar(&c.record, "record", false, "write that file")
	flag.Parse()
	kept, err := c.run(os.Stdout, flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "budget:", err)
	}
	if err != nil || !kept {
		os.Exit(1)
	}
}

// A command is what the flags say.
type command struct {
	wasm, packages, recorded string
	record                   bool
}

func (c command) run(w io.Writer, list string) (kept bool, err error) {
	lines, err := read(list)
	if err != nil {
		return false, err
	}
	kept = report(w, filepath.Dir(list), lines)
	if c.wasm == "" || kept && !c.record {
		return kept, nil
	}
	now, err := c.measure()
	if err != nil {
		return false, err
	}
	if c.record {
		return kept, os.WriteFile(c.recorded, []byte(written(now)), 0o644)
	}
	before, err := readRecorded(c.recorded)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(w, "Code of %s that has grown, before compression, in bytes:\n%s", c.wasm, grown(before, now))
	return kept, nil
}

// measure adds up the code of every package.
func (c command) measure() (map[string]int64, error) {
	wasm, err := os.ReadFile(c.wasm)
	if err != nil {
		return nil, err
	}
	packages, err := os.ReadFile(c.packages)
	if err != nil {
		return nil, err
	}
	all, err := functions(wasm)
	if err != nil {
		return nil, fmt.Errorf("%s %w", c.wasm, err)
	}
	return byPackage(all, strings.Fields(string(packages))), nil
}
