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

func TestOnlineAgainChangesAreStored(t *testing.T) {
	a := visit(t, pathOf(wasDeathOf))
	a.cached()
	a.Allow("ERR_")
	a.Offline(true)
	a.gate.Down(true)
	a.direction().Click()
	a.alert().WantVisible()
	a.wantDirection(true, false)
	a.gate.Down(false)
	a.Offline(false)
	a.alert().Role("button", "Retry").Click()
	a.wantDirection(false, false)
	if got := a.program.stored(wasDeathOf); got.HasDirection {
		t.Errorf("stored: %+v", got)
	}
}
