//go:build e2e

package e2e

import (
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/e2e/gate"
)

// A change is sent even if the browser denies what keeps it. When it would be lost with the
// page, the page says so.
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
			a := newApp(t)
			a.Prepare(test.script)
			a.Goto(a.gate.URL(pathOf(wasDeathOf)))
			a.waitForProgram()
			a.waitForLive()
			a.direction().Click()
			a.wantDirection(false, false)
			if got := a.program.stored(wasDeathOf); got.HasDirection {
				t.Errorf("stored: %+v", got)
			}
			if !test.kept {
				a.wantOutboxText("(not kept when the page is closed|lost with the page)")
				return
			}
			a.gate.Down(true)
			a.Allow("ERR_")
			a.direction().Click()
			a.wantDirection(true, true)
			a.outbox().WantAttribute("data-waiting", "1")
			a.wantOutboxText("(it is|they are) kept")
			a.Goto("about:blank")
			a.gate.Down(false)
			a.Goto(a.gate.URL(pathOf(wasDeathOf)))
			a.waitForProgram()
			a.wantDirection(true, false)
		})
	}
}

// wantOutboxText waits until the text of the outbox matches the regular expression.
func (a *app) wantOutboxText(like string) {
	a.WantTrue(`/` + like + `/.test(document.querySelector("[data-testid=outbox]").innerText)`)
}

// takeServerAway makes the server unreachable, once the page can start without one.
func (a *app) takeServerAway() {
	a.waitForWorker()
	a.Allow("ERR_")
	a.SetOffline(true)
	a.gate.Down(true)
}

// records is an expression for the number of records in the outbox on disk.
const records = `new Promise((resolve) => {
	const request = indexedDB.open("atomsaga")
	request.onsuccess = () => {
		const database = request.result
		const count = database.transaction("records").objectStore("records").count()
		count.onsuccess = () => { database.close(); resolve(count.result) }
	}
})`

// denyRoom makes the browser store no record until sessionStorage.room is set.
const denyRoom = `{
	const add = IDBObjectStore.prototype.add
	IDBObjectStore.prototype.add = function (...record) {
		const request = add.apply(this, record)
		if (!sessionStorage.room && this.transaction.mode === "readwrite") {
			Object.defineProperty(this.transaction, "error", {value: new DOMException("no room", "QuotaExceededError")})
			this.transaction.abort()
		}
		return request
	}
}`

// openWithFullStorage opens a kind's page in a browser that has no room left, and makes a
// change that the gate holds.
func openWithFullStorage(t *testing.T) (a *app, change *gate.Rule) {
	a = newApp(t)
	a.Allow("ERR_")
	a.Prepare(denyRoom)
	a.Goto(a.gate.URL(pathOf(wasDeathOf)))
	a.waitForProgram()
	change = a.hold(wasDeathOf)
	a.direction().Click()
	a.wantDirection(false, true)
	change.Arrived()
	a.wantOutboxText("lost with the page")
	return a, change
}

func TestAChangeThatIsNotKeptIsNotSaidToBe(t *testing.T) {
	a, change := openWithFullStorage(t)
	b := a.openAnother(pathOf(wasDeathOf))
	b.Allow("ERR_")
	b.name().WantValue("was death of")
	b.Close()
	a.BringToFront()
	a.wantOutboxText("lost with the page")
	a.reload()
	change.Lose()
	a.wantDirection(true, false) // as it said
	a.outbox().WantAttribute("data-waiting", "0")
}

func TestAChangeThatWasNotKeptIsWhenThereIsRoom(t *testing.T) {
	a, change := openWithFullStorage(t)
	a.gate.Down(true)
	change.Lose()
	a.outbox().WantAttribute("data-paused", "true")
	a.wantOutboxText("lost with the page")
	browser.Eval[string](a.Tab, `sessionStorage.room = "some"`)
	a.WantTrue(records + `.then((n) => n === 1)`)
	a.wantOutboxText("(it is|they are) kept")
	a.Goto("about:blank")
	a.gate.Down(false)
	a.Goto(a.gate.URL(pathOf(wasDeathOf)))
	a.waitForProgram()
	a.wantDirection(false, false)
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
}

func TestWhatWasClearedIsWrittenAnew(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.takeServerAway()
	a.direction().Click()
	a.wantOutboxText("(it is|they are) kept")
	a.ClearStorage()
	a.edit(a.description(), "Says who died.")
	a.outbox().WantAttribute("data-waiting", "2")
	a.WantTrue(records + `.then((n) => n === 2)`)
	a.wantOutboxText("(it is|they are) kept")
	a.reload()
	a.wantDirection(false, true)
	a.description().WantValue("Says who died.")
	a.gate.Down(false)
	a.SetOffline(false)
	a.wantDirection(false, false)
	a.outbox().WantAttribute("data-waiting", "0")
	if got := a.program.stored(wasDeathOf); got.HasDirection || got.Description != "Says who died." {
		t.Errorf("stored: %+v", got)
	}
	if n := browser.Eval[int](a.Tab, records); n > 1 {
		t.Errorf("%d records are left", n)
	}
}
