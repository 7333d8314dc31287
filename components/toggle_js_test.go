//go:build js

package components_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
)

const switches = "[data-component=toggle] button[role=switch]"

func TestToggleByClickAndByLabel(t *testing.T) {
	on := false
	page := show(t, func(*screen) app.UI {
		return components.Toggle().ID("x").Label("X").On(on).OnChange(func(_ app.Context, v bool) { on = v })
	})
	button, label := query(t, switches), query(t, "label[for=x]")
	for i, what := range []app.Value{button, label, button, label} {
		what.Call("click")
		page.flush()
		if want := i%2 == 0; on != want {
			t.Fatalf("click %d: on is %v", i, on)
		}
		wantAttr(t, button, "aria-checked", strconv.FormatBool(on))
	}
	wantAttr(t, query(t, "#"+button.Call("getAttribute", "aria-labelledby").String()), "for", "x")
}

// Space and Enter are the browser's business for a native button: it has to be
// one, and to stay the same one.
func TestToggleByKeyboard(t *testing.T) {
	on := false
	page := show(t, func(*screen) app.UI {
		return components.Toggle().On(on).OnChange(func(_ app.Context, v bool) { on = v })
	})
	button := query(t, switches)
	if tag := button.Get("tagName").String(); tag != "BUTTON" || button.Get("type").String() != "button" || button.Get("tabIndex").Int() != 0 {
		t.Errorf("it is a %s", button.Get("outerHTML"))
	}
	focus(button)
	for range 3 {
		button.Call("click")
		page.flush()
		page.rerender()
		wantFocus(t, button)
	}
}

func TestToggleShowsAtOnce(t *testing.T) {
	var said string
	page := show(t, func(*screen) app.UI {
		return components.Toggle().OnChange(func(app.Context, bool) {
			said = query(t, switches).Call("getAttribute", "aria-checked").String()
		})
	})
	query(t, switches).Call("click")
	page.flush()
	if said != "true" {
		t.Errorf("it said %s before anything was rendered", said)
	}
	wantAttr(t, query(t, switches), "aria-checked", "false") // OnChange has changed nothing
}

func TestToggleGoesBackWithinAFrame(t *testing.T) {
	on := atom.New(false)
	page := show(t, func(p *screen) app.UI {
		return components.Toggle().On(p.on.Use(&p.bind, on)).Status(&p.on).OnChange(func(app.Context, bool) {
			p.on.Run(saga.Update(func(v *bool) { *v = true }))
			p.on.Run(saga.Update(func(v *bool) { *v = false }))
		})
	})
	query(t, switches).Call("click")
	page.flush()
	wantAttr(t, query(t, switches), "aria-checked", "false")
}

func TestTwoClicksBeforeARendering(t *testing.T) {
	var asked []bool
	on := false
	page := show(t, func(*screen) app.UI {
		return components.Toggle().On(on).OnChange(func(_ app.Context, v bool) { asked = append(asked, v); on = v })
	})
	query(t, switches).Call("click")
	query(t, switches).Call("click")
	page.flush()
	if !slices.Equal(asked, []bool{true, false}) {
		t.Errorf("asked for %v", asked)
	}
	wantAttr(t, query(t, switches), "aria-checked", "false")
}

// items is a list of rows that a page renders with a toggle and an input each.
type items struct {
	ids     []string
	toggled []string
	texts   []string
}

func (l *items) render(*screen) app.UI {
	return app.Ul().Body(app.Range(l.ids).Slice(func(i int) app.UI { return &item{ID: l.ids[i], List: l} }))
}

// item has handlers that are methods, and read a field.
type item struct {
	app.Compo
	ID   string
	List *items
}

func (c *item) Render() app.UI {
	return app.Li().Body(
		components.Toggle().ID("toggle-"+c.ID).OnChange(c.toggle),
		components.Input().ID("input-"+c.ID).Value("text of "+c.ID).OnChange(c.write),
	)
}

func (c *item) toggle(app.Context, bool)         { c.List.toggled = append(c.List.toggled, c.ID) }
func (c *item) write(_ app.Context, text string) { c.List.texts = append(c.List.texts, c.ID+": "+text) }

