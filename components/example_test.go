//go:build !js

package components_test

import (
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

var (
	tasks    = atom.New(atom.Map[string, task]{})
	taskByID = atom.NewFamily(func(id string) *atom.Atom[task] { return atom.MapKey(tasks, id) })

	// order changes when tasks come, go and move, and not when one of them changes.
	order = atom.Derive(func(r atom.Reader) []string { return slices.Collect(tasks.Get(r).Keys()) })
)

type task struct {
	Title string
	Done  bool
}

// todo is the list; it is rendered when order changes.
type todo struct {
	app.Compo
	bind
	order hook.View[[]string]
}

func (c *todo) Render() app.UI {
	return components.List(c.order.Use(&c.bind, order), func(id string) app.UI { return &todoRow{ID: id} }).
		Label("To do")
}

// todoRow is one row; it is rendered when its own task changes.
type todoRow struct {
	app.Compo
	bind
	ID   string
	task hook.Hook[task]
}

func (c *todoRow) Render() app.UI {
	task := c.task.Use(&c.bind, taskByID.Of(c.ID))
	return app.Li().Body(components.Toggle().ID("done-" + c.ID).Label(task.Title).On(task.Done).OnChange(c.set).Status(&c.task))
}

func (c *todoRow) set(_ app.Context, done bool) {
	c.task.Run(saga.Update(func(t *task) { t.Done = done }))
}

// A list of rows by their keys: what changes touches just the rows concerned.
func ExampleList() {
	app.Route("/", func() app.Composer { return &todo{} })
	app.RunWhenOnBrowser()
}
