package live

import "syscall/js"

// thisPage is the page in the browser.
var thisPage = world{follow: follow, look: look, watch: watch}

// away is a page that its tab has left, and keeps for the back button. Nothing
// runs there any more: what it holds has to be let go of at once.
var away = false

func look() (seen, online bool) {
	document, navigator := js.Global().Get("document"), js.Global().Get("navigator")
	return document.Get("visibilityState").String() != "hidden", navigator.Get("onLine").Bool() && !away
}

func watch(changed func()) (stop func()) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		switch args[0].Get("type").String() {
		case "pagehide":
			away = true
		case "pageshow":
			away = false
		}
		changed()
		return nil
	})
	window, document := js.Global(), js.Global().Get("document")
	on := []struct {
		target js.Value
		name   string
	}{{document, "visibilitychange"}, {window, "online"}, {window, "offline"}, {window, "pageshow"}, {window, "pagehide"}}
	for _, e := range on {
		e.target.Call("addEventListener", e.name, f)
	}
	return func() {
		for _, e := range on {
			e.target.Call("removeEventListener", e.name, f)
		}
		f.Release()
	}
}