func TestToggleReusedForAnotherRow(t *testing.T) {
	l := &items{ids: []string{"a", "b", "c"}}
	page := show(t, l.render)
	first := query(t, switches)
	l.ids = []string{"b", "c"}
	page.rerender()
	if !first.Equal(query(t, switches)) {
		t.Fatal("the element was not reused: the test is void")
	}
	first.Call("click")
	page.flush()
	if !slices.Equal(l.toggled, []string{"b"}) {
		t.Errorf("toggled %v", l.toggled)
	}

	// Closures made in a loop are as good.
	var asked []string
	names := []string{"x", "y"}
	page = show(t, func(*screen) app.UI {
		return app.Div().Body(app.Range(names).Slice(func(i int) app.UI {
			name := names[i]
			return components.Toggle().OnChange(func(app.Context, bool) { asked = append(asked, name) })
		}))
	})
	names = []string{"y"}
	page.rerender()
	query(t, switches).Call("click")
	page.flush()
	if !slices.Equal(asked, []string{"y"}) {
		t.Errorf("asked %v", asked)
	}
}

// The click was on a, but before it is handled the switch has become that of b.
func TestClickThatHadToWaitIsNotForAnotherRow(t *testing.T) {
	l := &items{ids: []string{"a", "b"}}
	page := show(t, l.render)
	l.ids = []string{"b"}
	page.ctx.Update()
	query(t, switches).Call("click")
	page.engine.ConsumeNext()
	page.flush()
	if l.toggled != nil {
		t.Errorf("toggled %v", l.toggled)
	}
	query(t, switches).Call("click")
	page.flush()
	if !slices.Equal(l.toggled, []string{"b"}) {
		t.Errorf("toggled %v", l.toggled)
	}
}

func TestFocusOfAToggleFollowsItsRow(t *testing.T) {
	l := &items{ids: []string{"a", "b"}}
	page := show(t, l.render)
	focus(query(t, "#toggle-b"))
	l.ids = []string{"new", "a", "b"}
	page.rerender()
	wantFocus(t, query(t, "#toggle-b"))
	l.ids = []string{"b"}
	page.rerender()
	wantFocus(t, query(t, "#toggle-b"))
	l.ids = []string{"c"}
	page.rerender()
	wantFocus(t, document().Get("body")) // what is typed next is not for c
}

func TestToggleThatMustNotChange(t *testing.T) {
	for _, row := range []struct {
		reason  string
		control func() *components.ToggleCompo
		attr    string
	}{
		{"disabled", func() *components.ToggleCompo { return components.Toggle().Disabled(true) }, "disabled"},
		{"read-only", func() *components.ToggleCompo { return components.Toggle().ReadOnly(true) }, "aria-readonly"},
	} {
		asked := 0
		page := show(t, func(*screen) app.UI {
			return row.control().OnChange(func(app.Context, bool) { asked++ })
		})
		query(t, switches).Call("click")
		page.flush()
		if asked != 0 {
			t.Errorf("%s: it asked", row.reason)
		}
		wantAttr(t, query(t, switches), "aria-checked", "false")
		if !query(t, switches).Call("hasAttribute", row.attr).Bool() {
			t.Errorf("%s: it does not say so", row.reason)
		}
	}
	show(t, func(*screen) app.UI { return components.Toggle().On(true) })
	wantAttr(t, query(t, switches), "aria-readonly", "true")
}

// toggling is a page with a toggle on an atom, whose sagas end when the test
// says so.
func toggling(t *testing.T) (p *screen, e effect, on *atom.Atom[bool]) {
	e, on = newEffect(), atom.New(false)
	p = show(t, func(p *screen) app.UI {
		return components.Toggle().ID("x").Label("Has direction").On(p.on.Use(&p.bind, on)).Status(&p.on).
			OnChange(func(_ app.Context, want bool) {
				p.on.Run(saga.Update(func(v *bool) { *v = want }).Effect(e.toggle))
			})
	})
	return p, e, on
}

func TestTogglePendingThenFailed(t *testing.T) {
	page, e, _ := toggling(t)
	root, button := query(t, "[data-component=toggle]"), query(t, switches)
	wantAttr(t, root, "data-pending", "false")
	wantAttr(t, root, "data-failed", "false")

	button.Call("click")
	page.flush()
	wantAttr(t, button, "aria-checked", "true")
	wantAttr(t, root, "data-pending", "true")
	wantAttr(t, button, "aria-busy", "true")

	e.fail(page.store)
	page.flush()
	wantAttr(t, button, "aria-checked", "false")
	wantAttr(t, root, "data-pending", "false")
	wantAttr(t, root, "data-failed", "true")
	alert := query(t, "[data-component=toggle] [role=alert]")
	if text := alert.Get("textContent").String(); !strings.Contains(text, "“Has direction” was not saved: the server said no.") {
		t.Errorf("the alert says %q", text)
	}
	wantAttr(t, button, "aria-describedby", alert.Get("id").String())
}

