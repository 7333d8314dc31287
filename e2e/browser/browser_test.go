//go:build e2e

package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Out = filepath.Join("..", Out)
	os.Exit(Run(m))
}

func TestFindsByWhatAScreenReaderSays(t *testing.T) {
	tab := Open(t, site(t, `
		<label>Name <input value="first"></label>
		<input type="search" aria-label="Search">
		<label for="v">Vocabulary</label><select id="v"><option value="a">All of them</option><option value="c">CRM</option></select>
		<label>Latency <input type="range" min="0" max="100"></label>
		<button role="switch" aria-checked="false" aria-labelledby="l"></button><span id="l">Has direction</span>
		<div role="alert">No connection <button>Retry</button></div>
		<div aria-hidden="true"><button>Retry</button></div>
		<ul><li><a href="#1" data-testid="row">one</a></li><li><a href="#2" data-testid="row">two</a></li></ul>`, ""))
	tab.Role("textbox", "Name").WantValue("first")
	tab.Role("searchbox", "Search").WantVisible()
	tab.Role("combobox", "Vocabulary").Choose("CRM")
	tab.Role("combobox", "Vocabulary").WantValue("c")
	tab.Role("slider", "Latency").Slide(25)
	tab.Role("slider", "Latency").WantValue("25")
	tab.Role("switch", "Has direction").WantAttribute("aria-checked", "false")
	tab.Role("alert", "").Role("button", "Retry").WantText("Retry")
	tab.Role("button", "Retry").WantCount(1) // the hidden one is no one's
	tab.TestID("row").WantCount(2)
	tab.TestID("row").Nth(1).WantText("two")
	tab.CSS("ul").TestID("row").Nth(0).WantText("one")
	tab.CSS("ol").WantNone()
	if got := tab.TestID("row").Nth(1).Attribute("href"); got != "#2" {
		t.Errorf("href is %q", got)
	}
}

func TestClicksAndTypesAsAPersonDoes(t *testing.T) {
	tab := Open(t, site(t, `
		<p id="log"></p><input aria-label="Name" value="old"><button class="far">Far away</button>`, `
		const log = document.getElementById("log"), input = document.querySelector("input")
		let trusted = true, presses = 0
		document.querySelector("button").onclick = e => { log.textContent = "clicked " + e.isTrusted }
		input.onkeydown = e => { presses++ }
		input.oninput = e => { log.textContent = input.value + " after " + presses }`))
	tab.Role("button", "Far away").Click()
	tab.CSS("#log").WantText("clicked true")
	tab.Role("textbox", "Name").Fill("new")
	tab.Role("textbox", "Name").WantValue("new")
	tab.CSS("#log").WantText("new after 4") // Control+a, n, e, w
	tab.Role("textbox", "Name").Fill("")
	tab.Role("textbox", "Name").WantValue("")
}

func TestKeyboardAlone(t *testing.T) {
	tab := Open(t, site(t, `<button>First</button><input type="checkbox" aria-label="On"><button>Last</button>`, ""))
	tab.Press("Tab", "Tab")
	tab.Role("checkbox", "On").WantFocus()
	tab.Press("Space")
	tab.CSS("input:checked").WantCount(1)
	tab.Press("Shift+Tab")
	tab.Role("button", "First").WantFocus()
}

func TestWaitsForWhatIsNotThereYet(t *testing.T) {
	tab := Open(t, site(t, `<p>before</p>`, `
		setTimeout(() => { document.body.innerHTML = "<p>after</p><button>Late</button>" }, 200)`))
	tab.CSS("p").WantText("after")
	tab.Role("button", "Late").Click()
}

func TestSaysWhatWasThereInstead(t *testing.T) {
	tab := Open(t, site(t, `<button>Covered</button><button>Twice</button><button>Twice</button><p>before</p>
		<input aria-label="Name"><div class="cover" id="cover">cover</div>`, ""))
	for _, row := range []struct {
		reason string
		steps  func(*Tab)
		says   string
	}{
		{"nothing has this name", func(tab *Tab) { tab.Role("button", "None").Click() }, `button "None": clicking: after 300ms it is not there`},
		{"two have this name", func(tab *Tab) { tab.Role("button", "Twice").Click() }, "there are 2 of them"},
		{"something lies over it", func(tab *Tab) { tab.Role("button", "Covered").Click() }, `covered by <div class="cover"`},
		{"another text", func(tab *Tab) { tab.CSS("p").WantText("after") }, `p: its text: after 300ms is "before", want "after"`},
		{"too many", func(tab *Tab) { tab.CSS("button").WantCount(1) }, `is "3", want "1"`},
		{"the focus is elsewhere", func(tab *Tab) { tab.CSS("input").WantFocus() }, "<body"},
		{"no such address", func(tab *Tab) { tab.WantURL("/kinds") }, "127.0.0.1"},
		{"never true", func(tab *Tab) { tab.WantTrue("1 > 2") }, `is "false"`},
		{"a key that no keyboard has", func(tab *Tab) { tab.Press("Any") }, `no key is named "Any"`},
	} {
		t.Run(row.reason, func(t *testing.T) {
			if said := fails(t, tab, row.steps); !strings.Contains(said, row.says) {
				t.Errorf("says %q, want %q in it", said, row.says)
			}
		})
	}
}

