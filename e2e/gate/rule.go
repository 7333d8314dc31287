//go:build e2e

package gate

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// A Rule is for the next request with its method whose path begins with its path. That
// request waits at the gate until the test decides its answer.
type Rule struct {
	gate         *Gate
	method, path string
	claimed      bool // by a request; guarded by gate.mu

	arrived chan struct{}
	body    []byte
	decided chan func(http.ResponseWriter, *http.Request)
	once    sync.Once
	done    chan struct{}
}

// Hold holds the next such request at the gate until [Rule.Pass], [Rule.Refuse],
// [Rule.Answer], [Rule.Lose] or [Rule.LoseAnswer] is called. Of several rules for one
// request the newest claims it.
func (g *Gate) Hold(method, path string) *Rule {
	rule := &Rule{
		gate: g, method: method, path: path,
		arrived: make(chan struct{}),
		decided: make(chan func(http.ResponseWriter, *http.Request), 1),
		done:    make(chan struct{}),
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rules = append([]*Rule{rule}, g.rules...)
	return rule
}

// Arrived waits until the request is at the gate and returns its body.
func (rule *Rule) Arrived() []byte {
	rule.gate.t.Helper()
	select {
	case <-rule.arrived:
	case <-time.After(timeout):
		rule.gate.t.Fatalf("no %s %s after %v", rule.method, rule.path, timeout)
	}
	return rule.body
}

// Pass passes the request to the server, and the answer to the browser. Like the other
// decisions it waits for the request, and returns when that has been answered.
func (rule *Rule) Pass() {
	rule.gate.t.Helper()
	rule.decide(rule.gate.server.ServeHTTP)
}

// Refuse answers with the status and a problem document. The server does not get the
// request.
func (rule *Rule) Refuse(status int, detail string) {
	rule.gate.t.Helper()
	rule.decide(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"type":"about:blank","title":%q,"status":%d,"detail":%q}`, http.StatusText(status), status, detail)
	})
}

// Answer makes a handler answer instead of the server.
func (rule *Rule) Answer(instead http.HandlerFunc) {
	rule.gate.t.Helper()
	rule.decide(instead)
}

// Lose breaks the connection. The server does not get the request.
func (rule *Rule) Lose() {
	rule.gate.t.Helper()
	rule.decide(func(w http.ResponseWriter, _ *http.Request) { breakConnection(w) })
}

// LoseAnswer passes the request to the server, and breaks the connection instead of
// answering.
func (rule *Rule) LoseAnswer() {
	rule.gate.t.Helper()
	rule.decide(func(w http.ResponseWriter, r *http.Request) {
		rule.gate.server.ServeHTTP(httptest.NewRecorder(), r)
		breakConnection(w)
	})
}

// breakConnection closes the connection after a malformed answer. Without any answer the
// browser would send the request again if it had used the connection before.
func breakConnection(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer connection.Close()
	io.WriteString(connection, "lost\r\n")
}

// decide waits for the request, answers it with how, and waits until that has returned.
func (rule *Rule) decide(how func(http.ResponseWriter, *http.Request)) {
	rule.gate.t.Helper()
	rule.Arrived()
	rule.decided <- how
	select {
	case <-rule.done:
	case <-time.After(timeout):
		rule.gate.t.Fatalf("%s %s has no answer after %v", rule.method, rule.path, timeout)
	}
}

// release ends a request that the test left at the gate.
func (rule *Rule) release() { rule.once.Do(func() { close(rule.decided) }) }

// serveHTTP answers the request that has claimed the rule.
func (rule *Rule) serveHTTP(w http.ResponseWriter, r *http.Request) {
	defer close(rule.done)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	rule.body = body
	r.Body = io.NopCloser(bytes.NewReader(body))
	close(rule.arrived)
	how, ok := <-rule.decided
	if !ok {
		panic(http.ErrAbortHandler)
	}
	how(w, r)
}
