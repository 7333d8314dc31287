//go:build e2e

package e2e

import (
	"testing"

	"github.com/atomsaga/atomsaga/e2e/gate"
)

func TestAFailedChangeRollsBackAndALaterOneStays(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.Allow("422")
	first := a.hold(wasDeathOf)
	a.edit(a.name(), "was murder of")
	first.Arrived()
	second := a.hold(wasDeathOf)
	a.direction().Click()
	a.wantDirection(false, true)
	a.name().WantValue("was murder of")

	first.Refuse(422, "this name is taken")

	a.name().WantValue("was death of")
	a.wantDirection(false, true) // not its change
	a.alert().WantCount(1)
	second.Pass()
	a.wantDirection(false, false)
	a.name().WantValue("was death of")
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Name != "was death of" || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
	a.reload()
	a.name().WantValue("was death of")
	a.wantDirection(false, false)
}

// Changes of one kind are sent in the order in which they were made.
func TestALaterChangeWaitsForTheEarlierAndOutlivesIt(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.Allow("422")
	first := a.hold(wasDeathOf)
	a.edit(a.name(), "first")
	first.Arrived()
	second := a.hold(wasDeathOf)
	a.edit(a.name(), "second")

	first.Refuse(422, "no")

	second.Arrived()
	a.name().WantValue("second")
	second.Pass()
	a.version().WantText("2")
	a.name().WantValue("second")
	if got := a.program.stored(wasDeathOf); got.Name != "second" {
		t.Errorf("stored: %+v", got)
	}
	a.reload()
	a.name().WantValue("second")
}

func TestWhenAllFailTheFirstValueIsBack(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.Allow("422")
	first := a.hold(wasDeathOf)
	a.direction().Click()
	first.Arrived()
	second := a.hold(wasDeathOf)
	a.direction().Click()
	a.wantDirection(true, true)
	first.Refuse(422, "no")
	second.Refuse(422, "no")
	a.wantDirection(true, false)
	if got := a.program.stored(wasDeathOf); !got.HasDirection || got.Version != 1 {
		t.Errorf("stored: %+v", got)
	}
}

func TestRetryAfterAFailure(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.Allow("422")
	change := a.hold(wasDeathOf)
	a.direction().Click()
	change.Refuse(422, "not today")
	a.wantDirection(true, false)
	a.alert().WantVisible()

	again := a.hold(wasDeathOf)
	a.alert().Role("button", "Retry").Click()

	a.wantDirection(false, true)
	a.alert().WantNone()
	again.Pass()
	a.wantDirection(false, false)
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
}

func TestAFailureOutlivesTheReload(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.Allow("422")
	change := a.hold(wasDeathOf)
	a.direction().Click()
	change.Refuse(422, "not today")
	a.alert().WantVisible()

	a.reload()

	a.wantDirection(true, false)
	a.alert().Role("button", "Retry").Click()
	a.wantDirection(false, false)
	a.TestID("outbox").Role("button", "Discard").WantNone()
}

func TestAChangeWhoseConnectionBreaksIsSentAgain(t *testing.T) {
	for _, row := range []struct {
		reason string
		fail   func(*gate.Rule)
	}{
		{"the server never saw it", func(change *gate.Rule) { change.Lose() }},
		{"the server has made it", func(change *gate.Rule) { change.LoseAnswer() }},
	} {
		t.Run(row.reason, func(t *testing.T) {
			a := openPage(t, pathOf(wasDeathOf))
			a.Allow("ERR_")
			change := a.hold(wasDeathOf)
			a.direction().Click()
			row.fail(change)
			a.wantDirection(false, false)
			a.alert().WantNone()
			a.version().WantText("2")
			if got := a.program.stored(wasDeathOf); got.HasDirection || got.Version != 2 {
				t.Errorf("stored: %+v", got)
			}
		})
	}
}

func TestDismissAFailure(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.Allow("422")
	change := a.hold(wasDeathOf)
	a.direction().Click()
	change.Refuse(422, "not today")
	a.alert().Role("button", "Dismiss").Click()
	a.alert().WantNone()
	a.wantDirection(true, false)
}

func TestWhatTheServerCannotAcceptIsSaidAtTheField(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.edit(a.name(), "")
	a.name().WantAttribute("aria-invalid", "true")
	a.WantTrue(`/must not be empty/.test(document.querySelector("main").innerText)`)
	if got := a.program.stored(wasDeathOf); got.Name != "was death of" || got.Version != 1 {
		t.Errorf("stored: %+v", got)
	}
}

func TestTheNetworkPanelMakesChangesFail(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	panel := a.TestID("network")
	panel.CSS("summary").Click()
	panel.Role("slider", "Failures").Slide(100)
	a.direction().Click()
	a.alert().WantVisible()
	a.wantDirection(true, false)
	panel.Role("slider", "Failures").Slide(0)
	panel.Role("slider", "Latency").Slide(1000)
	a.alert().Role("button", "Retry").Click()
	a.wantDirection(false, true)
	a.wantDirection(false, false)
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
}
