// Package nodes renders, mounts and dismounts elements of go-app at once, where
// go-app's frame loop would do it up to ten milliseconds later, and outside of
// the tree that it compares as a whole.
package nodes

import (
	"reflect"
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A Renderer is what go-app works with itself. Its methods are called on the UI
// goroutine, and not while a component is being rendered.
type Renderer interface {
	// Mount makes the element that v describes, with all that is in it. What is
	// returned is on no page yet, and has no parent.
	Mount(ctx app.Context, depth uint, v app.UI) (app.UI, error)

	// CanUpdate reports whether the mounted element v can become what new
	// describes, or has to be replaced.
	CanUpdate(v, new app.UI) bool

	// Update makes the mounted element v what new describes.
	Update(ctx app.Context, v, new app.UI) (app.UI, error)

	// UpdateComponentRoot renders one mounted component, and what is in it.
	UpdateComponentRoot(ctx app.Context, v app.Composer) (app.UI, error)

	// Dismount ends the life of what Mount has returned. It stays on the page.
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
	field, found := engine.Elem().FieldByName("nodes")
	if !found {
		return nil
	}
	renderer, _ := reflect.Zero(field.Type).Interface().(Renderer)
	return renderer
})

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
