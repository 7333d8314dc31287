//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
)

// buttons records, for all pages, which buttons were shown and which were pressed.
const buttons = `{
	const noted = JSON.parse(sessionStorage.getItem("buttons") ?? '{"shown":[],"pressed":[]}')
	const note = (list, name) => {
		if (!name || list.includes(name)) return
		list.push(name)
		sessionStorage.setItem("buttons", JSON.stringify(noted))
	}
	const all = "button, summary, select, input, [role=switch], a.as-button"
	const named = (e) => {
		const where = e.closest("[data-testid]:not(button)")?.dataset.testid ?? ""
		const what = e.id && !/^control-/.test(e.id) ? "#" + e.id : (e.querySelector(".panel-title") ?? e).textContent
		return (where + " " + what).replaceAll(/\d+/g, "N").trim()
	}
	const look = () => document.querySelectorAll(all).forEach((e) => e.isConnected && note(noted.shown, named(e)))
	const press = (event) => event.target.closest?.(all) && note(noted.pressed, named(event.target.closest(all)))
	for (const type of ["click", "input", "change"]) addEventListener(type, press, true)
	addEventListener("DOMContentLoaded", () => {
		new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true})
		look()
	})
}`

// The buttons of push are tested in push_test.go: this server has no push.
func TestEveryButtonDoesWhatItSays(t *testing.T) {
	a := newApp(t)
	a.Allow("422")
	a.Allow("503")
	a.Prepare(buttons)

	// The kinds cannot be loaded until Retry has been pressed: the page also retries by
	// itself.
	a.gate.AnswerWith(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/kinds" {
			http.Error(w, "not today", http.StatusServiceUnavailable)
			return
		}
		a.gate.Server().ServeHTTP(w, r)
	}))
	a.Goto(a.gate.URL("/"))
	a.waitForProgram()
	a.CSS(".unreachable").Role("button", "Retry").Click()
	a.gate.AnswerWith(nil)
	a.row(wasDeathOf).WantVisible()

	// The list.
	const rows = `document.querySelectorAll("[data-testid=row]").length`
	a.search().Fill("no kind is called that")
	a.rows().WantCount(0)
	a.Role("button", "Show all").Click()
	a.search().WantValue("")
	a.search().WantFocus()
	a.WantTrue(rows + " >= 60") // what the screen has room for, and some more
	a.vocabulary().Choose("foaf")
	a.CSS(`[data-testid="row"][data-id^="crm:"]`).WantNone()
	a.vocabulary().Choose("All (983)")
	a.WantTrue(rows + " >= 60")
	before := browser.Eval[int](a.Tab, rows)
	a.CSS(".list-more").Focus()
	a.Press("Enter")
	a.WantTrue(fmt.Sprintf("%s >= %d", rows, before+60))

	// The importer.
	a.openImporter()
	a.file().Upload(fileOf(t, "kinds.json", manyKinds(3)))
	a.press("Cancel")
	a.importer().Role("button", "Import 4 kinds").WantNone()
	a.file().Upload(fileOf(t, "kinds.json", manyKinds(3)))
	sent := a.gate.Hold("POST", importPath)
	a.press("Import 4 kinds")
	sent.Arrived()
	a.press("Cancel")
	a.wantCount("983 kinds")
	sent.Lose()
	a.file().Upload(fileOf(t, "kinds.json", manyKinds(3)))
	sent = a.gate.Hold("POST", importPath)
	a.press("Import 4 kinds")
	sent.Refuse(422, "not today")
	a.press("Try again") // looks at what there is now
	a.press("Import 4 kinds")
	a.wantCount("986 kinds")
	a.press("Close")
	a.importer().Role("button", "Close").WantNone()

	// A kind.
	a.CSS("a.welcome-go").Click()
	a.name().WantValue("was the death of")
	a.edit(a.name(), "was death of")
	a.edit(a.description(), "Says who died.")
	a.edit(a.inverse(), "died in")
	a.direction().Click()
	a.wantDirection(false, false)
	for _, change := range []struct {
		button string
		then   func()
	}{
		{"Retry", func() { a.wantDirection(true, false) }},
		{"Dismiss", func() { a.alert().WantNone(); a.wantDirection(true, false) }},
	} {
		held := a.hold(wasDeathOf)
		a.direction().Click()
		held.Refuse(422, "not today")
		a.alert().Role("button", change.button).Click()
		change.then()
	}
	a.outbox().Role("button", "Discard").WantNone()

	// The outbox.
	held := a.hold(wasDeathOf)
	a.direction().Click()
	held.Refuse(422, "not today")
	a.outbox().Role("button", "Discard").Click()
	a.outbox().Role("button", "Discard").WantNone()
	a.alert().WantNone()
	a.reload()
	a.name().WantValue("was death of")
	a.outbox().Role("button", "Discard").WantNone()

	// The network.
	network := a.TestID("network")
	network.CSS("summary").Click()
	network.Role("button", "Make it slow and shaky").Click()
	network.CSS(".panel-state").WantText("2000 ms slower, 50 % fail")
	network.Role("button", "Back to as it is").Click()
	network.CSS(".panel-state").WantText("as it is")
	network.Role("slider", "Latency").Slide(300)
	network.Role("slider", "Failures").Slide(5)
	network.CSS(".panel-state").WantText("300 ms slower, 5 % fail")

	type noted struct{ Shown, Pressed []string }
	all := browser.Eval[noted](a.Tab, `({Shown: JSON.parse(sessionStorage.buttons).shown, Pressed: JSON.parse(sessionStorage.buttons).pressed})`)
	for _, button := range all.Shown {
		if !slices.Contains(all.Pressed, button) {
			t.Errorf("nobody has pressed “%s”", button)
		}
	}
	t.Logf("pressed: %s", strings.Join(all.Pressed, ", "))
}

func (a *app) outbox() *browser.Element { return a.TestID("outbox") }
