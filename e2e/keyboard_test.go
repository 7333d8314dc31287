//go:build e2e

package e2e

import "testing"

// tabTo presses Tab until the JavaScript expression is true, in which active is the
// focused element.
func (a *app) tabTo(t *testing.T, expression string) {
	t.Helper()
	for range 40 {
		a.Press("Tab")
		if a.isTrue(`(active => Boolean(` + expression + `))(document.activeElement)`) {
			return
		}
	}
	t.Fatalf("the Tab key never reaches %s", expression)
}

func TestKeyboardAlone(t *testing.T) {
	a := openPage(t, "/")
	a.tabTo(t, `active.type === "search"`)
	a.Type("was death of")
	a.rows().WantCount(1)
	a.search().WantFocus() // typing into a list that renders does not lose it
	a.tabTo(t, `active.dataset.testid === "row"`)
	a.Press("Enter")
	a.WantURL(pathOf(wasDeathOf))
	a.name().WantValue("was death of")

	a.tabTo(t, `active.getAttribute("role") === "switch"`)
	change := a.hold(wasDeathOf)
	a.Press("Space")
	a.wantDirection(false, true)
	a.direction().WantFocus()
	change.Pass()
	a.wantDirection(false, false)
	a.direction().WantFocus()
	a.Press("Space")
	a.version().WantText("3")
	a.wantDirection(true, false)
	a.direction().WantFocus()
}

func TestTypingGoesOnWhileAnOlderChangeRollsBack(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.Allow("422")
	first := a.hold(wasDeathOf)
	a.edit(a.name(), "first")
	first.Arrived()
	a.description().Fill("half a sen")
	first.Refuse(422, "no")
	a.name().WantValue("was death of")
	a.description().WantFocus()
	a.Type("tence")
	a.description().WantValue("half a sentence")
}
