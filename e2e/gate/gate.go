//go:build e2e

// Package gate stands between a browser and a server, and holds, refuses or
// loses the requests that a test names.
//
// It does so for every request, whoever makes it: a page, its service worker, or
// a page that reloads meanwhile. (The browser's own interception sees the
// requests of one of them at a time.)
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

// timeout is how long a request that a test waits for may take to arrive.
const timeout = 20 * time.Second

// Gate is an address that stands for the server's.
type Gate struct {
	t      testing.TB
	front  *httptest.Server
	server http.Handler

	mu      sync.Mutex
	rules   []*Rule // the newest first
	down    bool
	instead http.Handler // answers in the server's place
}

// New opens a gate to the server at the address. It closes with the test, after
// what was opened later.
func New(t testing.TB, server string) *Gate {
	t.Helper()
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{t: t, server: &httputil.ReverseProxy{
		// The server sees the browser's own Host and Origin, which agree.
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(address)
			r.Out.Host = r.In.Host
		},
		FlushInterval: -1, // events pass as they come
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

// URL is the address of the path, as the browser has to open it.
func (g *Gate) URL(path string) string { return g.front.URL + path }

// Down makes the server unreachable: whatever is asked gets no answer, as when
// the machine is off. Down(false) makes it reachable again.
func (g *Gate) Down(down bool) {
	g.mu.Lock()
	g.down = down
	g.mu.Unlock()
	if down {
		g.front.CloseClientConnections()
	}
}

// AnswerWith has another handler answer every request, as a login or a network's own
// page does that stands before the server. Instead(nil) takes it away.
func (g *Gate) AnswerWith(other http.Handler) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.instead = other
}

// serveHTTP is the handler of all requests.
func (g *Gate) serveHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	down, rule, other := g.down, g.claimRule(r), g.instead
	g.mu.Unlock()
	if down {
		panic(http.ErrAbortHandler) // closes the connection without an answer
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

// claimRule returns the newest rule for the request that has not been used up.
func (g *Gate) claimRule(r *http.Request) *Rule {
	for _, rule := range g.rules {
		if !rule.claimed && rule.method == r.Method && strings.HasPrefix(r.URL.Path, rule.path) {
			rule.claimed = true
			return rule
		}
	}
	return nil
}
