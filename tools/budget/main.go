// Command budget checks that files are no larger than a list allows, and says
// which one grew and by how much.
//
//	budget [-wasm FILE -packages FILE -recorded FILE [-record]] LIST
//
// Each line of the list has a size in bytes and a file, relative to the list, or a size
// and two files, "a - b": a may be that much larger than b. A # begins a comment.
//
// When a budget is not kept, budget names the packages that have grown in the wasm,
// which must not be stripped: -packages lists the import paths of its packages, and
// -recorded their sizes when the budgets were last kept. -record writes that file.
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

// A command has the values of the flags.
type command struct {
	wasm, packages, recorded string
	record                   bool
}

// run checks the budgets in list, and writes the result to w.
func (c command) run(w io.Writer, list string) (kept bool, err error) {
	budgets, err := readBudgets(list)
	if err != nil {
		return false, err
	}
	kept = report(w, filepath.Dir(list), budgets)
	if c.wasm == "" || kept && !c.record {
		return kept, nil
	}
	now, err := c.measure()
	if err != nil {
		return false, err
	}
	if c.record {
		return kept, os.WriteFile(c.recorded, []byte(formatSizes(now)), 0o644)
	}
	before, err := readSizes(c.recorded)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(w, "Code of %s that has grown, before compression, in bytes:\n%s", c.wasm, describeGrowth(before, now))
	return kept, nil
}

// measure returns the size of the code of every package in the wasm.
func (c command) measure() (map[string]int64, error) {
	wasm, err := os.ReadFile(c.wasm)
	if err != nil {
		return nil, err
	}
	packages, err := os.ReadFile(c.packages)
	if err != nil {
		return nil, err
	}
	all, err := readFunctions(wasm)
	if err != nil {
		return nil, fmt.Errorf("%s %w", c.wasm, err)
	}
	return sizeByPackage(all, strings.Fields(string(packages))), nil
}
