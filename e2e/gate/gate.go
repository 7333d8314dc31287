//go:build e2e

// Package gate is a proxy between a browser and a server that holds, refuses or loses the
// requests that a test chooses, whether they come from a page, from its service worker
// or from the page after a reload. (Interception in the browser sees the requests of
// only one of them.)
package gate

import (
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// timeout is how long a request or its answer may take.
const timeout = 20 * time.Second

// A Gate is a proxy for a server.
type Gate struct {
	t      testing.TB
	front  *httptest.Server
	server http.Handler

	mu      sync.Mutex
	rules   []*Rule // newest first
	down    bool
	instead http.Handler // answers instead of the server
}

// New opens a gate to the server at the address. It is closed at the end of the test.
func New(t testing.TB, server string) *Gate {
	t.Helper()
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{t: t, server: &httputil.ReverseProxy{
		// The server gets the Host of the browser, which matches its Origin.
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(address)
			r.Out.Host = r.In.Host
		},
		FlushInterval: -1, // pass on events at once
		ErrorLog:      log.New(t.Output(), "gate: ", 0),
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}}
	g.front = httptest.NewServer(http.HandlerFunc(g.serveHTTP))
	t.Cleanup(func() {
		g.mu.Lock()
		for _, rule := range g.rules {
			rule.release()
		}
		g.mu.Unlock()
		g.front.CloseClientConnections()
		g.front.Close()
	})
	return g
}

// URL returns the address of the path at the gate.
func (g *Gate) URL(path string) string { return g.front.URL + path }

// Down makes the server unreachable: every request fails, as when the machine is off.
// Down(false) makes it reachable again.
func (g *Gate) Down(down bool) {
	g.mu.Lock()
	g.down = down
	g.mu.Unlock()
	if down {
		g.front.CloseClientConnections()
	}
}

// AnswerWith makes another handler answer every request that no rule is for, as a login or
// the page of a network does. AnswerWith(nil) ends that.
func (g *Gate) AnswerWith(other http.Handler) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.instead = other
}

// Server returns a handler that passes requests to the server, for the one of AnswerWith.
func (g *Gate) Server() http.Handler { return g.server }

// serveHTTP answers every request.
func (g *Gate) serveHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	down, rule, other := g.down, g.claimRule(r), g.instead
	g.mu.Unlock()
	if down {
		panic(http.ErrAbortHandler) // close the connection without an answer
	}
	switch {
	case rule != nil:
		rule.serveHTTP(w, r)
	case other != nil:
		other.ServeHTTP(w, r)
	default:
		g.server.ServeHTTP(w, r)
	}
}

// claimRule returns the newest unclaimed rule for the request, and claims it. g.mu must
// be held.
func (g *Gate) claimRule(r *http.Request) *Rule {
	for _, rule := range g.rules {
		if !rule.claimed && rule.method == r.Method && strings.HasPrefix(r.URL.Path, rule.path) {
			rule.claimed = true
			return rule
		}
	}
	return nil
}
