//go:build e2e

package e2e

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/e2e/gate"
	"github.com/atomsaga/atomsaga/internal/kind"
)

// The kinds that the tests edit: one with a direction, and what it was at first.
const (
	wasDeathOf = kind.ID("crm:P100_was_death_of")
	diedIn     = kind.ID("crm:P100i_died_in")
)

// app is the page in a browser, the server behind it, and the gate between them.
type app struct {
	*browser.Tab
	program *program
	gate    *gate.Gate
}

// openPage starts a server and opens the path in a new browser. It returns when the
// page's program runs.
func openPage(t *testing.T, path string) *app {
	t.Helper()
	a := newApp(t)
	a.Goto(a.gate.URL(path))
	a.waitForProgram()
	return a
}

// newApp starts a server and a new browser, which has no page open yet.
func newApp(t *testing.T) *app {
	t.Helper()
	program := start(t)
	return newAppOf(browser.New(t), program, gate.New(t, program.url))
}

// newAppOf returns an app of the tab. It prepares the tab for waitForProgram.
func newAppOf(tab *browser.Tab, program *program, gate *gate.Gate) *app {
	tab.Prepare(`addEventListener("DOMContentLoaded", () => { window.prerendered = document.body.firstElementChild })`)
	return &app{tab, program, gate}
}

// openAnother opens the path in a second tab of the same browser.
func (a *app) openAnother(path string) *app {
	second := &app{a.OpenAnother(a.gate.URL(path)), a.program, a.gate}
	second.waitForProgram()
	return second
}

// openInOtherBrowser opens the path in another browser, which has a gate of its own and
// shares only the server.
func (a *app) openInOtherBrowser(path string) *app {
	b := newAppOf(browser.New(a.program.t), a.program, gate.New(a.program.t, a.program.url))
	b.Goto(b.gate.URL(path))
	b.waitForProgram()
	return b
}

// waitForLive waits until the page follows the server.
func (a *app) waitForLive() { a.TestID("live").WantAttribute("data-status", "live") }

// reload loads the page again and returns when its program runs.
func (a *app) reload() {
	a.Reload()
	a.waitForProgram()
}

// waitForProgram waits until the page's program has taken the place of what the server
// rendered: go-app replaces the first element of the body.
func (a *app) waitForProgram() { a.WantTrue(`document.body.firstElementChild !== window.prerendered`) }

// waitForWorker waits until the service worker has all files and controls the page, so
// that the page can start without a server.
func (a *app) waitForWorker() {
	a.WantTrue(`navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)`)
}

// pathOf returns the path of a kind's page.
func pathOf(id kind.ID) string { return "/kinds/" + url.PathEscape(string(id)) }

// hold holds the next change of the kind at the gate.
func (a *app) hold(id kind.ID) *gate.Rule { return a.gate.Hold("PATCH", "/api/kinds/"+string(id)) }

// The list page.

func (a *app) search() *browser.Element     { return a.Role("searchbox", "Search") }
func (a *app) vocabulary() *browser.Element { return a.Role("combobox", "Vocabulary") }
func (a *app) count() *browser.Element      { return a.TestID("count") }
func (a *app) rows() *browser.Element       { return a.TestID("row") }
func (a *app) row(id kind.ID) *browser.Element {
	return a.CSS(`[data-testid="row"][data-id="` + string(id) + `"]`)
}

// The page of a kind.

func (a *app) name() *browser.Element        { return a.Role("textbox", "Name") }
func (a *app) description() *browser.Element { return a.Role("textbox", "Description") }
func (a *app) inverse() *browser.Element     { return a.Role("textbox", "Inverse") }
func (a *app) direction() *browser.Element   { return a.Role("switch", "Has direction") }
func (a *app) version() *browser.Element     { return a.TestID("version") }
func (a *app) alert() *browser.Element       { return a.Role("alert", "") }

// wantDirection waits until the switch is on or off, and pending or not.
func (a *app) wantDirection(on, pending bool) {
	a.direction().WantAttribute("aria-checked", strconv.FormatBool(on))
	a.CSS(`.fields [data-component="toggle"]`).WantAttribute("data-pending", strconv.FormatBool(pending))
}

// edit types a text into the field and leaves the field, which saves the text.
func (a *app) edit(field *browser.Element, text string) {
	field.Fill(text)
	a.Press("Tab")
}

// isTrue reports whether the JavaScript expression is true now.
func (a *app) isTrue(expression string) bool { return browser.Eval[bool](a.Tab, expression) }
