//go:build e2e

package e2e

import (
	"io"
	"net/http"
	"testing"
)

func TestAProgramThatDoesNotComeTakesClicksBack(t *testing.T) {
	for _, row := range []struct {
		reason string
		answer http.HandlerFunc
	}{
		{"it is not there", http.NotFound},
		{"it is something else", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, intrudersPage)
		}},
		{"it is cut", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/wasm")
			w.Header().Set("Content-Length", "1000000")
			io.WriteString(w, "\x00asm\x01\x00\x00\x00")
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}},
	} {
		t.Run(row.reason, func(t *testing.T) {
			a, program := openBeforeProgram(t, pathOf(wasDeathOf))
			a.Allow("404")
			a.Allow("ERR_")
			a.Allow("loading wasm failed")
			a.Allow("network error")
			a.direction().Click()
			a.direction().WantAttribute("aria-checked", "false")
			a.direction().WantAttribute("data-early", "")

			program.Answer(row.answer)

			a.direction().WantAttribute("aria-checked", "true")
			a.WantTrue(`document.querySelector("[data-early]") === null`)
			a.alert().WantText("What you have clicked was not done: the program of this page did not load. Load it again")
			if shown := a.program.stored(wasDeathOf); !shown.HasDirection {
				t.Errorf("stored: %+v", shown)
			}
			a.Picture("the-program-did-not-come")

			a.row(diedIn).Click() // a link
			a.heading().WantText("died in")
			a.waitForProgram()
		})
	}
}

// A browser extension may insert an element before the program starts.
func TestThePageAppearsOnceWhateverElseIsInTheBody(t *testing.T) {
	a, program := openBeforeProgram(t, pathOf(wasDeathOf))
	a.direction().Click()
	a.WantTrue(`document.body.prepend(Object.assign(document.createElement("div"), {id: "extension"})), true`)
	program.Pass()
	a.WantTrue(`!window.prerendered.isConnected`)
	a.WantTrue(`document.querySelectorAll(".page").length === 1 && document.body.firstElementChild.id === "extension"`)
	a.WantTrue(`document.querySelector("[role=switch]").ariaChecked === "false"`)
	a.wantDirection(false, false)
	a.row(diedIn).Click()
	a.heading().WantText("died in")
	a.WantTrue(`document.querySelectorAll(".page").length === 1`)
}

// denyStorage makes all storage throw, as when cookies are blocked.
const denyStorage = `(() => {
	const deny = (object, name) => Object.defineProperty(object, name, { configurable: true, get() { throw new DOMException("denied", "SecurityError") } })
	for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) deny(window, name)
	navigator.locks.request = () => Promise.reject(new DOMException("denied", "SecurityError"))
	navigator.serviceWorker.register = () => Promise.reject(new DOMException("denied", "SecurityError"))
})()`

func TestWithoutStorageEverythingButKeepingWorks(t *testing.T) {
	a := newApp(t)
	a.Prepare(denyStorage)
	a.Allow("denied")
	a.Allow("422")
	a.Goto(a.gate.URL(pathOf(wasDeathOf)))
	a.waitForProgram()
	a.waitForLive()

	refused := a.hold(wasDeathOf)
	a.direction().Click()
	a.wantDirection(false, true)
	refused.Refuse(422, "not today")
	a.wantDirection(true, false)
	a.alert().WantVisible()

	a.direction().Click()
	a.wantDirection(false, false)
	if stored := a.program.stored(wasDeathOf); stored.HasDirection {
		t.Errorf("stored: %+v", stored)
	}
	a.Picture("without-storage")
}

// translatePage replaces texts by font elements, as a translator does.
const translatePage = `(() => {
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), all = []
	while (texts.nextNode()) all.push(texts.currentNode)
	for (const text of all) {
		if (!text.data.trim() || text.parentElement.closest("font, textarea, script")) continue
		const font = document.createElement("font")
		font.append(document.createElement("font"))
		font.firstChild.textContent = "«" + text.data + "»"
		text.replaceWith(font)
	}
	return true
})()`

func TestATranslatedPageShowsNewValuesOnly(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	b := a.openInOtherBrowser(pathOf(wasDeathOf))
	a.waitForLive()
	a.WantTrue(translatePage)
	a.heading().WantText("«was death of»")

	b.edit(b.name(), "was the death of")

	a.heading().WantText("was the death of")
	a.WantTrue(`document.querySelector("[data-id='crm:P100_was_death_of']").innerText.startsWith("was the death of\n«has a direction»")`)
	a.WantTrue(translatePage)
	b.edit(b.name(), "was its death")
	a.heading().WantText("was its death")
	a.row(diedIn).Click()
	a.heading().WantText("died in")
	a.row(wasDeathOf).Click()
	a.heading().WantText("was its death")
}

func TestAChangeWaitsForALoginAndGoesOnAfterIt(t *testing.T) {
	a := openPage(t, pathOf(wasDeathOf))
	a.waitForLive()
	a.Allow("401")
	change := a.hold(wasDeathOf)
	a.direction().Click()
	change.Refuse(401, "log in first")

	a.wantDirection(false, true)
	a.wantOutboxText("1 change waits until you have logged in")
	a.alert().WantNone()
	a.Role("link", "Log in").WantAttribute("href", "/login")
	a.Picture("waits-for-a-login")

	a.WantTrue(`dispatchEvent(new Event("focus"))`) // the user comes back from there
	a.wantDirection(false, false)
	a.Role("link", "Log in").WantNone()
	if stored := a.program.stored(wasDeathOf); stored.HasDirection || stored.Version != 2 {
		t.Errorf("stored: %+v", stored)
	}
}
