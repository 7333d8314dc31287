//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

func TestTogglingShowsAtOnceAndIsStored(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.wantDirection(true, false)
	a.version().WantText("1")
	change := a.hold(wasDeathOf)

	a.direction().Click()

	a.wantDirection(false, true)
	if patch := string(change.Arrived()); !strings.Contains(patch, "has_direction") {
		t.Errorf("the server is told %s", patch)
	}
	if got := a.program.stored(wasDeathOf); !got.HasDirection || got.Version != 1 {
		t.Errorf("stored before the server was told: %+v", got)
	}
	change.Pass()
	a.wantDirection(false, false)
	a.version().WantText("2")
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
	a.alert().WantNone()
}

func TestEveryFieldIsStored(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.edit(a.name(), "was the death of")
	a.edit(a.description(), "Zwölf → \"twelve\"")
	a.edit(a.inverse(), "P100i_died_in_it")
	a.direction().Click()
	a.version().WantText("5")
	a.wantDirection(false, false)
	got := a.program.stored(wasDeathOf)
	if got.Name != "was the death of" || got.Description != "Zwölf → \"twelve\"" || got.Inverse != "P100i_died_in_it" || got.HasDirection {
		t.Errorf("stored: %+v", got)
	}
	a.reload()
	a.name().WantValue("was the death of")
	a.description().WantValue("Zwölf → \"twelve\"")
	a.inverse().WantValue("P100i_died_in_it")
	a.wantDirection(false, false)
}

func TestAReloadKeepsAChangeThatIsOnItsWay(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	held := a.hold(wasDeathOf)
	a.direction().Click()
	a.wantDirection(false, true)
	held.Arrived()
	a.program.patch(wasDeathOf, `{"name": "changed elsewhere"}`)
	again := a.hold(wasDeathOf)

	a.reload()

	again.Arrived()
	a.wantDirection(false, true)
	a.name().WantValue("changed elsewhere")
	again.Pass()
	a.wantDirection(false, false)
	a.version().WantText("3")
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Version != 3 {
		t.Errorf("stored: %+v", got)
	}
}

func TestTwoTabs(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	b := a.openAnother(pathOf(wasDeathOf))
	a.BringToFront()
	a.direction().Click()
	a.version().WantText("2")
	b.BringToFront()
	b.reload()
	b.wantDirection(false, false)
	b.edit(b.name(), "was the death of")
	b.version().WantText("3")
	a.BringToFront()
	a.reload()
	a.name().WantValue("was the death of")
	a.wantDirection(false, false)
	if got := a.program.stored(wasDeathOf); got.Version != 3 {
		t.Errorf("stored: %+v", got)
	}
}
