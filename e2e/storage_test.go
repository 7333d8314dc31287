//go:build e2e

package e2e

import "testing"

// What the browser denies the page costs only what it is for: a change is sent all the
// same, and where it would not outlive the page that says so.
func TestAChangeIsSentWhateverTheBrowserDenies(t *testing.T) {
	for _, test := range []struct {
		reason, script string
		kept           bool
	}{
		{"there are no Web Locks", `Object.defineProperty(Navigator.prototype, "locks", {value: undefined})`, true},
		{"Web Locks are denied", `if (window.LockManager) LockManager.prototype.request = async () => { throw new DOMException("denied", "SecurityError") }`, true},
		{"there are no channels between tabs", `delete window.BroadcastChannel`, true},
		{"there is no storage", `Object.defineProperty(window, "indexedDB", {value: undefined})`, false},
		{"storage is denied", `IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError") }`, false},
		{"storage does not answer", `IDBFactory.prototype.open = () => new EventTarget()`, false},
	} {
		t.Run(test.reason, func(t *testing.T) {
			a := arrive(t)
			a.Prepare(test.script)
			a.Goto(a.gate.URL(pathOf(wasDeathOf)))
			a.alive()
			a.live()
			a.direction().Click()
			a.wantDirection(false, false)
			if got := a.program.stored(wasDeathOf); got.HasDirection {
				t.Errorf("stored: %+v", got)
			}
			if !test.kept {
				a.says("not kept when the page is closed")
				return
			}
			a.gate.Down(true)
			a.Allow("ERR_")
			a.direction().Click()
			a.wantDirection(true, true)
			a.outbox().WantAttribute("data-waiting", "1")
			a.says("they are kept")
			a.Goto("about:blank")
			a.gate.Down(false)
			a.Goto(a.gate.URL(pathOf(wasDeathOf)))
			a.alive()
			a.wantDirection(true, false)
		})
	}
}

// says waits until what the outbox says is like a regular expression.
func (a *app) says(like string) {
	a.WantTrue(`/` + like + `/.test(document.querySelector("[data-testid=outbox]").innerText)`)
}
