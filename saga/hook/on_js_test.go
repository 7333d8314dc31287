//go:build js

package hook_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// A stepper counts its thing up, in a box that hears of it as well.
type stepper struct {
	app.Compo
	bind
	ID      string
	World   world
	Renders *int
	Heard   *[]string
	Stop    bool
	thing   hook.Hook[thing]
}

func (c *stepper) Render() app.UI {
	*c.Renders++
	c.thing.Follow(&c.bind, c.World.by.Of(c.ID))
	up := hook.On(app.Button().Class("up"), &c.thing, "click", c.up).
		Body(hook.Text(&c.thing, func(t thing) string { return t.Name }))
	return hook.On(app.Div().Class("box"), &c.thing, "click", c.outside).Body(up)
}

func (c *stepper) up(e app.Event) {
	*c.Heard = append(*c.Heard, "up "+c.ID)
	if c.Stop {
		e.StopImmediatePropagation()
	}
	c.thing.Run(saga.Update(func(t *thing) { t.Name += "!" }))
}

func (c *stepper) outside(app.Event) { *c.Heard = append(*c.Heard, "box "+c.ID) }

func wantHeard(t *testing.T, heard *[]string, want ...string) {
	t.Helper()
	if !slices.Equal(*heard, want) {
		t.Errorf("heard %q, want %q", *heard, want)
	}
	*heard = nil
}

func TestOnIsCalledAtOnceAndRendersNothing(t *testing.T) {
	s, w, renders, heard := atom.NewStore(), newWorld(2), 0, []string(nil)
	page := show(t, s, func() app.UI {
		return app.Section().Body(
			&stepper{ID: "t0", World: w, Renders: &renders, Heard: &heard},
			&stepper{ID: "t1", World: w, Renders: &renders, Heard: &heard, Stop: true},
		)
	})
	renders = 0
	click(".box .up")
	wantTexts(t, ".up", "thing 0!", "thing 1") // before go-app has had its turn
	wantHeard(t, &heard, "up t0", "box t0")
	document().Call("querySelectorAll", ".up").Index(1).Call("click")
	wantTexts(t, ".up", "thing 0!", "thing 1!")
	wantHeard(t, &heard, "up t1")
	page.flush()
	if renders != 0 {
		t.Errorf("rendered %d times", renders)
	}
}

func TestOnHandlesTheRowThatIsShown(t *testing.T) {
	s, w, renders, heard, id := atom.NewStore(), newWorld(2), 0, []string(nil), "t0"
	page := show(t, s, func() app.UI {
		return app.Section().Body(&stepper{ID: id, World: w, Renders: &renders, Heard: &heard})
	})
	id = "t1"
	page.rerender()
	click(".up")
	wantTexts(t, ".up", "thing 1!")
	wantHeard(t, &heard, "up t1", "box t1")
}

// What package early has kept is carried out as soon as the page is there, which is
// before go-app says that its components are mounted.
func TestOnWaitsUntilItsComponentIsMounted(t *testing.T) {
	s, w, renders, heard := atom.NewStore(), newWorld(1), 0, []string(nil)
	page := show(t, s, func() app.UI { return app.Div() })
	page.body = func() app.UI {
		return app.Section().Body(&stepper{ID: "t0", World: w, Renders: &renders, Heard: &heard})
	}
	if err := page.engine.Load(&gate{store: s}); err != nil {
		t.Fatal(err)
	}
	if err := page.engine.Load(page); err != nil {
		t.Fatal(err)
	}
	click(".up")
	wantHeard(t, &heard)
	page.flush()
	wantHeard(t, &heard, "up t0", "box t0")
	wantTexts(t, ".up", "thing 0!")
}

func TestDismountRemovesHandlers(t *testing.T) {
	s, w, renders, heard := atom.NewStore(), newWorld(1), 0, []string(nil)
	before := hook.Handlers()
	page := show(t, s, func() app.UI {
		return app.Section().Body(&stepper{ID: "t0", World: w, Renders: &renders, Heard: &heard})
	})
	if n := hook.Handlers() - before; n != 2 {
		t.Errorf("%d handlers, want 2", n)
	}
	page.leave(t)
	if n := hook.Handlers() - before; n != 0 {
		t.Errorf("%d handlers are left", n)
	}
}

// go-app looks for a link at every click, on its UI goroutine. Only a click on one
// wakes it now.
func TestLinksAreStillFollowed(t *testing.T) {
	followed := 0
	app.Window().Set("onclick", app.FuncOf(func(app.Value, []app.Value) any { followed++; return nil }))
	defer app.Window().Set("onclick", nil)
	follow := hook.TakeOverLinks()
	click("html")
	if followed != 0 {
		t.Error("a click that is on no link is taken for one")
	}
	follow(app.Window().Get("Event").New("click"))
	if followed != 1 {
		t.Errorf("followed %d times, want once", followed)
	}
}

// A waiter waits for its task in the handler.
type waiter struct {
	app.Compo
	bind
	thing hook.Hook[thing]
	World world
	Panic *any
}

func (c *waiter) Render() app.UI {
	c.thing.Follow(&c.bind, c.World.by.Of("t0"))
	return hook.On(app.Button().Class("wait"), &c.thing, "click", c.press)
}

func (c *waiter) press(app.Event) {
	defer func() { *c.Panic = recover() }()
	c.thing.Run(saga.Update(func(t *thing) { t.Name = "waiting" }).Effect(effect)).Wait(context.Background())
}

// The page would stand still for ever: no answer comes before the handler returns.
func TestWaitingInAHandlerPanics(t *testing.T) {
	s, w, reason := atom.NewStore(), newWorld(1), any(nil)
	show(t, s, func() app.UI { return &waiter{World: w, Panic: &reason} })
	click(".wait")
	if said, _ := reason.(string); !strings.HasPrefix(said, "saga: Task.Wait may wait for the browser") {
		t.Errorf("panicked with %v", reason)
	}
	answers <- nil
}
