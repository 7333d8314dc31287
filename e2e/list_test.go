//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/e2e/gate"
)

func TestTheListIsThereBeforeTheProgram(t *testing.T) {
	program := start(t)
	door := gate.New(t, program.url)
	wasm := door.Hold("GET", "/web/app.wasm")
	tab := browser.Open(t, door.URL("/"))
	wasm.Arrived()
	a := &app{tab, program, door}
	a.row(wasDeathOf).WantVisible()
	wasm.Pass()
	a.alive()
	a.row(wasDeathOf).WantVisible()
}

func TestSearchAndFilter(t *testing.T) {
	a := visit(t, "/")
	if text := a.count().Text(); !strings.Contains(text, "983") {
		t.Errorf("the count says %q", text)
	}
	a.search().Fill("was death of")
	a.rows().WantCount(1)
	a.row(wasDeathOf).WantVisible()
	if text := a.count().Text(); !strings.HasPrefix(text, "1 ") {
		t.Errorf("the count says %q", text)
	}
	a.vocabulary().Choose("foaf")
	a.rows().WantCount(0)
	a.search().Fill("")
	a.CSS(`[data-testid="row"][data-id^="foaf:"]`).Nth(0).WantVisible()
	a.CSS(`[data-testid="row"][data-id^="crm:"]`).WantNone()
}

func TestAddressesOfKinds(t *testing.T) {
	a := visit(t, "/")
	a.search().Fill("was death of")
	a.row(wasDeathOf).Click()
	a.WantURL(pathOf(wasDeathOf))
	a.name().WantValue("was death of")

	a.edit(a.name(), "was the death of")
	a.version().WantText("2")
	a.Back()

	a.WantURL("/")
	a.row(wasDeathOf).WantVisible()
	if text := a.row(wasDeathOf).Text(); !strings.Contains(text, "was the death of") {
		t.Errorf("the row says %q", text)
	}
	a.Forward()
	a.WantURL(pathOf(wasDeathOf))
	a.name().WantValue("was the death of")
}

func TestAKindThatDoesNotExist(t *testing.T) {
	program := start(t)
	door := gate.New(t, program.url)
	tab := browser.Open(t, door.URL("/kinds/crm:P0_none"))
	a := &app{tab, program, door}
	a.Allow("404")
	a.alive()
	a.name().WantNone()
	a.CSS("main").WantVisible()
	a.WantTrue(`/crm:P0_none/.test(document.querySelector("main").innerText)`)
}
