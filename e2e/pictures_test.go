//go:build e2e

package e2e

import (
	"os"
	"testing"
)

// TestPictures checks every page in light and dark, in a window, on a phone and on a small
// phone. With E2E_SCREENSHOTS=1 it writes pictures to e2e/out.
func TestPictures(t *testing.T) {
	a := openPage(t, "/")
	a.Allow("422")
	all := func(screen string) {
		a.Goto(a.gate.URL("/"))
		a.waitForProgram()
		a.row(wasDeathOf).WantVisible()
		a.show("list-" + screen)
		a.Goto(a.gate.URL(pathOf(wasDeathOf)))
		a.waitForProgram()
		a.wantDirection(true, false)
		a.show("kind-" + screen)
		change := a.hold(wasDeathOf)
		a.direction().Click()
		a.wantDirection(false, true)
		a.show("pending-" + screen)
		change.Refuse(422, "Not today.")
		a.alert().WantVisible()
		a.show("failed-" + screen)
		a.TestID("network").CSS("summary").Click()
		a.TestID("network").Role("button", "Make it slow and shaky").Click()
		a.show("network-" + screen)
		a.TestID("network").Role("button", "Back to as it is").Click()
		a.TestID("network").CSS("summary").Click()
		a.openImporter()
		a.file().Upload(fileOf(t, "kinds-of-all-that-anybody-has-ever-related.json", manyKinds(20)))
		a.importer().Role("button", "Import 21 kinds").WantVisible()
		a.show("import-" + screen)
		sent := a.gate.Hold("POST", importPath)
		a.press("Import 21 kinds")
		a.importer().CSS("progress").WantVisible()
		a.show("importing-" + screen)
		sent.Refuse(422, "Not today.")
		a.importer().Role("alert", "").WantVisible()
		a.show("not-imported-" + screen)
	}
	a.Resize(1280, 900)
	all("desk")
	a.Resize(360, 740)
	all("small")
	a.EmulatePhone()
	all("phone")
}

// The picture of the README has a change that was saved, one that was taken back and one
// that is pending. docs/page-light.png is readme-light.png.
func TestPictureOfTheReadme(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.Allow("422")
	a.Resize(1440, 900)
	a.waitForLive()
	a.description().Fill("Links an instance of E69 Death to the instance of E21 Person that died.")
	a.Press("Tab")
	a.TestID("version").WantText("2")
	change := a.hold(wasDeathOf)
	a.direction().Click()
	change.Refuse(422, "the server does not agree today.")
	a.alert().WantVisible()
	a.hold(wasDeathOf)
	a.name().Fill("was the death of")
	a.Press("Tab")
	a.TestID("network").CSS("summary").Click()
	a.CSS("#inverse").Focus()
	a.show("readme")
}

func TestPicturesOfPush(t *testing.T) {
	b := openPushable(t)
	b.Allow("403")
	for _, screen := range []string{"desk", "phone"} {
		if screen == "phone" {
			b.EmulatePhone()
		} else {
			b.Resize(1280, 900)
		}
		b.allow("denied")
		b.openPage(pathOf(wasDeathOf))
		b.panel().CSS("summary").Click()
		b.show("push-blocked-" + screen)
		b.allow("granted")
		b.reload()
		b.panel().CSS("summary").Click()
		b.show("push-off-" + screen)
		registration := b.gate.Hold("PUT", "/api/push/device")
		b.tell().Click()
		b.wantState("one moment")
		b.show("push-pending-" + screen)
		registration.Refuse(403, "Not today.")
		b.alert().WantVisible()
		b.show("push-failed-" + screen)
		b.alert().Role("button", "Retry").Click()
		b.wantState("on")
		b.show("push-on-" + screen)
		b.tell().Click()
		b.wantState("off")
	}
}

// show checks the page in light and in dark.
func (a *app) show(name string) {
	for _, dark := range []bool{false, true} {
		a.SetDark(dark)
		colours := "light"
		if dark {
			colours = "dark"
		}
		a.WantTrue(`matchMedia("(prefers-color-scheme: ` + colours + `)").matches`)
		// Nothing may be wider than the window.
		a.WantTrue(`[document.documentElement, ...document.querySelectorAll(".desk, .list-rows, .panel")].every(e => e.scrollWidth <= e.clientWidth)`)
		if os.Getenv("E2E_SCREENSHOTS") == "1" {
			a.Picture(name + "-" + colours)
		}
	}
}
