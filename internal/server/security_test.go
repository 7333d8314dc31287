//go:build !wasm

package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	s := startPages(t)
	for _, target := range []string{"/", "/nothing", "/web/app.wasm", "/web/nothing", "/wasm_exec.js", "/app-worker.js", "/api/kinds", "/api/nothing", "/api/kinds/crm:P0"} {
		header := s.send("GET", target, "").Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self'; " +
				"style-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'",
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy":        "same-origin",
			"X-Frame-Options":        "DENY",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s: %q", target, name, got)
			}
		}
	}
}

func TestRequestsOfOtherOriginsAreRefused(t *testing.T) {
	s := start(t)
	for _, test := range []struct {
		reason  string
		status  int
		headers []string
	}{
		{"our own page", 200, []string{"Sec-Fetch-Site: same-origin"}},
		{"our own page, in an old browser", 200, []string{"Origin: http://localhost"}},
		{"no browser at all", 200, nil},
		{"by address", 200, []string{"Host: 127.0.0.1:8080"}},
		{"by the other address", 200, []string{"Host: [::1]:8080"}},
		{"by the other address without port", 200, []string{"Host: [::1]"}},
		{"in capitals", 200, []string{"Host: LOCALHOST:8080"}},
		{"a page of the same site", 403, []string{"Sec-Fetch-Site: same-site"}},
		{"a page opened from a file", 403, []string{"Origin: null"}},
		{"no host", 421, []string{"Host: "}},
	} {
		r := s.patch(somebody, `[]`, append(test.headers, asPatch)...)
		if r.StatusCode != test.status {
			t.Errorf("%s: %d", test.reason, r.StatusCode)
		}
	}
}

func TestPanicIsAnswered(t *testing.T) {
	s := start(t)
	w := httptest.NewRecorder()
	s.recoverPanics(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("surprise") })).
		ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	checkProblem(t, w.Result(), 500, "", -1, "log")
	if !strings.Contains(s.log.String(), "surprise") {
		t.Errorf("log %q", s.log)
	}
}

func TestConnectionsHaveTimeouts(t *testing.T) {
	s := start(t)
	for name, limit := range map[string]time.Duration{
		"header": s.http.ReadHeaderTimeout, "read": s.http.ReadTimeout, "write": s.http.WriteTimeout, "idle": s.http.IdleTimeout,
	} {
		if limit <= 0 || limit > 2*time.Minute {
			t.Errorf("%s: %v", name, limit)
		}
	}
	address, _, _ := serve(t, s)
	r, err := http.NewRequest("GET", "http://"+address+"/api/kinds", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 64 KiB: %d", answer.StatusCode)
	}
}
