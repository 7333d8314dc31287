package live

import (
	"syscall/js"
)

// thisPage is the page in the browser.
var thisPage = world{follow: follow, look: look, watch: watch}

func look() (seen, online bool) {
	return js.Global().Get("document").Get("visibilityState").String() != "hidden", js.Global().Get("navigator").Get("onLine").Bool()
}

func watch(changed func()) (stop func()) {
	f := js.FuncOf(func(js.Value, []js.Value) any {
		changed()
		return nil
	})
	window, document := js.Global(), js.Global().Get("document")
	on := []struct {
		target js.Value
		name   string
	}{{document, "visibilitychange"}, {window, "online"}, {window, "offline"}, {window, "pageshow"}}
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
