//go:build !js

package components_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

type task struct {
	Title string
	Done  bool
}

var (
	tasks    = atom.New(draft.MapOf(map[string]task{"milk": {Title: "Buy milk"}, "tea": {Title: "Make tea", Done: true}}))
	taskByID = atom.NewFamily(func(id string) *atom.Atom[task] { return atom.MapKey(tasks, id) })

	// order changes when tasks are added, removed and moved, and not when one of them changes.
	order = atom.Derive(func(r atom.Reader) []string { return slices.Sorted(tasks.Get(r).Keys()) })

	errOffline = errors.New("the server is offline")
)

// todo is the list. It is rendered when order changes.
type todo struct {
	app.Compo
	bind
	order hook.View[[]string]
}

func (c *todo) Render() app.UI {
	return components.List(c.order.Use(&c.bind, order), func(id string) app.UI { return &todoRow{ID: id} }).
		Label("To do")
}

// todoRow is one row. It is rendered when its own task changes.
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

// load mounts a component in go-app's engine for tests.
func load(c app.Composer) {
	page := app.NewTestEngine()
	page.Load(c)
	page.ConsumeAll()
}

// printMatches prints the parts of an element's HTML that match a pattern, in alphabetic
// order: go-app's attributes have none.
func printMatches(c app.UI, pattern string) {
	parts := regexp.MustCompile(pattern).FindAllString(html.UnescapeString(app.HTMLString(c)), -1)
	fmt.Println(strings.Join(slices.Sorted(slices.Values(parts)), " "))
}

// A list of rows by their keys: a change touches only the rows concerned.
func ExampleList() {
	c := &todo{}
	load(c)
	store := c.Store()
	show := func() { // the rows as plain text
		rows := components.List(order.Get(store), func(id string) app.UI { return app.Li().Text(taskByID.Of(id).Get(store).Title) })
		printMatches(rows, "<li>.*?</li>")
	}
	show()
	tasks.Update(store, func(m *atom.Map[string, task]) {
		m.Delete("milk")
		m.Set("bread", task{Title: "Bake bread"})
	})
	show()
	// Output:
	// <li>Buy milk</li> <li>Make tea</li>
	// <li>Bake bread</li> <li>Make tea</li>
}

// done is a toggle whose change the server has to accept.
type done struct {
	app.Compo
	bind
	task hook.Hook[task]
}

func (c *done) Render() app.UI {
	task := c.task.Use(&c.bind, taskByID.Of("milk"))
	return components.Toggle().ID("done").Label(task.Title).On(task.Done).OnChange(c.set).Status(&c.task)
}

func (c *done) set(_ app.Context, on bool) {
	c.task.Run(saga.
		Update(func(t *task) { t.Done = on }).
		Effect(func(context.Context, task) error { return errOffline }))
}

// A click shows at once. When the server refuses the change the switch goes back, and an
// alert says why.
func ExampleToggle() {
	c := &done{}
	load(c)
	server := sagatest.Hold(c.Store()) // it answers when it is told to
	const parts = `aria-checked="\w+"|data-(pending|failed)="\w+"|<p class="as-failed-text">.*?</p>`
	printMatches(c.Render(), parts)

	c.set(app.Context{}, true) // as a click does
	printMatches(c.Render(), parts)

	server.Of(saga.Tasks().Get(c.Store()).Running[0]).Fail(errOffline)
	printMatches(c.Render(), parts)
	// Output:
	// aria-checked="false" data-failed="false" data-pending="false"
	// aria-checked="true" data-failed="false" data-pending="true"
	// <p class="as-failed-text">“Buy milk” was not saved: the server is offline.</p> aria-checked="false" data-failed="true" data-pending="false"
}

// title is a text field whose change the server has to accept.
type title struct {
	app.Compo
	bind
	task    hook.Hook[task]
	invalid string
}

func (c *title) Render() app.UI {
	task := c.task.Use(&c.bind, taskByID.Of("milk"))
	return components.Input().ID("title").Label("Title").Value(task.Title).Invalid(c.invalid).OnChange(c.rename).Status(&c.task)
}

func (c *title) rename(_ app.Context, text string) {
	if c.invalid = ""; text == "" {
		c.invalid = "A task has a title."
		return // the text stays in the field
	}
	c.task.Run(saga.
		Update(func(t *task) { t.Title = text }).
		Effect(func(context.Context, task) error { return nil }))
}

// Text that is committed shows as pending until the server has it. Text that the page refuses
// stays in the field.
func ExampleInput() {
	c := &title{}
	load(c)
	server := sagatest.Hold(c.Store())
	const parts = `value="[^"]*"|data-pending[^ >]*|aria-invalid="\w+"|A task[^<]*`
	printMatches(c.Render(), parts)

	c.rename(app.Context{}, "Buy oat milk") // as Enter does
	printMatches(c.Render(), parts)

	server.Of(saga.Tasks().Get(c.Store()).Running[0]).Succeed()
	c.rename(app.Context{}, "")
	printMatches(c.Render(), parts)
	// Output:
	// aria-invalid="false" data-pending="false" value="Buy milk"
	// aria-invalid="false" data-pending="true" value="Buy oat milk"
	// A task has a title. aria-invalid="true" data-pending="false" value="Buy oat milk"
}

// An alert for a failure that belongs to no control, with a button to try again.
func ExampleFailed() {
	store := atom.NewStore()
	hand := sagatest.Run(store, taskByID.Of("tea"), func(t *task) { t.Title = "Make coffee" })
	hand.Fail(errOffline)
	printMatches(components.Failed(hand.Task).Label("Title"), `<p.*?</p>|(Retry|Dismiss)</button>`)
	// Output: <p class="as-failed-text">“Title” was not saved: the server is offline.</p> Dismiss</button> Retry</button>
}
