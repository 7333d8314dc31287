// Atomsaga's demo: relationship kinds, edited with changes that show at once and
// roll back exactly. Built for this machine it is the server; built for js/wasm,
// the page.
package main

import "github.com/atomsaga/atomsaga/internal/app"

func main() {
	app.Register()
	run()
}
