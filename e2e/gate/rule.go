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

// Rule is about the next request with its method whose path begins like its
// path. That request waits at the gate until the test says what becomes of it.
type Rule struct {
	gate         *Gate
	method, path string
	claimed      bool // by a request; under the gate's lock

	arrived chan struct{}
	body    []byte
	decided chan func(http.ResponseWriter, *http.Request)
	once    sync.Once
	done    chan struct{}
}

// Hold holds the next such request at the gate. Until [Rule.Pass],
// [Rule.Refuse], [Rule.Lose] or [Rule.LoseAnswer] it has no answer. Of several
// rules for one request the one made last takes it.
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

// Pass lets the request through to the server, and the answer back. It returns
// when the answer has gone to the browser; so do the other three.
func (rule *Rule) Pass() {
	rule.gate.t.Helper()
	rule.decide(rule.gate.server.ServeHTTP)
}

// Refuse answers with the status and a problem document; the server never sees
// the request.
func (rule *Rule) Refuse(status int, detail string) {
	rule.gate.t.Helper()
	rule.decide(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"type":"about:blank","title":%q,"status":%d,"detail":%q}`, http.StatusText(status), status, detail)
	})
}

// Answer has a handler answer in the server's place.
func (rule *Rule) Answer(instead http.HandlerFunc) {
	rule.gate.t.Helper()
	rule.decide(instead)
}

// Lose fails the request as a bad connection does; it never reached the server.
func (rule *Rule) Lose() {
	rule.gate.t.Helper()
	rule.decide(func(w http.ResponseWriter, _ *http.Request) { breakConnection(w) })
}

// LoseAnswer lets the server carry the request out, and loses its answer.
func (rule *Rule) LoseAnswer() {
	rule.gate.t.Helper()
	rule.decide(func(w http.ResponseWriter, r *http.Request) {
		rule.gate.server.ServeHTTP(httptest.NewRecorder(), r)
		breakConnection(w)
	})
}

// breakConnection ends the connection in a way that the browser takes for a failed request.
// It would send the request again if a connection that it uses for the second
// time closed in silence.
func breakConnection(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer connection.Close()
	io.WriteString(connection, "lost\r\n")
}

// decide waits for the request, has it answered, and waits for the end of that.
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

// release releases a request that the test left at the gate.
func (rule *Rule) release() { rule.once.Do(func() { close(rule.decided) }) }

// serveHTTP is the handler of the one request that the rule has taken.
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
