// Command goapp is the bench's page in go-app alone, as its documentation teaches shared
// state: one state holds the rows, the page observes it, a row sets it.
//
// A state per row, observed in the row's OnMount, would render no less (go-app flags every
// ancestor of what is dispatched) and cannot mount 10,000 rows: each OnMount is a dispatch, and
// the channel that takes them holds 4,096.
//
// Built for wasm it is the page; built natively it writes the static site around it.
package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/bench/page/site"
)

func main() {
	if app.IsClient {
		app.Window().Get("performance").Call("mark", "app:start")
	}
	app.Route("/", func() app.Composer { return &rowsPage{} })
	app.RunWhenOnBrowser()
	site.Write("go-app alone")
}

// item is what the state "rows" holds n of.
type item struct {
	ID   string
	Done bool
}

// rowsPage renders ?n=N rows.
type rowsPage struct {
	app.Compo
	rows []item
}

func (p *rowsPage) OnMount(ctx app.Context) {
	n, err := strconv.Atoi(ctx.Page().URL().Query().Get("n"))
	if err != nil {
		n = 100
	}
	rows := make([]item, n)
	for i := range rows {
		rows[i].ID = fmt.Sprintf("e%d", i)
	}
	ctx.SetState("rows", rows)
	ctx.ObserveState("rows", &p.rows)
}

func (p *rowsPage) Render() app.UI {
	return app.Ul().ID("rows").Body(
		app.Range(p.rows).Slice(func(i int) app.UI {
			return &row{Index: i, Item: p.rows[i]}
		}),
	)
}

// row is one li with its button.
type row struct {
	app.Compo
	Index int
	Item  item
}

func (r *row) Render() app.UI {
	return app.Li().
		ID("row-"+r.Item.ID).
		DataSet("testid", "row").
		DataSet("done", r.Item.Done).
		Body(
			app.Button().
				ID("toggle-"+r.Item.ID).
				DataSet("testid", "toggle").
				Text(r.Item.ID).
				OnClick(r.toggle),
		)
}

// toggle shows the change at once and takes it back when the effect fails.
func (r *row) toggle(ctx app.Context, _ app.Event) {
	index, id, done := r.Index, r.Item.ID, !r.Item.Done
	setDone(ctx, index, done)

	var kept, failed app.Func
	release := func() { kept.Release(); failed.Release() }
	kept = app.FuncOf(func(app.Value, []app.Value) any {
		release()
		return nil
	})
	failed = app.FuncOf(func(app.Value, []app.Value) any {
		release()
		ctx.Dispatch(func(ctx app.Context) { setDone(ctx, index, !done) })
		return nil
	})
	app.Window().Get("__lab").
		Call("effect", id, map[string]any{"done": done}).
		Call("then", kept, failed)
}

func setDone(ctx app.Context, index int, done bool) {
	var rows []item
	ctx.GetState("rows", &rows)
	rows = slices.Clone(rows) // what observers hold is not written to
	rows[index].Done = done
	ctx.SetState("rows", rows)
}
