package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// noPackage stands for the functions that belong to no package.
const noPackage = "(made by the compiler)"

// sizeByPackage adds up the sizes of the functions of every package.
func sizeByPackage(all []function, packages []string) map[string]int64 {
	byLinkerName := map[string]string{}
	for _, path := range packages {
		byLinkerName[linkerName(path)] = path
	}
	sizes := map[string]int64{}
	for _, f := range all {
		sizes[packageOf(f.name, byLinkerName)] += f.bytes
	}
	return sizes
}

// packageOf returns the import path of the package that a function belongs to.
func packageOf(name string, byLinkerName map[string]string) string {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "type_.eq."), "type_.hash.")
	for i := range len(name) {
		if path, ok := byLinkerName[name[:i]]; ok && name[i] == '.' {
			return path
		}
	}
	return noPackage
}

// linkerName returns an import path as the linker writes it into the names of functions.
func linkerName(path string) string {
	last := strings.LastIndexByte(path, '/') + 1
	path = path[:last] + strings.ReplaceAll(path[last:], ".", "%2e") // as the compiler does
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, path)
}

// formatSizes returns the file of recorded sizes.
func formatSizes(sizes map[string]int64) string {
	var text strings.Builder
	text.WriteString("# The code of each package in the page's wasm, in bytes before compression, for budget\n# to tell what has grown. `make weigh ARGS=-record` writes this file.\n")
	for _, path := range slices.Sorted(maps.Keys(sizes)) {
		fmt.Fprintf(&text, "%d\t%s\n", sizes[path], path)
	}
	return text.String()
}

// readSizes reads a file of recorded sizes. Its error names the file and the line.
func readSizes(file string) (map[string]int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for n, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		var size int64
		count, path, ok := strings.Cut(line, "\t")
		if _, err := fmt.Sscan(count, &size); err != nil || !ok {
			return nil, fmt.Errorf("%s:%d: want a size, a tab and a package, have %q", file, n+1, line)
		}
		sizes[path] = size
	}
	return sizes, nil
}

// describeGrowth lists the packages that have grown, those that grew most first.
func describeGrowth(before, now map[string]int64) string {
	more := func(path string) int64 { return now[path] - before[path] }
	paths := slices.DeleteFunc(slices.Sorted(maps.Keys(now)), func(path string) bool { return more(path) <= 0 })
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(more(b), more(a)) })
	var text strings.Builder
	for _, path := range paths {
		added := ""
		if _, ok := before[path]; !ok {
			added = ", was not there"
		}
		fmt.Fprintf(&text, "%+9d  %s (%d now%s)\n", more(path), path, now[path], added)
	}
	if len(paths) == 0 {
		return "none: it must be data, or what was budgeted is another file\n"
	}
	return text.String()
}
