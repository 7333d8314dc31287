//go:build js

package components_test

import (
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components"
)

// A page is a component that a test describes with a function.
type page struct {
	app.Compo
	render func() app.UI
	ctx    app.Context
}

func (p *page) OnMount(ctx app.Context) { p.ctx = ctx }
func (p *page) Render() app.UI          { return p.render() }

// show mounts a page in the document, and returns what renders it again.
func show(t *testing.T, render func() app.UI) (settle func(), p *page) {
	t.Helper()
	e := app.NewTestEngine()
	p = &page{render: render}
	if err := e.Load(p); err != nil {
		t.Fatal(err)
	}
	e.ConsumeAll()
	t.Cleanup(func() {
		if err := e.Load(&page{render: func() app.UI { return app.Div() }}); err != nil {
			t.Error(err)
		}
		e.ConsumeAll()
	})
	return e.ConsumeAll, p
}

func query(t *testing.T, selector string) app.Value {
	t.Helper()
	v := app.Window().Get("document").Call("querySelector", selector)
	if !v.Truthy() {
		t.Fatalf("nothing on the page is a %s: %s", selector, app.Window().Get("document").Get("body").Get("innerHTML"))
	}
	return v
}

func attr(v app.Value, name string) string { return v.Call("getAttribute", name).String() }

func TestToggleByClick(t *testing.T) {
	on := false
	settle, _ := show(t, func() app.UI {
		return components.Toggle().ID("x").Label("X").On(on).OnChange(func(_ app.Context, v bool) { on = v })
	})
	button := query(t, "[data-component=toggle] button[role=switch]")
	for _, want := range []bool{true, false, true} {
		button.Call("click")
		settle()
		if on != want || attr(button, "aria-checked") != map[bool]string{true: "true", false: "false"}[want] {
			t.Fatalf("on is %v, the switch says %s; want %v", on, attr(button, "aria-checked"), want)
		}
	}
}
