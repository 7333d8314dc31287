package early

import (
	"syscall/js"
	"testing"
)

// The loader is go-app's: what shows how far the program has come.
const loader = `<aside id="app-wasm-loader"><img id="app-wasm-loader-icon" class="goapp-logo goapp-spin"><p id="app-wasm-loader-label">0</p></aside>`

// load shows go-app's loader behind the page that arrives next.
func load(t *testing.T) js.Value {
	aside := document().Call("createElement", "div")
	aside.Set("innerHTML", loader)
	aside = aside.Get("firstElementChild")
	document().Get("body").Call("prepend", aside)
	t.Cleanup(func() { aside.Call("remove") })
	return aside
}

// clock holds what the script puts off for half a minute, until run.
func clock(t *testing.T) (run func()) {
	c := js.Global().Get("Function").New(`
		const { setTimeout, clearTimeout } = window, held = new Set();
		window.setTimeout = (f, delay, ...rest) => (delay === 30000 ? (held.add(f), f) : setTimeout(f, delay, ...rest));
		window.clearTimeout = (timer) => held.delete(timer) || clearTimeout(timer);
		return {
			run() { for (const f of held) { held.delete(f); f(); } },
			end() { Object.assign(window, { setTimeout, clearTimeout }); },
		};`).Invoke()
	t.Cleanup(func() { c.Call("end") })
	return func() { c.Call("run") }
}

func TestAProgramThatFailsToLoadLeavesAPageThatCanBeRead(t *testing.T) {
	const page = `<button id="go">Go</button><button id="on" role="switch" aria-checked="false">On</button>
		<button id="busy" aria-busy="false">Busy</button><input id="text"><a id="link" href="#elsewhere">Elsewhere</a>`
	for _, row := range []struct {
		reason string
		fail   func(v visit, loader js.Value, run func())
	}{
		{"go-app shows an error", func(v visit, loader js.Value, _ func()) {
			loader.Call("querySelector", "img").Set("className", "goapp-logo")
		}},
		{"a script of the page cannot be had", func(v visit, _ js.Value, _ func()) {
			broken := document().Call("createElement", "script")
			broken.Set("type", "text/plain") // so that it is not even asked for
			broken.Set("src", "/app.js")
			document().Get("head").Call("append", broken)
			broken.Call("dispatchEvent", js.Global().Get("Event").New("error"))
		}},
		{"nothing moves for a while", func(_ visit, _ js.Value, run func()) { run() }},
	} {
		t.Run(row.reason, func(t *testing.T) {
			run := clock(t)
			aside := load(t)
			v := arrive(t, page)
			v.click("#go")
			v.click("#on")
			v.click("#on")
			v.click("#on")
			v.click("#busy")
			v.enter("#text", "typed", false)
			if v.find("#on").Get("ariaChecked").String() != "true" {
				t.Error("a switch does not show that it was clicked")
			}

			row.fail(v, aside, run)
			v.pause()

			if on := v.find("#on"); on.Get("ariaChecked").String() != "false" || on.Call("hasAttribute", "data-early").Bool() || on.Call("hasAttribute", "aria-busy").Bool() {
				t.Errorf("what was not done still shows: %s", on.Get("outerHTML"))
			}
			if busy := v.find("#busy").Get("ariaBusy").String(); busy != "false" {
				t.Errorf("aria-busy was false and is %s", busy)
			}
			if said := v.find(".early-failed").Get("textContent").String(); said[:36] != "What you have clicked was not done: " {
				t.Errorf("it says %q", said)
			}
			prevented := true
			listen(v.find("#link"), "click", func(e js.Value) { prevented = e.Get("defaultPrevented").Bool() })
			v.click("#link")
			if prevented {
				t.Error("a link does not work")
			}

			v.program(page) // comes at last
			if got := v.log(); got != "text:input=typed" {
				t.Errorf("the program that comes at last hears %q", got)
			}
			if v.exists(".early-failed") {
				t.Error("it still says that it did not come")
			}
		})
	}
}

func TestAProgramThatComesSlowlyIsWaitedFor(t *testing.T) {
	run := clock(t)
	aside := load(t)
	v := arrive(t, `<button id="go">Go</button>`)
	v.click("#go")
	aside.Call("querySelector", "p").Set("innerText", "50")
	v.pause()
	if v.exists(".early-failed") {
		t.Error("given up while the program comes")
	}
	v.program(`<button id="go">Go</button>`)
	run()
	if got := v.log(); got != "go:click" || v.exists(".early-failed") {
		t.Errorf("after the program has come: %q", got)
	}
}

func TestThePageIsKnownWhereverItStands(t *testing.T) {
	load(t)
	v := arrive(t, `<button>Go</button>`)
	v.find("button").Call("setAttribute", "data-name", "go")
	v.click("button")
	intruder := document().Call("createElement", "div")
	document().Get("body").Call("prepend", intruder)
	t.Cleanup(func() { intruder.Call("remove") })

	v.program(`<button data-name="go">Go</button>`) // takes the first element, as go-app does

	if got := v.log(); got != "" { // of the intruder, which is first now
		t.Errorf("the first element hears %q", got)
	}
	page := intruder.Get("nextElementSibling")
	if got := page.Get("dataset").Get("log"); !got.Truthy() || got.String() != "go:click" {
		t.Errorf("the program's page hears %v", got)
	}
	page.Call("remove")
}
