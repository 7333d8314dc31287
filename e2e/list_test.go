//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

func TestSearchAndFilter(t *testing.T) {
	a := openPage(t, "/")
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
	a := openPage(t, "/")
	a.search().Fill("was death of")
	a.row(wasDeathOf).Click()
	a.WantURL(pathOf(wasDeathOf))
	a.name().WantValue("was death of")

	a.edit(a.name(), "was death of someone")
	a.version().WantText("2")
	a.Back()

	a.WantTrue(`location.pathname === "/"`)
	a.search().WantValue("was death of")
	a.rows().WantCount(1)
	if text := a.row(wasDeathOf).Text(); !strings.Contains(text, "was death of someone") {
		t.Errorf("the row says %q", text)
	}
	a.Forward()
	a.WantURL(pathOf(wasDeathOf))
	a.name().WantValue("was death of someone")
}

func TestAKindThatDoesNotExist(t *testing.T) {
	a := newApp(t)
	a.Allow("404")
	a.Goto(a.gate.URL(pathOf("crm:P0_none")))
	a.waitForProgram()
	a.name().WantNone()
	a.CSS("main").WantVisible()
	a.WantTrue(`/crm:P0_none/.test(document.querySelector("main").innerText)`)
}
