//go:build e2e

package e2e

import (
	"io"
	"net/http"
	"testing"

	"github.com/atomsaga/atomsaga/e2e/browser"
)

const intrudersPage = `<!doctype html><html lang="en"><title>Log in</title><link rel="icon" href="data:,"><h1>Log in to go on</h1>`

// intruders answer in the server's place.
var intruders = []struct {
	reason string
	http.HandlerFunc
}{
	{"a login sends the browser to another page of the same origin", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/sso" {
			http.Redirect(w, r, "/sso", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, intrudersPage)
	}},
	{"a network answers everything with a page of its own", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, intrudersPage)
	}},
}

// heading is the heading of the page, whoever it is from.
func (a *app) heading() *browser.Element { return a.CSS("h1") }

func TestTheWorkerKeepsNothingThatIsNotTheServers(t *testing.T) {
	for _, intruder := range intruders {
		t.Run(intruder.reason, func(t *testing.T) {
			a := openPage(t, "/")
			a.waitForWorker()
			a.Allow("ERR_")
			a.Allow("Unexpected token")
			a.Allow("MIME")
			a.Allow("404") // what was redirected there when the server is back
			a.gate.AnswerWith(intruder)

			// What the page asks for, a navigation, and what is fetched anew after a change.
			a.WantTrue(`fetch("/api/kinds").then(r => r.json()).then(kinds => JSON.stringify(kinds).includes("was_death_of"))`)
			a.Goto(a.gate.URL("/"))
			a.heading().WantText("Log in to go on")

			a.gate.AnswerWith(nil)
			a.SetOffline(true)
			a.gate.Down(true)
			a.Goto(a.gate.URL("/"))
			a.waitForProgram()
			a.row(wasDeathOf).WantVisible()
		})
	}
}

func TestAVersionThatSomethingElseAnsweredForIsNotInstalled(t *testing.T) {
	for _, intruder := range intruders {
		t.Run(intruder.reason, func(t *testing.T) {
			a, site := openFirstRelease(t)
			a.Allow("ERR_")
			a.Allow("answered by something else")
			a.Allow("Unexpected token")
			a.Allow("MIME")
			a.Allow("404") // what was redirected there when the server is back

			// The worker's script is the next version's; its files are the intruder's.
			site.current.Store(site.second)
			a.gate.AnswerWith(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/app-worker.js" {
					site.second.Handler().ServeHTTP(w, r)
					return
				}
				intruder.ServeHTTP(w, r)
			}))
			a.WantTrue(`(async () => {
				const registration = await navigator.serviceWorker.ready
				await registration.update().catch(() => {})
				const next = registration.installing
				if (next && next.state !== "redundant") await new Promise(resolve => next.onstatechange = resolve)
				return !registration.installing && !registration.waiting
			})()`)
			a.WantTrue(`(async () => {
				for (const name of await caches.keys())
					for (const request of await (await caches.open(name)).keys())
						if ((await (await caches.match(request)).text()).includes("Log in to go on")) return false
				return true
			})()`)

			a.gate.AnswerWith(nil)
			a.reload()
			a.row(wasDeathOf).WantVisible()
		})
	}
}
