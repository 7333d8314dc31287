package hook

import (
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Handlers returns how many handlers of On are on the page.
func Handlers() int { return len(handlerOf) }

// TakeOverLinks returns what a click on a link calls.
func TakeOverLinks() func(app.Value) {
	l := takeOverLinks()
	return func(e app.Value) { l.handle(js.ValueOf(map[string]any{"type": e.Get("type").String()})) }
}
