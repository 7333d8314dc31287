package live

import "syscall/js"

// thisPage is the environment of a page in a browser.
var thisPage = environment{follow: follow, state: pageState, watch: watchPage}

// pageCached is whether the tab has left the page, and keeps it for the back button. Such a page
// does not run: it has to give up its lock and its connection at once, and so counts as offline.
var pageCached = false

func pageState() (visible, online bool) {
	document, navigator := js.Global().Get("document"), js.Global().Get("navigator")
	return document.Get("visibilityState").String() != "hidden", navigator.Get("onLine").Bool() && !pageCached
}

func watchPage(changed func()) (stop func()) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		switch args[0].Get("type").String() {
		case "pagehide":
			pageCached = true
		case "pageshow":
			pageCached = false
		}
		changed()
		return nil
	})
	window, document := js.Global(), js.Global().Get("document")
	events := []struct {
		target js.Value
		name   string
	}{{document, "visibilitychange"}, {window, "online"}, {window, "offline"}, {window, "pageshow"}, {window, "pagehide"}}
	for _, e := range events {
		e.target.Call("addEventListener", e.name, f)
	}
	return func() {
		for _, e := range events {
			e.target.Call("removeEventListener", e.name, f)
		}
		f.Release()
	}
}
