package hook

import (
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Handlers is how many handlers of On there are on the page.
func Handlers() int { return len(handling) }

// TakeOverLinks returns what a click on a link calls.
func TakeOverLinks() func(app.Value) {
	l := takeOverLinks()
	return func(e app.Value) { l.follow(js.ValueOf(map[string]any{"type": e.Get("type").String()})) }
}
