//go:build !js

package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	codeSpan  = regexp.MustCompile("`([^`]+)`")
	extension = regexp.MustCompile(`\.(go|js|mjs|json|md|sum|mod|css|svg|wasm)$`)
)

// spans returns what stands in backquotes in text.
func spans(text string) (all []string) {
	for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// rows returns the cells of the table rows of a text, without heads.
func rows(text string) (all [][]string) {
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		all = append(all, cells)
	}
	return all
}

// sections returns the text below each heading of a document that begins with mark.
func sections(document, mark string) map[string]string {
	all := map[string]string{}
	for _, part := range strings.Split("\n"+document, "\n"+mark)[1:] {
		head, text, _ := strings.Cut(part, "\n")
		if mark == "### " {
			text, _, _ = strings.Cut(text, "\n## ")
		}
		all[head] = text
	}
	return all
}

func architecture(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A layer is a row of the table of packages: what its packages may import.
type layer struct {
	row     int // from the top
	imports []string
	used    map[string]bool
}

// layers returns the row of each package.
func layers(t *testing.T, document string) map[string]*layer {
	t.Helper()
	all := map[string]*layer{}
	for i, cells := range rows(sections(document, "## ")["Packages"]) {
		if i == 0 {
			continue
		}
		row := &layer{i, spans(cells[len(cells)-1]), map[string]bool{}}
		for _, name := range spans(cells[0]) {
			if name == "main" {
				name = "."
			}
			if all[name] != nil {
				t.Errorf("%s stands twice in the table of packages", name)
			}
			all[name] = row
		}
	}
	return all
}

func TestArchitectureNamesEveryPackage(t *testing.T) {
	code, table := readTree(t), layers(t, architecture(t))
	for pkg := range code.files {
		if _, ok := table[pkg]; !ok {
			t.Errorf("%s is not in the table of packages", pkg)
		}
	}
	for pkg := range table {
		if code.files[pkg] == nil {
			t.Errorf("%s is in the table of packages, and not in the tree", pkg)
		}
	}
}

// walls are the packages of the standard library that a package must not have without saying so.
var walls = []string{"syscall/js", "net/http", "unsafe"}

// allowedAs returns the word of the table that allows an import, and whether one is needed:
// a package of the module, one of the walls, or an element of the path of another module.
func allowedAs(imported string, table map[string]*layer, allowed []string) (word string, needed bool) {
	if table[imported] != nil || slices.Contains(walls, imported) {
		return imported, true
	}
	if !strings.Contains(strings.Split(imported, "/")[0], ".") {
		return "", false
	}
	for _, element := range strings.Split(imported, "/") {
		if slices.Contains(allowed, element) {
			return element, true
		}
	}
	return imported, true
}

func TestArchitectureAllowsEveryImport(t *testing.T) {
	code, table := readTree(t), layers(t, architecture(t))
	for pkg, imports := range code.imports {
		from := table[pkg]
		if from == nil {
			continue // see TestArchitectureNamesEveryPackage
		}
		for imported, file := range imports {
			word, needed := allowedAs(imported, table, from.imports)
			if !needed {
				continue
			}
			from.used[word] = true
			if !slices.Contains(from.imports, word) {
				t.Errorf("%s imports %s, which the table of packages does not allow", file, word)
			}
			if to := table[imported]; to != nil && to.row <= from.row {
				t.Errorf("%s imports %s, which is not below it in the table of packages", file, imported)
			}
		}
	}
	for pkg, row := range table {
		for _, word := range row.imports {
			if !row.used[word] {
				t.Errorf("the table of packages lets %s import %s, and it does not", pkg, word)
			}
		}
	}
}

// filesNamed returns how often the tables of files name each file, by its path from the root.
// A table below a heading `### package` has rows of idea and files; one below "### The small
// packages" rows of package and files.
func filesNamed(t *testing.T, document string) map[string]int {
	t.Helper()
	named := map[string]int{}
	for head, text := range sections(document, "### ") {
		of := spans(head)
		for i, cells := range rows(text) {
			if i == 0 {
				continue
			}
			pkg := slices.Concat(of, spans(cells[0]))
			if len(pkg) == 0 {
				t.Errorf("%s: the files of which package are these? %v", head, cells)
				continue
			}
			for _, file := range spans(cells[len(cells)-1]) {
				if strings.HasSuffix(file, ".go") {
					named[path.Join(strings.Replace(pkg[0], "main", ".", 1), file)]++
				}
			}
		}
	}
	return named
}

func TestArchitectureNamesEveryFileOnce(t *testing.T) {
	code, named := readTree(t), filesNamed(t, architecture(t))
	for pkg, files := range code.files {
		for _, file := range files {
			full := path.Join(pkg, file)
			if n := named[full]; n > 1 || n == 0 && file != "doc.go" {
				t.Errorf("the tables of files name %s %d times", full, n)
			}
			delete(named, full)
		}
	}
	for file := range named {
		t.Errorf("the tables of files name %s, which is not in the tree", file)
	}
}

// What stands in backquotes outside of the tables of files is a package, a path of the tree or a
// name of the code. What has a space in it is a command or such.
func TestArchitectureSpeaksOfWhatExists(t *testing.T) {
	document := architecture(t)
	code, table := readTree(t), layers(t, document)
	document, _, _ = strings.Cut(document, "\n## Files\n")
	before, rest, _ := strings.Cut(document, "\n## Packages\n")
	_, after, _ := strings.Cut(rest, "\n## ")
	for _, span := range spans(before + after) {
		_, isPackage := table[span]
		switch {
		case isPackage, strings.Contains(span, " "):
		case strings.Contains(span, "/"), extension.MatchString(span):
			if _, err := os.Stat(span); errors.Is(err, fs.ErrNotExist) {
				t.Errorf("there is no %s", span)
			}
		default:
			_, err := os.Stat(span)
			if !code.names[span] && err != nil {
				t.Errorf("there is no %s: no package, type, function, method or file", span)
			}
		}
	}
}

// A package has one first page, which go doc shows.
func TestEveryPackageHasOneFirstPage(t *testing.T) {
	for pkg, pages := range readTree(t).pages {
		if len(pages) != 1 {
			t.Errorf("%s has %d package comments, in %v", pkg, len(pages), pages)
		}
	}
}

// Who opens package atom or saga sees at once what there is.
func TestAtomAndSagaExportFewNames(t *testing.T) {
	const most = 35
	for _, pkg := range []string{"atom", "saga"} {
		n := 0
		for _, exported := range readTree(t).public[pkg] {
			if exported {
				n++
			}
		}
		if n == 0 || n > most {
			t.Errorf("%s exports %d types and functions, and is to have %d at most", pkg, n, most)
		}
	}
}

// The readme and the documents in docs name packages and files, too.
func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^):#]+)(#[^)]*)?\)`)
	for _, document := range append(documents, "README.md", "ARCHITECTURE.md", "bench/README.md") {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), m[1])); err != nil {
				t.Errorf("%s: %v", document, err)
			}
		}
	}
}
