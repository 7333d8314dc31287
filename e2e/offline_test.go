//go:build e2e

package e2e

import "testing"

func TestOfflineReloadStartsFromTheWorker(t *testing.T) {
	a := visit(t, "/")
	a.row(wasDeathOf).WantVisible()
	a.cached()
	a.Allow("ERR_")
	a.Offline(true)
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

func TestAnEditMadeOfflineOutlivesTheReloadAndGoesOutWhenOnline(t *testing.T) {
	a := visit(t, pathOf(wasDeathOf))
	a.cached()
	a.Allow("ERR_")
	a.Offline(true)
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
	a.Offline(false)
	a.wantDirection(false, false)
	a.TestID("outbox").WantAttribute("data-waiting", "0")
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
}
