//go:build e2e

package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; img-src 'self'"

// site serves a small page with the content security policy of the demo, and returns its
// address.
func site(t *testing.T, body, script string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>site</title><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/style.css">
			<body>%s<script src="/script.js"></script>`, body)
	})
	mux.HandleFunc("GET /icon.svg", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg"/>`)
	})
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, `.cover { position: fixed; inset: 0; background: #eee } .far { margin-top: 3000px }
			@media (prefers-color-scheme: dark) { body { background: rgb(0, 0, 0) } }`)
	})
	mux.HandleFunc("GET /script.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, script)
	})
	mux.HandleFunc("GET /worker.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `
			oninstall = e => e.waitUntil(caches.open("site").then(c => c.addAll(["/", "/script.js", "/style.css", "/icon.svg"])).then(() => skipWaiting()))
			onactivate = e => e.waitUntil(clients.claim())
			onfetch = e => e.respondWith(fetch(e.request).catch(() => caches.match(e.request)).then(r => r ?? Response.error()))`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// A recordingTest is a testing.TB that records its failures.
type recordingTest struct {
	testing.TB
	failures []string
}

func (f *recordingTest) Helper() {}
func (f *recordingTest) Errorf(format string, args ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}
func (f *recordingTest) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(f)
}

// fails runs steps, which must fail the test of the tab, and returns the failures.
func fails(t *testing.T, tab *Tab, steps func(*Tab)) (messages string) {
	t.Helper()
	f := &recordingTest{TB: t}
	impatient := *tab
	impatient.t, impatient.timeout = f, 300*time.Millisecond
	defer func() {
		if r := recover(); r != nil && r != any(f) {
			panic(r)
		}
		messages = strings.Join(f.failures, "\n")
		if messages == "" {
			t.Error("did not fail")
		}
	}()
	steps(&impatient)
	return ""
}
