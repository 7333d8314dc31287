package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	for _, row := range []struct {
		reason string
		list   string
		kept   bool
		says   string
	}{
		{"under", "10 a.wasm.br", true, "a.wasm.br: 5 bytes, 50% of its budget of 10"},
		{"exactly", "5 a.wasm.br", true, "100%"},
		{"over: what grew, and by how much", "4 a.wasm.br", false, "a.wasm.br: 5 bytes, 1 OVER its budget of 4"},
		{"one of two is over", "10 a.wasm.br\n1 b.css", false, "b.css: 2 bytes, 1 OVER"},
		{"a file that was not built", "10 c.js", false, "c.js: cannot be measured"},
		{"more than another, as allowed", "3 a.wasm.br - b.css", true, "a.wasm.br over b.css: 3 bytes, 100%"},
		{"less than another, as wanted", "-2 b.css - a.wasm.br", true, "b.css over a.wasm.br: -3 bytes, of its budget of -2"},
		{"less than another, by too little", "-4 b.css - a.wasm.br", false, "-3 bytes, 1 OVER its budget of -4"},
		{"more than another, and than allowed", "2 a.wasm.br - b.css", false, "a.wasm.br over b.css: 3 bytes, 1 OVER"},
		{"the other one was not built", "2 a.wasm.br - c.css", false, "a.wasm.br over c.css: cannot be measured"},
		{"comments, blank lines, grouped digits", "# all\n\n1_000 a.wasm.br # the page\n", true, "budget of 1000"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			directory := t.TempDir()
			put(t, filepath.Join(directory, "a.wasm.br"), "12345")
			put(t, filepath.Join(directory, "b.css"), "12")
			list := filepath.Join(directory, "size-budget")
			put(t, list, row.list)
			budgets, err := readBudgets(list)
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			if kept := report(&said, directory, budgets); kept != row.kept {
				t.Errorf("kept: %t, want %t", kept, row.kept)
			}
			if !strings.Contains(said.String(), row.says) {
				t.Errorf("said %q, want %q in it", said.String(), row.says)
			}
		})
	}
}

func TestReadBudgetsNamesTheBadLine(t *testing.T) {
	for _, row := range []struct{ reason, list, says string }{
		{"no size", "a.wasm", "size-budget:1"},
		{"a size that is no number", "# budget\nbig a.wasm", "size-budget:2"},
		{"half a difference", "10 a.wasm -", "size-budget:1"},
		{"nothing to check", "# empty\n", "names no file"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			list := filepath.Join(t.TempDir(), "size-budget")
			put(t, list, row.list)
			if _, err := readBudgets(list); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("gives %v, want %q in it", err, row.says)
			}
		})
	}
}

func put(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
