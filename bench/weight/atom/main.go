// Command atom is bench/weight/bare with an atom that holds a List and a Map: it
// is edited, its changes are rendered as a patch, and a patch is applied to it. What
// it weighs more than the other one is what package atom costs.
package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

type task struct {
	ID   string `atom:"key"`
	Name string
	Done bool
}

type board struct {
	Title string
	Tasks atom.List[task]
	Notes atom.Map[string, string]
}

var (
	state = atom.New(board{Title: "Hello"})
	tasks = atom.Focus(state, func(b *board) *atom.List[task] { return &b.Tasks })
)

type page struct{ app.Compo }

func (p *page) Render() app.UI {
	now := state.Get(atom.Default)
	return app.Div().Body(
		app.H1().Text(now.Title),
		app.P().Text(now.Notes.String()),
		app.Button().Text("Add").OnClick(p.add),
		app.Button().Text("Receive").OnClick(p.receive),
		app.Range(make([]int, now.Tasks.Len())).Slice(func(i int) app.UI { return app.Button().Text(now.Tasks.At(i).Name).OnClick(p.finish) }),
	)
}

func (p *page) add(ctx app.Context, _ app.Event) {
	entry, err := atom.Dispatch(atom.Default, state.Edit(func(b *board) {
		b.Tasks.Insert(0, task{ID: b.Title})
		b.Notes.Set(b.Title, "new")
	}))
	if err != nil {
		return
	}
	patch, err := entry.Patch(atom.Default, 0).JSONPatch()
	app.Log(string(patch), err)
}

func (p *page) finish(ctx app.Context, _ app.Event) {
	one := atom.ListAt(tasks, ctx.JSSrc().Get("id").String())
	app.Log(one.Update(atom.Default, func(t *task) { t.Done = !t.Done }))
}

func (p *page) receive(ctx app.Context, e app.Event) {
	app.Log(state.SyncFunc(atom.Default, func(base board) (board, error) {
		next, _, err := draft.ApplyPatch(base, []byte(e.Get("data").String()), draft.Limits{})
		return next, err
	}))
}

func main() {
	app.Route("/", func() app.Composer { return &page{} })
	app.RunWhenOnBrowser()
}
