// Package nodes has parts of a page rendered by go-app at once, where its frame
// loop would do it up to ten milliseconds later and, in a list, row by row.
package nodes

import (
	"reflect"
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A Renderer is what go-app works with itself. Its methods are called on the UI
// goroutine.
type Renderer interface {
	// UpdateComponentRoot renders one mounted component, and what is in it.
	UpdateComponentRoot(ctx app.Context, v app.Composer) (app.UI, error)

	// CanUpdate reports whether the mounted element v can become what new
	// describes, or has to be replaced.
	CanUpdate(v, new app.UI) bool

	// Update makes the mounted element v what new describes, with everything that
	// is in it.
	Update(ctx app.Context, v, new app.UI) (app.UI, error)

	// Dismount ends the life of a mounted element. It stays where it is.
	Dismount(v app.UI)
}

// Known returns go-app's renderer, and nil when go-app has none that is like that
// any more: then there is its frame loop.
//
// It is the type of a field of go-app's engine, which is there to be seen in the
// engine for tests.
var Known = sync.OnceValue(func() Renderer {
	engine := reflect.TypeOf(testEngine())
	if engine.Kind() != reflect.Pointer || engine.Elem().Kind() != reflect.Struct {
		return nil
	}
	field, found := Field(engine.Elem(), "nodes")
	if !found {
		return nil
	}
	renderer, _ := reflect.Zero(field.Type).Interface().(Renderer)
	return renderer
})

// Field finds a field of a struct's own by its name. reflect's FieldByName looks into
// embedded ones as well, which is some code that no other part of a client needs.
func Field(t reflect.Type, name string) (f reflect.StructField, found bool) {
	for i := range t.NumField() {
		if f := t.Field(i); f.Name == name {
			return f, true
		}
	}
	return f, false
}

// testEngine makes an engine that hears nothing of the page: it would take the
// place of the one that runs it.
func testEngine() app.TestEngine {
	if app.IsClient {
		for _, name := range []string{"onclick", "onpopstate", "onresize", "goappNav", "goappOnUpdate", "goappOnAppInstallChange"} {
			defer app.Window().Set(name, app.Window().Get(name))
		}
	}
	return app.NewTestEngine()
}
