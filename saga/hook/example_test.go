//go:build !js

package hook_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

type seat struct {
	Name  string
	Taken bool
}

var (
	seats  = atom.New(draft.MapOf(map[string]seat{"1A": {Name: "window"}, "1B": {Name: "aisle"}}))
	seatOf = atom.NewFamily(func(id string) *atom.Atom[seat] { return atom.MapKey(seats, id) })

	// free is how many seats are free.
	free = atom.Derive(func(r atom.Reader) (n int) {
		for _, s := range seats.Get(r).All() {
			if !s.Taken {
				n++
			}
		}
		return n
	})
)

var errTaken = errors.New("somebody was faster")

// seatButton shows one seat, what waits for the server, and what has failed.
type seatButton struct {
	app.Compo
	bind
	ID   string
	seat hook.Hook[seat]
}

func (c *seatButton) Render() app.UI {
	s := c.seat.Use(&c.bind, seatOf.Of(c.ID))
	text := fmt.Sprintf("%s taken=%t pending=%d", s.Name, s.Taken, c.seat.Pending())
	if task := c.seat.Failure(); task != nil {
		text += ": " + task.Err().Error()
	}
	return app.Button().Text(text)
}

func (c *seatButton) take() *saga.Task {
	return c.seat.Run(saga.
		Update(func(s *seat) { s.Taken = true }).
		Effect(func(context.Context, seat) error { return errTaken }))
}

// load mounts a component in go-app's engine for tests.
func load(c app.Composer) {
	page := app.NewTestEngine()
	page.Load(c)
	page.ConsumeAll()
}

// printHTML prints what a component shows now.
func printHTML(c app.Composer) {
	fmt.Println(strings.ReplaceAll(app.HTMLString(c.Render()), "\n", ""))
}

// A change shows at once, and is taken back when its effect fails.
func ExampleHook() {
	c := &seatButton{ID: "1A"}
	load(c)
	server := sagatest.Hold(c.Store()) // it answers when it is told to
	printHTML(c)

	task := c.take()
	printHTML(c)

	server.Of(task).Fail(errTaken)
	printHTML(c)

	c.seat.Failure().Dismiss()
	printHTML(c)
	// Output:
	// <button>window taken=false pending=0</button>
	// <button>window taken=true pending=1</button>
	// <button>window taken=false pending=0: somebody was faster</button>
	// <button>window taken=false pending=0</button>
}

func ExampleHook_Cancel() {
	c := &seatButton{ID: "1A"}
	load(c)
	sagatest.Hold(c.Store())
	c.take()
	printHTML(c)
	c.seat.Cancel()
	printHTML(c)
	// Output:
	// <button>window taken=true pending=1</button>
	// <button>window taken=false pending=0</button>
}

// freeSeats shows a derived atom, which cannot be changed.
type freeSeats struct {
	app.Compo
	bind
	free hook.View[int]
}

func (c *freeSeats) Render() app.UI {
	return app.P().Text(fmt.Sprint(c.free.Use(&c.bind, free), " free"))
}

func ExampleView() {
	c := &freeSeats{}
	load(c)
	printHTML(c)
	seatOf.Of("1B").Update(c.Store(), func(s *seat) { s.Taken = true })
	printHTML(c)
	// Output:
	// <p>2 free</p>
	// <p>1 free</p>
}

// greeting has an OnMount of its own, which calls that of its Bind first.
type greeting struct {
	app.Compo
	bind
	name    hook.View[string]
	mounted bool
}

var name = atom.New("Ada")

func (c *greeting) OnPreRender(ctx app.Context) {
	c.bind.OnPreRender(ctx)
	name.Set(c.Store(), "Grace") // as a server does for what a request asks for
}

func (c *greeting) OnMount(ctx app.Context) {
	c.bind.OnMount(ctx)
	c.mounted = true
	c.Refresh() // what it shows besides atoms has changed
}

func (c *greeting) Render() app.UI { return app.H1().Text("Hello " + c.name.Use(&c.bind, name)) }

func ExampleBind() {
	c := &greeting{}
	load(c)
	printHTML(c)
	fmt.Println(name.Get(atom.Default)) // each request has a store of its own
	// Output:
	// <h1>Hello Grace</h1>
	// Ada
}

// seatRow is rendered once. Its attribute and its text follow the atom, and a click on the
// button takes the seat.
type seatRow struct {
	app.Compo
	bind
	ID   string
	seat hook.Hook[seat]
}

func (c *seatRow) Render() app.UI {
	c.seat.Follow(&c.bind, seatOf.Of(c.ID))
	return hook.Attr(app.Li(), &c.seat, "data-state", state).Body(
		hook.Text(&c.seat, func(s seat) string { return s.Name }),
		hook.On(app.Button().Text("Take"), &c.seat, "click", c.take),
	)
}

func state(s seat) any {
	if s.Taken {
		return "taken"
	}
	return "free"
}

func (c *seatRow) take(app.Event) {
	c.seat.Run(saga.Update(func(s *seat) { s.Taken = true }))
}

// In the browser the attribute is written when the atom changes, and the row is not
// rendered again.
func ExampleAttr() {
	c := &seatRow{ID: "1A"}
	load(c)
	printHTML(c)
	c.take(app.Event{}) // as a click on the button does
	printHTML(c)
	// Output:
	// <li data-state="free">  window  <button data-on-click="early">Take</button></li>
	// <li data-state="taken">  window  <button data-on-click="early">Take</button></li>
}

// On a server the button is marked for the script of package components/early, which keeps
// clicks until the program has arrived.
func ExampleOn() {
	fmt.Println(app.HTMLString(hook.On(app.Button().Text("Take"), &hook.Hook[seat]{}, "click", func(app.Event) {})))
	// Output: <button data-on-click="early">Take</button>
}

// provider has a store of its own.
type provider struct {
	app.Compo
	bind
	store *atom.Store
	name  hook.View[string]
}

func (c *provider) OnPreRender(ctx app.Context) {
	hook.Provide(ctx, c.store)
	c.bind.OnPreRender(ctx)
}

func (c *provider) Render() app.UI { return app.P().Text(c.name.Use(&c.bind, name)) }

func ExampleProvide() {
	s := atom.NewStore()
	name.Set(s, "Barbara")
	c := &provider{store: s}
	load(c)
	printHTML(c)
	// Output: <p>Barbara</p>
}
