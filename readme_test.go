//go:build !js

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// The snippets of the README, word for word.

type Kind struct {
	Name         string
	HasDirection bool
}

func Example_atom() {
	type Kind struct {
		Name         string
		HasDirection bool
	}

	store := atom.NewStore()
	kind := atom.New(Kind{Name: "knows"})
	name := atom.Focus(kind, func(k *Kind) *string { return &k.Name })

	kind.Update(store, func(k *Kind) { k.HasDirection = true })
	name.Set(store, "is acquainted with")

	fmt.Println(kind.Get(store))
	// Output: {is acquainted with true}
}

func Example_saga() {
	store := atom.NewStore()
	kind := atom.New(Kind{Name: "knows"})
	name := atom.Focus(kind, func(k *Kind) *string { return &k.Name })
	answer := make(chan error)

	toggle := saga.Run(store, kind, saga.
		Update(func(k *Kind) { k.HasDirection = true }).
		Effect(func(ctx context.Context, next Kind) error { return <-answer }))
	fmt.Println(kind.Get(store), "at once")

	name.Set(store, "is acquainted with")
	fmt.Println(kind.Get(store), "changed meanwhile")

	answer <- errors.New("403 Forbidden")
	fmt.Println(toggle.Wait(context.Background()))
	fmt.Println(kind.Get(store), "taken back")
	// Output:
	// {knows true} at once
	// {is acquainted with true} changed meanwhile
	// 403 Forbidden
	// {is acquainted with false} taken back
}

// goBlocks returns the Go code of the README and of the documents in docs.
func goBlocks(t *testing.T) (blocks []string) {
	t.Helper()
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range append(documents, "README.md") {
		for _, m := range regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(readText(t, document), -1) {
			blocks = append(blocks, m[1])
		}
	}
	return blocks
}

func isProgram(block string) bool { return strings.Contains(block, "package main\n") }

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// indented returns code with a tab before each line that is not empty.
func indented(code string) string {
	return regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(code, "\t$1")
}

func TestSnippetsOfTheReadmeStandInTests(t *testing.T) {
	tests := readText(t, "readme_test.go") + readText(t, "components/readme_test.go")
	n := 0
	for _, block := range goBlocks(t) {
		if isProgram(block) {
			continue
		}
		n++
		if !strings.Contains(tests, block) && !strings.Contains(tests, indented(block)) {
			t.Errorf("no test has this:\n%s", block)
		}
	}
	if n < 3 {
		t.Errorf("the README has %d snippets: an atom, a saga and a component are missing", n)
	}
}

func TestProgramOfTheReadmeBuilds(t *testing.T) {
	blocks := slices.DeleteFunc(goBlocks(t), func(block string) bool { return !isProgram(block) })
	if len(blocks) != 1 {
		t.Fatalf("the README has %d programs, and ought to have one", len(blocks))
	}
	directory := t.TempDir()
	program, overlay := filepath.Join(directory, "main.go"), filepath.Join(directory, "overlay.json")
	here, err := filepath.Abs("readmeprogram") // is there for this build alone
	if err != nil {
		t.Fatal(err)
	}
	replaced, _ := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(here, "main.go"): program}})
	for file, content := range map[string][]byte{program: []byte(blocks[0]), overlay: replaced} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	formatted, err := exec.Command("gofmt", "-l", program).CombinedOutput()
	if err != nil || len(formatted) > 0 {
		t.Errorf("gofmt: %s %v", formatted, err)
	}
	for _, system := range [][]string{nil, {"GOOS=js", "GOARCH=wasm"}} {
		build := exec.Command("go", "build", "-overlay", overlay, "-o", filepath.Join(directory, "light"), "./readmeprogram")
		build.Env = append(os.Environ(), system...)
		if out, err := build.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", system, err, out)
		}
	}
}

// The table of what happens to a change is that of package saga.
func TestFailureTableOfTheReadmeIsThatOfPackageSaga(t *testing.T) {
	_, table, _ := strings.Cut(readText(t, "saga/doc.go"), "// What becomes of a saga, row by row:\n//\n")
	table, _, _ = strings.Cut(table, "\n//\n")
	var want [][]string
	for line := range strings.Lines(table) {
		want = append(want, regexp.MustCompile(`\s{2,}`).Split(strings.TrimSpace(strings.TrimPrefix(line, "//")), -1))
	}
	got := rows(sections(readText(t, "README.md"), "## ")["What happens to a change when"])
	if len(want) < 10 || len(got) < len(want) {
		t.Fatalf("%d rows, and %d in package saga", len(got), len(want))
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("%q, and in package saga %q", got[i], want[i])
		}
	}
}

// The packages that a page may import, and no others, stand in the README's table.
func TestReadmeNamesEveryPackageOfTheLibrary(t *testing.T) {
	named := map[string]bool{}
	for _, cells := range rows(sections(readText(t, "README.md"), "## ")["Packages"])[1:] {
		m := regexp.MustCompile("^\\[`(.*)`\\]\\((.*)/doc.go\\)$").FindStringSubmatch(cells[0])
		if m == nil || m[1] != m[2] {
			t.Fatalf("no package with its first page: %s", cells[0])
		}
		named[m[1]] = true
	}
	for pkg := range readTree(t).files {
		library := regexp.MustCompile(`^(atom|saga|components)(/|$)`).MatchString(pkg)
		if library != named[pkg] {
			t.Errorf("%s: is in the library %v, in the README %v", pkg, library, named[pkg])
		}
		delete(named, pkg)
	}
	if len(named) > 0 {
		t.Errorf("the README names what is not there: %v", named)
	}
}

// Every command `make x` that a document names is one of the Makefile.
func TestDocumentsNameCommandsThatExist(t *testing.T) {
	makefile := readText(t, "Makefile")
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range append(documents, "README.md", "ARCHITECTURE.md", "bench/README.md") {
		for _, m := range regexp.MustCompile("(?m)(?:`|^    (?:[A-Z_]+=\\S.* )?)make ([a-z-]+)").FindAllStringSubmatch(readText(t, document), -1) {
			if !regexp.MustCompile(`(?m)^` + m[1] + `:`).MatchString(makefile) {
				t.Errorf("%s: there is no make %s", document, m[1])
			}
		}
	}
}

// Every flag that docs/demo.md gives the server is one of it.
func TestDemoNamesFlagsThatExist(t *testing.T) {
	var help strings.Builder
	if err := serve(t.Context(), []string{"--help"}, func(string) string { return "" }, &help); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range regexp.MustCompile(`[ "\x60(]--([a-z][a-z-]*)`).FindAllStringSubmatch(readText(t, "docs/demo.md")+readText(t, "README.md"), -1) {
		n++
		if m[1] != "help" && !strings.Contains(help.String(), "  -"+m[1]+" ") && !strings.Contains(help.String(), "  -"+m[1]+"\n") {
			t.Errorf("the server has no --%s", m[1])
		}
	}
	if n == 0 {
		t.Error("docs/demo.md names no flag")
	}
}
