//go:build e2e

package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/e2e/gate"
)

// The browser and the gate, together: a page whose button sends a PATCH through
// a service worker.
func TestKitHoldsWhatAPageSends(t *testing.T) {
	var writes atomic.Int64
	mux := http.NewServeMux()
	send := func(pattern, kind, content string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, content)
		})
	}
	send("GET /{$}", "text/html", `<!doctype html><html lang="en"><title>kit</title><link rel="icon" href="/icon.svg">
		<p>loaded</p><button>Send</button><script src="/script.js"></script>`)
	send("GET /icon.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`)
	send("GET /script.js", "text/javascript", `
		navigator.serviceWorker.register("/worker.js")
		const p = document.querySelector("p")
		document.querySelector("button").onclick = () => {
			p.textContent = "sent"
			fetch("/api/kinds/one", { method: "PATCH", body: "{}" }).then(r => { p.textContent = "status " + r.status }, () => { p.textContent = "failed" })
		}`)
	send("GET /worker.js", "text/javascript", `
		onactivate = e => e.waitUntil(clients.claim())
		onfetch = e => e.respondWith(fetch(e.request))`)
	mux.HandleFunc("PATCH /api/kinds/one", func(w http.ResponseWriter, r *http.Request) { writes.Add(1) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	door := gate.New(t, server.URL)
	tab := browser.Open(t, door.URL("/"))
	tab.WantTrue(`navigator.serviceWorker.controller !== null`)
	status := tab.CSS("p")
	for _, row := range []struct {
		reason string
		decide func(*gate.Rule)
		shows  string
		writes int64
	}{
		{"passes", func(r *gate.Rule) { r.Pass() }, "status 200", 1},
		{"refused", func(r *gate.Rule) { r.Refuse(503, "not today") }, "status 503", 0},
		{"lost, and not sent again by the browser", func(r *gate.Rule) { r.Lose() }, "failed", 0},
		{"its answer lost, and carried out once", func(r *gate.Rule) { r.LoseAnswer() }, "failed", 1},
	} {
		before := writes.Load()
		rule := door.Hold("PATCH", "/api/kinds/")
		tab.Role("button", "Send").Click()
		rule.Arrived()
		status.WantText("sent")
		row.decide(rule)
		status.WantText(row.shows)
		if got := writes.Load() - before; got != row.writes {
			t.Errorf("%s: %d writes, want %d", row.reason, got, row.writes)
		}
	}
	door.Down(true)
	tab.Role("button", "Send").Click()
	status.WantText("failed")
	tab.Allow("503")
	tab.Allow("ERR_")
}
