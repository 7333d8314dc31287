// Command atomsaga is the bench's page as a user of the library would write it: one atom
// holds the page, a family has an atom for each row, and a click runs a saga on that.
//
// Built for wasm it is the page; built natively it writes the static site around it.
package main

import (
	"context"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/bench/page/site"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
	"github.com/atomsaga/atomsaga/saga/promise"
)

// board is everything that the page shows.
type board struct {
	Order atom.List[string]
	Items atom.Map[string, item]
}

type item struct {
	ID   string `atom:"key"`
	Done bool
}

var (
	root  = atom.New(board{})
	order = atom.Focus(root, func(b *board) *atom.List[string] { return &b.Order })
	items = atom.Focus(root, func(b *board) *atom.Map[string, item] { return &b.Items })
	ids   = atom.Derive(func(r atom.Reader) []string {
		all := order.Get(r)
		ids := make([]string, 0, all.Len())
		for id := range all.Values() {
			ids = append(ids, id)
		}
		return ids
	})
	itemByID = atom.NewFamily(func(id string) *atom.Atom[item] { return atom.MapKey(items, id) })
)

func main() {
	if app.IsClient {
		app.Window().Get("performance").Call("mark", "app:start")
		n, err := strconv.Atoi(app.Window().URL().Query().Get("n"))
		if err != nil {
			n = prerendered
		}
		root.Set(atom.Default, newBoard(n))
	}
	app.Route("/", func() app.Composer { return &page{} })
	app.RunWhenOnBrowser()
	site.WriteEarly("atomsaga")
}

// prerendered is how many rows are in the file that the site serves, whatever is
// asked for: a static site does not know.
const prerendered = 100

func newBoard(n int) board {
	all := make([]string, n)
	byID := make(map[string]item, n)
	for i := range all {
		all[i] = "e" + strconv.Itoa(i)
		byID[all[i]] = item{ID: all[i]}
	}
	return board{draft.ListOf(all...), draft.MapOf(byID)}
}

type bind = hook.Bind

// page is the list of all rows.
type page struct {
	app.Compo
	bind
	ids hook.View[[]string]
}

func (p *page) OnPreRender(ctx app.Context) {
	p.bind.OnPreRender(ctx)
	root.Set(p.Store(), newBoard(prerendered))
}

func (p *page) Render() app.UI {
	return components.List(p.ids.Use(&p.bind, ids), func(id string) app.UI { return &row{ID: id} }).ID("rows")
}

// row is one li with its button.
type row struct {
	app.Compo
	bind
	ID   string
	item hook.Hook[item]
}

func (r *row) Render() app.UI {
	r.item.Follow(&r.bind, itemByID.Of(r.ID))
	return hook.Attr(app.Li(), &r.item, "data-done", func(i item) any { return i.Done }).
		ID("row-"+r.ID).
		DataSet("testid", "row").
		Body(
			hook.On(app.Button(), &r.item, "click", r.toggle).
				ID("toggle-"+r.ID).
				DataSet("testid", "toggle").
				Text(r.ID),
		)
}

// toggle shows the change at once and takes it back when the effect fails.
func (r *row) toggle(app.Event) {
	r.item.Run(saga.Update(func(i *item) { i.Done = !i.Done }).Effect(send))
}

// send calls the function that the bench has put into the page.
func send(ctx context.Context, now item) error {
	change := map[string]any{"done": now.Done}
	_, err := promise.Await(ctx, app.Window().Get("__lab").Call("effect", now.ID, change))
	return err
}
