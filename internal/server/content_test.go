//go:build !wasm

package server

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestAccepts(t *testing.T) {
	for _, test := range []struct {
		header   string
		br, gzip bool
	}{
		{"", false, false},
		{"gzip", false, true},
		{"gzip, deflate, br, zstd", true, true},
		{"GZIP;q=0.5", false, true},
		{"br;q=0, gzip", false, true},
		{"br; q=0.000, *", false, true},
		{"*", true, true},
		{"*;q=0", false, false},
		{"identity", false, false},
		{"gzip;q=much", false, false},
		{"xgzip", false, false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", test.header)
		if accepts(r, "br") != test.br || accepts(r, "gzip") != test.gzip {
			t.Errorf("%q: br %v, gzip %v", test.header, accepts(r, "br"), accepts(r, "gzip"))
		}
	}
}

func TestWasmIsServedInItsEncodings(t *testing.T) {
	s := start(t)
	for _, test := range []struct{ accept, encoding, body string }{
		{"gzip, br", "br", "brotli of it"},
		{"gzip", "gzip", "gzip of it"},
		{"", "", "\x00asm plain"},
	} {
		r := s.send("GET", "/web/app.wasm", "", "Accept-Encoding: "+test.accept)
		header := r.Header
		if body := readAnswer(t, r); body != test.body || header.Get("Content-Encoding") != test.encoding || r.ContentLength != int64(len(body)) {
			t.Errorf("%q: %q, %v", test.accept, body, header)
		}
		if header.Get("Content-Type") != "application/wasm" || header.Get("Vary") != "Accept-Encoding" || header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%q: %v", test.accept, header)
		}
		again := s.send("GET", "/web/app.wasm", "", "Accept-Encoding: "+test.accept, "If-None-Match: "+header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || readAnswer(t, again) != "" {
			t.Errorf("%q again: %d", test.accept, again.StatusCode)
		}
	}
	for _, target := range []string{"/web/app.wasm.br", "/web/app.0123456789abcdef.wasm", "/web/nothing", "/web/", "/web/../worker.js"} {
		if r := s.send("GET", target, ""); r.StatusCode == 200 {
			t.Errorf("%s: %d", target, r.StatusCode)
		}
	}
}

func TestWasmIsKeptUnderItsHashedName(t *testing.T) {
	s := startPages(t)
	var names []string
	for _, script := range []string{"/app.js", "/app-worker.js"} {
		names = append(names, regexp.MustCompile(`/web/app\.[0-9a-f]{16}\.wasm`).FindString(readAnswer(t, s.send("GET", script, ""))))
	}
	if names[0] == "" || names[1] != names[0] {
		t.Fatalf("the page loads %q, and its worker keeps %q", names[0], names[1])
	}
	r := s.send("GET", names[0], "", "Accept-Encoding: br")
	if body := readAnswer(t, r); body != "brotli of it" || r.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%q, %v", body, r.Header)
	}
}

func TestTextIsCompressedAndPicturesAreNot(t *testing.T) {
	s := start(t)
	r := s.send("GET", "/web/b.css", "", "Accept-Encoding: gzip")
	if r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%v", r.Header)
	}
	plain, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(plain); err != nil || !strings.HasPrefix(string(body), ".b {") || len(body) != 3600 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	if r := s.send("GET", "/web/icon-512.png", "", "Accept-Encoding: gzip"); r.Header.Get("Content-Encoding") != "" || r.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%v", r.Header)
	}
}

func TestVersionFollowsTheFiles(t *testing.T) {
	version := func(change func(files map[string]string)) string {
		files, texts := webFiles(), map[string]string{}
		for name, file := range files {
			texts[name] = string(file.Data)
		}
		change(texts)
		for name, file := range files {
			file.Data = []byte(texts[name])
		}
		s, err := readStaticFiles(files, []byte(texts["wasm_exec.js"]))
		if err != nil {
			t.Fatal(err)
		}
		return s.version
	}
	same := version(func(map[string]string) {})
	if again := version(func(map[string]string) {}); again != same || len(same) != 16 {
		t.Errorf("%s, then %s", same, again)
	}
	if packed := version(func(f map[string]string) { f["app.wasm.br"] = "packed otherwise" }); packed != same {
		t.Error("another compression is another version")
	}
	for _, name := range []string{"app.wasm", "worker.js", "a.css", "wasm_exec.js"} {
		if version(func(f map[string]string) { f[name] += " " }) == same {
			t.Errorf("%s does not count", name)
		}
	}
}
