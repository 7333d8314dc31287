//go:build e2e

package e2e

import (
	"testing"
	"time"

	"github.com/atomsaga/atomsaga/e2e/browser"
)

// latest is how long a change may take from a click in one browser to the page in another.
// It takes less than 100 ms on an idle machine.
const latest = time.Second

func TestAnotherBrowserShowsAChangeAtOnce(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	b := a.openInOtherBrowser(pathOf(wasDeathOf))
	a.waitForLive()
	b.waitForLive()
	// Both pages have the same clock.
	browser.Eval[bool](b.Tab, `(() => {
		const page = document.querySelector("article.kind")
		new MutationObserver(() => {
			if (document.querySelector('[role="switch"]').getAttribute("aria-checked") === "false") window.shown ??= Date.now()
		}).observe(page, { subtree: true, childList: true, attributes: true })
		return true
	})()`)
	browser.Eval[bool](a.Tab, `(() => { addEventListener("click", () => { window.clicked ??= Date.now() }, true); return true })()`)

	a.direction().Click()

	b.wantDirection(false, false)
	b.version().WantText("2")
	a.version().WantText("2")
	took := time.Duration(browser.Eval[int64](b.Tab, `window.shown`)-browser.Eval[int64](a.Tab, `window.clicked`)) * time.Millisecond
	t.Logf("%v from the click to the other page", took)
	if took > latest {
		t.Errorf("it took %v, want at most %v", took, latest)
	}
}

func TestAPendingChangeStaysAboveAnotherBrowsers(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	b := a.openInOtherBrowser(pathOf(wasDeathOf))
	a.waitForLive()
	b.waitForLive()
	held := b.hold(wasDeathOf)
	b.edit(b.name(), "what B wants")
	held.Arrived()

	a.direction().Click()
	a.edit(a.name(), "what A wants")

	b.version().WantText("3")
	b.wantDirection(false, false)
	b.name().WantValue("what B wants")
	held.Refuse(422, "not that name")
	b.alert().WantVisible()
	b.name().WantValue("what A wants")
	b.wantDirection(false, false)
	b.Allow("422")
}

func TestNothingIsMissedWhileTheServerIsDown(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	b := a.openInOtherBrowser(pathOf(wasDeathOf))
	a.waitForLive()
	b.waitForLive()
	for _, each := range []*app{a, b} {
		each.Allow("ERR_")
		each.Allow("502")
	}
	b.gate.Down(true)
	b.TestID("live").WantAttribute("data-status", "offline")
	a.edit(a.name(), "before the crash")
	a.version().WantText("2")
	a.program.kill()
	a.TestID("live").WantAttribute("data-status", "offline")
	a.program.restart()
	a.program.patch(diedIn, `{"name": "after the crash"}`)
	b.gate.Down(false)

	b.waitForLive()
	b.name().WantValue("before the crash")
	b.version().WantText("2")
	b.row(diedIn).WantVisible()
	a.waitForLive()
	a.row(diedIn).CSS(".row-name").WantText("after the crash")
	b.row(diedIn).CSS(".row-name").WantText("after the crash")
}

func TestBothEditsAreThereWhenTheOfflineOneComesBack(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	b := a.openInOtherBrowser(pathOf(wasDeathOf))
	a.waitForLive()
	b.waitForLive()
	a.Allow("ERR_")
	a.SetOffline(true)
	a.gate.Down(true)
	a.TestID("live").WantAttribute("data-status", "offline")
	a.edit(a.name(), "edited offline")
	b.direction().Click()
	b.version().WantText("2")

	a.gate.Down(false)
	a.SetOffline(false)

	a.waitForLive()
	a.wantDirection(false, false)
	for _, each := range []*app{a, b} {
		each.version().WantText("3")
		each.name().WantValue("edited offline")
		each.wantDirection(false, false)
	}
}

// When the tab that has the stream closes, another one opens it.
func TestTabsShareAStream(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.waitForLive()
	b := a.openAnother(pathOf(wasDeathOf))
	b.waitForLive()
	a.program.patch(wasDeathOf, `{"name": "one"}`)
	a.name().WantValue("one")
	b.name().WantValue("one")
	if n := browser.Eval[int](b.Tab, `navigator.locks.query().then(q => q.pending.filter(l => l.name.startsWith("atomsaga/live")).length)`); n != 1 {
		t.Errorf("%d tabs wait for the stream of another one", n)
	}
	a.Goto("about:blank")
	b.waitForLive()
	a.program.patch(wasDeathOf, `{"name": "two"}`)
	b.name().WantValue("two")
}