func TestHearsWhatGoesWrongInThePage(t *testing.T) {
	for _, row := range []struct{ reason, body, script, says string }{
		{"an error in the log", "", `console.error("it broke", 7)`, "console.error: it broke 7"},
		{"an exception that nobody catches", "", `setTimeout(() => { throw new Error("thrown") })`, "thrown"},
		{"a promise that nobody handles", "", `Promise.reject(new Error("rejected"))`, "rejected"},
		{"an inline script", `<script>window.inline = 1</script>`, "", "Content Security Policy"},
		{"an inline style", `<p style="color: red">red</p>`, "", "Content Security Policy"},
		{"an image from elsewhere", `<img src="http://127.0.0.1:9/a.png" alt="">`, "", "Content Security Policy"},
		{"a file that is not there", `<img src="/missing.png" alt="">`, "", "404"},
		{"a Go program that panicked", "", `console.log("panic: no such kind")`, "panic: no such kind"},
		{"a Go program that ended", "", `console.warn("exit code:", 2)`, "exit code: 2"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			tab := Open(t, site(t, row.body, row.script))
			deadline := time.Now().Add(timeout)
			for len(tab.Problems()) == 0 && time.Now().Before(deadline) {
				time.Sleep(pollInterval)
			}
			f := &recordingTest{TB: t}
			tab.console.report(f)
			if said := strings.Join(f.failures, "\n"); !strings.Contains(said, row.says) {
				t.Errorf("says %q, want %q in it", said, row.says)
			}
			tab.Allow(row.says)
			if problems := tab.Problems(); len(problems) != 0 {
				t.Errorf("allowed, and still a problem: %q", problems)
			}
		})
	}
}

func TestReloadBackAndForward(t *testing.T) {
	tab := Open(t, site(t, `<a href="/?second">second</a><p></p>`, `
		sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1
		document.querySelector("p").textContent = "load " + sessionStorage.loads`))
	tab.CSS("p").WantText("load 1")
	tab.Reload()
	tab.CSS("p").WantText("load 2")
	tab.Role("link", "second").Click()
	tab.WantURL("/?second")
	tab.Back()
	tab.WantURL("/")
	tab.Forward()
	tab.WantURL("/?second")
}

func TestTwoTabsShareWhatOneBrowserStores(t *testing.T) {
	address := site(t, `<p></p><output></output>`, `
		document.querySelector("output").textContent = window.prepared
		const p = document.querySelector("p"), show = () => { p.textContent = localStorage.name ?? "nobody" }
		onstorage = show
		show()`)
	tab := New(t)
	tab.Prepare(`window.prepared = "prepared"`)
	tab.Goto(address)
	tab.CSS("p").WantText("nobody")
	another := tab.OpenAnother(address)
	Eval[any](another, `localStorage.name = "someone"`)
	tab.CSS("p").WantText("someone")
	tab.CSS("output").WantText("prepared")
	another.CSS("output").WantText("prepared")
	Open(t, address).CSS("p").WantText("nobody")
}

func TestOfflineThePageComesFromItsWorker(t *testing.T) {
	tab := Open(t, site(t, `<p>from the server</p>`, `
		addEventListener("offline", () => { document.querySelector("p").textContent = "offline" })
		navigator.serviceWorker.register("/worker.js")`))
	tab.WantTrue(`navigator.serviceWorker.controller !== null`)
	tab.SetOffline(true)
	tab.CSS("p").WantText("offline")
	if Eval[bool](tab, `navigator.onLine`) {
		t.Error("the page is not told that it is offline")
	}
	if got := Eval[string](tab, `fetch("/worker.js").then(r => "a response", () => "no response")`); got != "no response" {
		t.Errorf("what the worker has not cached gives %s", got)
	}
	tab.Reload()
	tab.CSS("p").WantText("from the server")
	tab.SetOffline(false)
	if got := Eval[string](tab, `fetch("/worker.js").then(r => "a response", () => "no response")`); got != "a response" {
		t.Errorf("online again, it gives %s", got)
	}
	tab.Allow("ERR_INTERNET_DISCONNECTED")
	tab.Allow("ERR_FAILED")
}

func TestColoursAndSizes(t *testing.T) {
	tab := Open(t, site(t, `<p>text</p>`, ""))
	tab.SetDark(true)
	tab.WantTrue(`getComputedStyle(document.body).backgroundColor === "rgb(0, 0, 0)"`)
	tab.SetDark(false)
	tab.WantTrue(`getComputedStyle(document.body).backgroundColor !== "rgb(0, 0, 0)"`)
	tab.Resize(640, 480)
	tab.WantTrue(`innerWidth === 640 && innerHeight === 480`)
	tab.EmulatePhone()
	tab.WantTrue(`screen.width === 390 && devicePixelRatio === 2 && navigator.maxTouchPoints > 0`)
}

func TestPictures(t *testing.T) {
	was := Out
	Out = t.TempDir()
	t.Cleanup(func() { Out = was })
	tab := Open(t, site(t, `<p>text</p>`, ""))
	tab.Picture("page")
	tab.saveEvidence()
	for _, name := range []string{"page.png", "TestPictures-failed.png", "TestPictures-failed.html"} {
		if info, err := os.Stat(filepath.Join(Out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A page of another site comes from another process, which takes over while the
// page that was opened is already to be seen from outside.
func TestAPageIsAttachedToWhileItArrives(t *testing.T) {
	tab := OpenPersistent(t)
	url := site(t, `<button>Open</button>`, `
		const there = location.href.replace("127.0.0.1", "localhost")
		document.querySelector("button").onclick = () => open(there, "_blank", "noopener")`)
	tab.Goto(url)
	for range 20 {
		tab.Role("button", "Open").Click()
		opened := tab.WaitForOpened()
		opened.WantURL("/")
		opened.Close()
	}
}
