// Package nodes uses what go-app does not export, to render parts of a page at once.
// go-app's own frame loop would render them up to ten milliseconds later and, in a
// list, row by row. Where go-app is not as expected, [Known] and [Mark] say so, and
// its frame loop does it.
package nodes

import (
	"reflect"
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A Renderer is go-app's own. Its methods are called on the UI goroutine.
type Renderer interface {
	// UpdateComponentRoot renders a mounted component, and what is in it.
	UpdateComponentRoot(ctx app.Context, v app.Composer) (app.UI, error)

	// CanUpdate reports whether the mounted element v can become what next
	// describes. Otherwise it has to be replaced.
	CanUpdate(v, next app.UI) bool

	// Update makes the mounted element v, with everything in it, what next
	// describes.
	Update(ctx app.Context, v, next app.UI) (app.UI, error)

	// Dismount ends the life of a mounted element, and leaves it in the document.
	Dismount(v app.UI)
}

// Known returns go-app's renderer, or nil when go-app has no [Renderer]: then its
// frame loop has to render.
//
// The renderer is the type of a field of go-app's engine. The engine for tests is the
// one that go-app lets others make.
var Known = sync.OnceValue(func() Renderer {
	engine := reflect.TypeOf(testEngine())
	if engine.Kind() != reflect.Pointer || engine.Elem().Kind() != reflect.Struct {
		return nil
	}
	field, found := fieldByName(engine.Elem(), "nodes")
	if !found {
		return nil
	}
	renderer, _ := reflect.Zero(field.Type).Interface().(Renderer)
	return renderer
})

// fieldByName returns the field of a struct with a name. Unlike reflect's FieldByName it does
// not search embedded structs, which is code that nothing else in a client needs.
func fieldByName(t reflect.Type, name string) (f reflect.StructField, found bool) {
	for i := range t.NumField() {
		if f := t.Field(i); f.Name == name {
			return f, true
		}
	}
	return f, false
}

// testEngine returns an engine that does not listen to the page: it would replace the
// listeners of the engine that runs the page.
func testEngine() app.TestEngine {
	if app.IsClient {
		listeners := map[string]app.Value{}
		for _, name := range []string{"onclick", "onpopstate", "onresize", "goappNav", "goappOnUpdate", "goappOnAppInstallChange"} {
			listeners[name] = app.Window().Get(name)
		}
		defer func() {
			for name, listener := range listeners {
				app.Window().Set(name, listener)
			}
		}()
	}
	return app.NewTestEngine()
}
