// Command drafts is bench/weight/bare with the draft engine alone: a value with a
// List and a Map is edited, and its changes are rendered as a patch. What it weighs
// more than the other one is what the engine costs.
package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom/draft"
)

type task struct {
	ID   string `atom:"key"`
	Name string
	Done bool
}

type board struct {
	Title string
	Tasks draft.List[task]
	Notes draft.Map[string, string]
}

var state board

type page struct{ app.Compo }

func (p *page) Render() app.UI {
	return app.Div().Body(
		app.H1().Text(state.Title),
		app.Button().Text("Add").OnClick(p.add),
		app.Range(make([]int, state.Tasks.Len())).Slice(func(i int) app.UI { return app.Button().Text(state.Tasks.At(i).Name) }),
	)
}

func (p *page) add(ctx app.Context, _ app.Event) {
	next, c, err := draft.Update(state, func(b *board) {
		b.Tasks.Insert(0, task{ID: b.Title})
		b.Notes.Set(b.Title, "new")
	})
	if err != nil {
		return
	}
	state = next
	patch, err := c.JSONPatch()
	app.Log(string(patch), err)
}

func main() {
	app.Route("/", func() app.Composer { return &page{} })
	app.RunWhenOnBrowser()
}
