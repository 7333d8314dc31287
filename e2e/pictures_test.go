//go:build e2e

package e2e

import (
	"os"
	"testing"
)

// TestPictures looks at every page in light and dark, on a desk and on a phone.
// E2E_SCREENSHOTS=1 keeps what it saw in e2e/out.
func TestPictures(t *testing.T) {
	a := visit(t, "/")
	a.Allow("422")
	keep := os.Getenv("E2E_SCREENSHOTS") == "1"
	show := func(name string) {
		for _, dark := range []bool{false, true} {
			a.Dark(dark)
			colours := "light"
			if dark {
				colours = "dark"
			}
			a.WantTrue(`matchMedia("(prefers-color-scheme: ` + colours + `)").matches`)
			// What is wider than the window has to be scrolled sideways to be read.
			a.WantTrue(`document.documentElement.scrollWidth <= innerWidth`)
			if keep {
				a.Picture(name + "-" + colours)
			}
		}
	}
	all := func(screen string) {
		a.Goto(a.gate.URL("/"))
		a.alive()
		a.row(wasDeathOf).WantVisible()
		show("list-" + screen)
		a.Goto(a.gate.URL(pathOf(wasDeathOf)))
		a.alive()
		a.wantDirection(true, false)
		show("kind-" + screen)
		change := a.hold(wasDeathOf)
		a.direction().Click()
		a.wantDirection(false, true)
		show("pending-" + screen)
		change.Refuse(422, "Not today.")
		a.alert().WantVisible()
		show("failed-" + screen)
		a.openImporter()
		a.file().Upload(fileOf(t, "kinds.json", manyKinds(20)))
		a.outcome().WantText("kinds.json: 20 new, 1 changed, 0 as they are.")
		show("import-" + screen)
		sent := a.gate.Hold("POST", importPath)
		a.press("Import 21 kinds")
		a.importer().CSS("progress").WantVisible()
		show("importing-" + screen)
		sent.Refuse(422, "Not today.")
		a.importer().Role("alert", "").WantVisible()
		show("not-imported-" + screen)
	}
	a.Window(1280, 900)
	all("desk")
	a.Phone()
	all("phone")
}
