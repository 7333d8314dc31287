package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// section returns a section of a wasm file.
func section(id byte, content ...byte) []byte {
	return append([]byte{id, byte(len(content))}, content...)
}

// sized returns content with its length before it.
func sized(content string) []byte { return append([]byte{byte(len(content))}, content...) }

// program returns a wasm file with two imported functions and two of its own, of 3 and 5
// bytes, with these names.
func program(first, second string) []byte {
	imported := slices.Concat([]byte{2}, sized("gojs"), sized("a"), []byte{0, 0}, sized("gojs"), sized("b"), []byte{0, 0})
	names := slices.Concat([]byte{2, 2}, sized(first), []byte{3}, sized(second))
	return slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		section(2, imported...),
		section(10, slices.Concat([]byte{2}, sized("abc"), sized("abcde"))...),
		section(0, slices.Concat(sized("name"), section(0, sized("go")...), section(1, names...))...),
	)
}

func TestReadFunctions(t *testing.T) {
	got, err := readFunctions(program("one", "two"))
	if err != nil || !slices.Equal(got, []function{{"one", 3}, {"two", 5}}) {
		t.Errorf("%v, %v", got, err)
	}
	whole := program("one", "two")
	for _, row := range []struct {
		reason string
		wasm   []byte
		says   string
	}{
		{"another file", []byte("#!/bin/sh\n"), "is no wasm"},
		{"stripped", whole[:len(whole)-25], "names no functions"},
		{"cut off", whole[:len(whole)-3], "ends in the middle"},
	} {
		if _, err := readFunctions(row.wasm); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v", row.reason, err)
		}
	}
}

func TestPackageOf(t *testing.T) {
	paths := []string{"runtime", "internal/runtime/maps", "example.com/a/kind", "example.com/a/kind.v2", "example.com/a"}
	for name, want := range map[string]string{
		"runtime.mallocgc":                                             "runtime",
		"internal_runtime_maps.__Map_.Delete":                          "internal/runtime/maps",
		"example.com_a.New_go.shape.struct__example.com_a_kind.Kind__": "example.com/a",
		"example.com_a_kind.Decode":                                    "example.com/a/kind",
		"example.com_a_kind_2ev2.Decode":                               "example.com/a/kind.v2",
		"type_.eq.example.com_a_kind.Kind":                             "example.com/a/kind",
		"go_buildid":                                                   noPackage,
		"wasm_export_run":                                              noPackage,
	} {
		byLinkerName := map[string]string{}
		for _, path := range paths {
			byLinkerName[linkerName(path)] = path
		}
		if got := packageOf(name, byLinkerName); got != want {
			t.Errorf("%s is of %s, want %s", name, got, want)
		}
	}
}

func TestABrokenBudgetNamesThePackagesThatHaveGrown(t *testing.T) {
	directory := t.TempDir()
	in := func(name string) string { return filepath.Join(directory, name) }
	put(t, in("size-budget"), "1 app.wasm")
	put(t, in("app.wasm"), string(program("atom.New", "saga.Run")))
	put(t, in("packages"), "atom\nsaga\n")
	put(t, in("recorded"), "# before\n3\tatom\n1\tsaga\n")
	c := command{in("app.wasm"), in("packages"), in("recorded"), false}
	var said strings.Builder
	if kept, err := c.run(&said, in("size-budget")); kept || err != nil || !strings.Contains(said.String(), "\n       +4  saga (5 now)\n") || strings.Contains(said.String(), " atom (") {
		t.Errorf("%t, %v: %s", kept, err, said.String())
	}
	c.record = true
	if _, err := c.run(&said, in("size-budget")); err != nil {
		t.Fatal(err)
	}
	if again, err := readSizes(in("recorded")); err != nil || again["saga"] != 5 || again["atom"] != 3 {
		t.Errorf("recorded %v, %v", again, err)
	}
}