func TestToggleShowsARollbackBeforeTheFrame(t *testing.T) {
	page, e, on := toggling(t)
	button := query(t, switches)
	says := func(reason, checked, busy string) {
		t.Helper()
		look := func() string {
			return button.Call("getAttribute", "aria-checked").String() + " " + button.Call("getAttribute", "aria-busy").String()
		}
		if got := page.atOnce(look); got != checked+" "+busy {
			t.Errorf("%s it is checked and busy: %q, want %s %s", reason, got, checked, busy)
		}
		page.rerender() // go-app's own rendering agrees
		if got := look(); got != checked+" "+busy {
			t.Errorf("%s it is checked and busy in the frame: %q, want %s %s", reason, got, checked, busy)
		}
	}
	button.Call("click")
	says("after the click", "true", "true")
	e.fail(page.store)
	says("after the rollback", "false", "false")
	on.Set(page.store, true)
	says("after a change from elsewhere", "true", "false")
}

func press(t *testing.T, name string) {
	t.Helper()
	buttons := document().Call("querySelectorAll", "[role=alert] button")
	for i := range buttons.Length() {
		if b := buttons.Index(i); b.Get("textContent").String() == name {
			focus(b)
			b.Call("click")
			return
		}
	}
	t.Fatalf("no button is named %s", name)
}

func TestRetry(t *testing.T) {
	page, e, on := toggling(t)
	query(t, switches).Call("click")
	page.flush()
	e.fail(page.store)
	page.flush()
	press(t, "Retry")
	press(t, "Retry") // a second click that comes before the alert has gone
	page.flush()
	wantAttr(t, query(t, switches), "aria-checked", "true")
	absent(t, "[role=alert]")
	wantFocus(t, query(t, switches))
	if n := on.Pending(page.store); n != 1 {
		t.Errorf("%d are pending: it was run more than once", n)
	}
	e <- nil
}

// An answer to an alert renders those who show the failure, and not the page.
func TestAnswerToAnAlertRendersNothingAround(t *testing.T) {
	on, e, around := atom.New(false), newEffect(), 0
	inner := &screen{render: func(p *screen) app.UI {
		return components.Toggle().On(p.on.Use(&p.bind, on)).Status(&p.on).OnChange(func(_ app.Context, want bool) {
			p.on.Run(saga.Update(func(v *bool) { *v = want }).Effect(e.toggle))
		})
	}}
	page := show(t, func(*screen) app.UI { around++; return app.Div().Body(inner) })
	query(t, switches).Call("click")
	page.flush()
	e.fail(page.store)
	page.flush()
	before := around
	press(t, "Dismiss")
	page.flush()
	absent(t, "[role=alert]")
	if around != before {
		t.Errorf("the page was rendered %d times", around-before)
	}
}

func TestDismiss(t *testing.T) {
	page, e, _ := toggling(t)
	query(t, switches).Call("click")
	page.flush()
	e.fail(page.store)
	page.flush()
	press(t, "Dismiss")
	page.flush()
	wantAttr(t, query(t, switches), "aria-checked", "false")
	wantAttr(t, query(t, "[data-component=toggle]"), "data-failed", "false")
	absent(t, "[role=alert]")
	wantFocus(t, query(t, switches))
}

// With a status, a click renders the component that the hook belongs to, and
// nothing that it is in.
func TestClickRendersNothingAround(t *testing.T) {
	on := atom.New(false)
	around := 0
	inner := &screen{render: func(p *screen) app.UI {
		return components.Toggle().On(p.on.Use(&p.bind, on)).Status(&p.on).OnChange(func(_ app.Context, want bool) {
			p.on.Run(saga.Update(func(v *bool) { *v = want }))
		})
	}}
	page := show(t, func(*screen) app.UI { around++; return app.Div().Body(inner) })
	before := around
	query(t, switches).Call("click")
	page.flush()
	wantAttr(t, query(t, switches), "aria-checked", "true")
	if around != before {
		t.Errorf("the page was rendered %d times", around-before)
	}
}
