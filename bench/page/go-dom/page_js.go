// Command go-dom is the bench's page in Go with nothing but syscall/js: the same program as
// the page in plain DOM, one listener on the list and the element as the state. It shows what
// Go's way from a click to the browser and back costs, before go-app or any library.
//
// Built for wasm it is the page; built natively it writes the file around it.
package main

import (
	"net/url"
	"strconv"
	"strings"
	"syscall/js"
)

func main() {
	js.Global().Get("performance").Call("mark", "app:start")
	list := js.Global().Get("document").Call("getElementById", "rows")
	list.Set("innerHTML", rowsHTML(rowCount()))
	list.Call("addEventListener", "click", js.FuncOf(func(_ js.Value, args []js.Value) any {
		toggle(args[0].Get("target"))
		return nil
	}))
	select {}
}

func rowCount() int {
	address, err := url.Parse(js.Global().Get("location").Get("href").String())
	if err != nil {
		panic(err)
	}
	n, err := strconv.Atoi(address.Query().Get("n"))
	if err != nil {
		return 100
	}
	return n
}

func rowsHTML(n int) string {
	var all strings.Builder
	for i := range n {
		id := "e" + strconv.Itoa(i)
		all.WriteString(`<li id="row-` + id + `" data-testid="row" data-done="false">` +
			`<button id="toggle-` + id + `" data-testid="toggle">` + id + `</button></li>`)
	}
	return all.String()
}

func toggle(target js.Value) {
	id, isToggle := strings.CutPrefix(target.Get("id").String(), "toggle-")
	if !isToggle {
		return
	}
	row := target.Get("parentNode")
	before := row.Call("getAttribute", "data-done").String() == "true"
	setDone(row, !before)
	var settle js.Func
	settle = js.FuncOf(func(_ js.Value, reason []js.Value) any {
		settle.Release()
		if reason[0].Truthy() {
			setDone(row, before)
		}
		return nil
	})
	js.Global().Get("__lab").
		Call("effect", id, map[string]any{"done": !before}).
		Call("then", settle, settle)
}

func setDone(row js.Value, done bool) {
	row.Call("setAttribute", "data-done", strconv.FormatBool(done))
}
