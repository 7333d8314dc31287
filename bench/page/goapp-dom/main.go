// Command goapp-dom is the bench's page with go-app for mounting it and for the events, and
// nothing for the state: the handler of a click writes to the element itself, as the page in
// plain DOM does. It shows what go-app's way from a click to its handler costs, and Go's to the
// browser and back, before any library has begun.
//
// Built for wasm it is the page; built natively it writes the static site around it.
package main

import (
	"fmt"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/bench/page/site"
)

func main() {
	if app.IsClient {
		app.Window().Get("performance").Call("mark", "app:start")
	}
	app.Route("/", func() app.Composer { return &page{} })
	app.RunWhenOnBrowser()
	site.Write("go-app, DOM by hand")
}

// page renders ?n=N rows, once.
type page struct {
	app.Compo
	n int
}

func (p *page) OnMount(ctx app.Context) {
	n, err := strconv.Atoi(ctx.Page().URL().Query().Get("n"))
	if err != nil {
		n = 100
	}
	p.n = n
}

func (p *page) Render() app.UI {
	return app.Ul().ID("rows").Body(
		app.Range(make([]struct{}, p.n)).Slice(func(i int) app.UI { return &row{ID: fmt.Sprintf("e%d", i)} }),
	)
}

// row is one li with its button.
type row struct {
	app.Compo
	ID   string
	done bool
}

func (r *row) Render() app.UI {
	return app.Li().ID("row-"+r.ID).DataSet("testid", "row").DataSet("done", r.done).Body(
		app.Button().ID("toggle-"+r.ID).DataSet("testid", "toggle").Text(r.ID).OnClick(r.toggle),
	)
}

func (r *row) toggle(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate()
	before := r.done
	r.setDone(!before)
	var settle app.Func
	settle = app.FuncOf(func(_ app.Value, reason []app.Value) any {
		settle.Release()
		if reason[0].Truthy() {
			r.setDone(before)
		}
		return nil
	})
	app.Window().Get("__lab").
		Call("effect", r.ID, map[string]any{"done": r.done}).
		Call("then", settle, settle)
}

func (r *row) setDone(done bool) {
	r.done = done
	r.JSValue().Call("setAttribute", "data-done", strconv.FormatBool(done))
}
