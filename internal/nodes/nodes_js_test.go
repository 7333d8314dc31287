//go:build js

package nodes

import (
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func TestThePageKeepsItsListeners(t *testing.T) {
	app.Window().Set("onresize", app.FuncOf(func(app.Value, []app.Value) any { return nil }))
	before := app.Window().Get("onresize")
	testEngine()
	if !before.Equal(app.Window().Get("onresize")) {
		t.Error("the engine for tests listens to the page")
	}
	if v := app.Window().Get("onclick"); v.Truthy() {
		t.Errorf("onclick is %v", v)
	}
}
