//go:build !wasm

package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/internal/app"
)

// app.wasm only runs with the wasm_exec.js of the Go version that built it.
func TestWasmExecIsThatOfTheToolchain(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js")
	theirs, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(theirs, wasmExec) {
		t.Errorf("wasm_exec.js is not %s: copy it", path)
	}
}

func nothing(string) string { return "" }

func TestCommandLine(t *testing.T) {
	directory := t.TempDir()
	text := filepath.Join(directory, "notes.txt")
	if err := os.WriteFile(text, []byte("dear diary"), 0o600); err != nil {
		t.Fatal(err)
	}
	database := filepath.Join(directory, "a.db")
	for _, test := range []struct {
		reason    string
		arguments []string
		env       map[string]string
		want      string // part of the error
	}{
		{"an unknown flag", []string{"--port", "80"}, nil, "-port; see --help"},
		{"more than flags", []string{"start"}, nil, `"start" is too much`},
		{"every network", []string{"--listen", ":8080", "--database", database}, nil, "access token"},
		{"every network, by environment", []string{"--database", database}, map[string]string{"ATOMSAGA_LISTEN": "0.0.0.0:8080"}, "access token"},
		{"a token that can be guessed", []string{"--listen", "0.0.0.0:0", "--database", database, "--token", "1234"}, nil, "at least 16"},
		{"no port", []string{"--listen", "localhost", "--database", database}, nil, "want host:port"},
		{"a file that is no database", []string{"--listen", "127.0.0.1:0", "--database", text}, nil, text + ": is not an atomsaga database"},
		{"no database, by environment", []string{"--listen", "127.0.0.1:0"}, map[string]string{"ATOMSAGA_DATABASE": text}, "is not an atomsaga database"},
		{"half of what push needs", []string{"--listen", "127.0.0.1:0", "--database", filepath.Join(directory, "b.db"), "--push-account", text}, nil, "push needs both"},
		{"what push needs is not there, by environment", []string{"--listen", "127.0.0.1:0", "--database", filepath.Join(directory, "b.db")},
			map[string]string{"ATOMSAGA_PUSH_ACCOUNT": text, "ATOMSAGA_PUSH_WEB": "missing.json"}, "missing.json"},
		{"a directory that is missing", []string{"--listen", "127.0.0.1:0", "--database", filepath.Join(directory, "no", "a.db")}, nil, "no such file or directory"},
	} {
		var out bytes.Buffer
		err := serve(t.Context(), test.arguments, func(name string) string { return test.env[name] }, &out)
		if err == nil || !strings.Contains(err.Error(), test.want) || out.Len() > 0 {
			t.Errorf("%s: %v, printed %q", test.reason, err, &out)
		}
	}
	if _, err := os.Stat(database); err == nil {
		t.Error("a refused start made the database")
	}
	const secret = "a token of somebody's environment"
	env := func(name string) string { return map[string]string{"ATOMSAGA_TOKEN": secret}[name] }
	for flag, want := range map[string]string{"--help": "$ATOMSAGA_DATABASE", "--version": "atomsaga "} {
		var out bytes.Buffer
		if err := serve(t.Context(), []string{flag}, env, &out); err != nil || !strings.Contains(out.String(), want) || strings.Contains(out.String(), secret) {
			t.Errorf("%s: %v, printed %q", flag, err, &out)
		}
	}
}

func TestServeTellsWhereAndEnds(t *testing.T) {
	app.Register()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	done := make(chan error, 1)
	database := filepath.Join(t.TempDir(), "a.db")
	go func() {
		done <- serve(ctx, []string{"--listen", "127.0.0.1:0", "--database", database}, nothing, write)
		write.Close()
	}()
	var printed strings.Builder
	buffer := make([]byte, 1024)
	for !strings.Contains(printed.String(), database) {
		n, err := read.Read(buffer)
		if err != nil {
			t.Fatal(err, <-done)
		}
		printed.Write(buffer[:n])
	}
	_, address, _ := strings.Cut(printed.String(), "http://")
	address, _, _ = strings.Cut(address, " ")

	for _, target := range []string{"/", "/api/kinds", "/wasm_exec.js", "/web/icon.svg", "/app-worker.js"} {
		r, err := http.Get("http://" + address + target)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != 200 {
			t.Errorf("%s: %d", target, r.StatusCode)
		}
	}
	err := serve(t.Context(), []string{"--listen", address, "--database", database}, nothing, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "is atomsaga already running?") {
		t.Errorf("a second one on the port: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(database + "-*"); len(left) > 0 {
		t.Errorf("not closed: %v", left)
	}
}

// The modules that only the server needs are 27 MB. They must not be in the page, nor in
// the go.sum of a project that uses only atom.
func TestWhoLinksWhat(t *testing.T) {
	deps := func(os, arch, of string) []string {
		list := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", of)
		if os != "" {
			list.Env = append(list.Environ(), "GOOS="+os, "GOARCH="+arch)
		}
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(out))
	}
	for _, path := range deps("js", "wasm", ".") {
		for _, server := range []string{"firebase.google.com/", "google.golang.org/", "cloud.google.com/", "go.opentelemetry.io/",
			"github.com/appleboy/", "github.com/chromedp/", "modernc.org/", "github.com/atomsaga/atomsaga/internal/server"} {
			if strings.HasPrefix(path, server) {
				t.Errorf("the page links %s", path)
			}
		}
	}
	for _, path := range deps("", "", "./atom") {
		if !strings.HasPrefix(path, "github.com/atomsaga/atomsaga/") {
			t.Errorf("atom needs %s", path)
		}
	}
}
