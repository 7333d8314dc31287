// Command library is bench/weight/bare with this library: a page that uses a bit of
// everything of atom, saga and components, as a page of some size would. What it
// weighs more than the other one is what the library costs.
package main

import (
	"context"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/hook"
)

type task struct {
	ID   string `atom:"key"`
	Name string
	Done bool
}

var (
	board = atom.Async(func(ctx context.Context, _ atom.Reader) (atom.Map[string, task], error) {
		return fetch.Get[atom.Map[string, task]](ctx, "/tasks")
	})
	taskByID = atom.NewFamily(func(id string) *atom.Atom[task] { return atom.MapKey(board.Value(), id) })
	order    = atom.New(draft.ListOf[string]())
	open     = atom.Derive(func(r atom.Reader) (n int) {
		for _, t := range board.Get(r).Value.All() {
			if !t.Done {
				n++
			}
		}
		return n
	})
)

type (
	bind = hook.Bind

	page struct {
		app.Compo
		bind
		board hook.View[atom.Loadable[atom.Map[string, task]]]
		order hook.View[atom.List[string]]
		open  hook.View[int]
	}
	row struct {
		app.Compo
		bind
		ID   string
		task hook.Hook[task]
	}
)

func (p *page) Render() app.UI {
	ids := p.order.Use(&p.bind, order)
	if !p.board.Use(&p.bind, board).Loaded {
		return app.P().Text("Loading")
	}
	return app.Div().Body(
		app.H1().Text("Hello"),
		app.P().Text(p.open.Use(&p.bind, open)),
		app.Button().Text("Clear").OnClick(p.clear),
		app.Range(make([]int, ids.Len())).Slice(func(i int) app.UI { return &row{ID: ids.At(i)} }),
	)
}

func (p *page) clear(app.Context, app.Event) {
	saga.Transact(p.Store(), func(tx *saga.Tx) {
		saga.Edit(tx, order, func(all *atom.List[string]) { all.Clear() })
		saga.Edit(tx, board.Value(), func(all *atom.Map[string, task]) { all.Clear() })
	}, func(ctx context.Context, _ []draft.Changes) error {
		_, err := fetch.Do(ctx, fetch.Request{Method: "DELETE", URL: "/tasks"})
		return err
	})
}

func (r *row) Render() app.UI {
	now := r.task.Use(&r.bind, taskByID.Of(r.ID))
	return app.Div().Body(
		components.Toggle().Label("Done").On(now.Done).OnChange(r.finish).Status(&r.task),
		components.Input().Label("Name").Value(now.Name).OnChange(r.rename).Status(&r.task),
	)
}

func (r *row) finish(_ app.Context, done bool) {
	r.task.Run(saga.New(
		func(t *task) string { t.Done = done; return t.ID },
		func(ctx context.Context, _ task, id string) (task, error) {
			return fetch.Patch[task](ctx, "/tasks/"+id)
		},
		func(t *task, saved task) { t.Name = saved.Name },
	).Latest().Retry(saga.Backoff{Retries: 3}))
}

func (r *row) rename(_ app.Context, name string) {
	r.task.Run(saga.Update(func(t *task) { t.Name = name }).Effect(func(ctx context.Context, t task) error {
		_, err := fetch.JSON[task](ctx, fetch.Request{Method: "PUT", URL: "/tasks/" + t.ID}, t)
		return err
	}))
}

func main() {
	app.Route("/", func() app.Composer { return &page{} })
	app.RunWhenOnBrowser()
}
