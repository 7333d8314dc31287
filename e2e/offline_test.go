//go:build e2e

package e2e

import (
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
)

func TestOfflineReloadStartsFromTheWorker(t *testing.T) {
	a := openPage(t, "/")
	a.row(wasDeathOf).WantVisible()
	a.waitForWorker()
	a.Allow("ERR_")
	a.SetOffline(true)
	a.gate.Down(true)

	a.reload()

	a.row(wasDeathOf).WantVisible()
	a.search().Fill("was death of")
	a.rows().WantCount(1)
	a.row(wasDeathOf).Click()
	a.name().WantValue("was death of")
	a.reload() // a page that the worker never saw
	a.name().WantValue("was death of")
	a.wantDirection(true, false)
}

func TestOfflineAPageIsTheOneThatWasSeen(t *testing.T) {
	a := openPage(t, "/")
	a.waitForWorker()
	first := `window.prerendered.querySelector("h1").innerText + ", " + window.prerendered.querySelector("[data-testid=count]").innerText`
	seen := map[string]string{pathOf(wasDeathOf): "was death of, 983 kinds", "/?q=was+death+of": "Relationship kinds, 1 of 983 kinds", "/": "Relationship kinds, 983 kinds"}
	for path := range seen {
		a.Goto(a.gate.URL(path))
		a.waitForProgram()
	}
	a.Allow("ERR_")
	a.SetOffline(true)
	a.gate.Down(true)
	for path, want := range seen {
		a.Goto(a.gate.URL(path))
		a.waitForProgram()
		if got := browser.Eval[string](a.Tab, first); got != want {
			t.Errorf("%s began with %q, want %q", path, got, want)
		}
	}
}

func TestAnEditMadeOfflineOutlivesTheReloadAndGoesOutWhenOnline(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.waitForWorker()
	a.Allow("ERR_")
	a.SetOffline(true)
	a.gate.Down(true)
	a.direction().Click()
	a.wantDirection(false, true)
	a.TestID("outbox").WantAttribute("data-waiting", "1")
	a.TestID("outbox").WantAttribute("data-paused", "true")

	a.reload()

	a.wantDirection(false, true)
	a.TestID("outbox").WantAttribute("data-waiting", "1")
	a.alert().WantNone()
	a.gate.Down(false)
	a.SetOffline(false)
	a.wantDirection(false, false)
	a.TestID("outbox").WantAttribute("data-waiting", "0")
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
}
