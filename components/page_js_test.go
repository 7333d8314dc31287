//go:build js

package components_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/nodes/nodestest"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

type bind = hook.Bind

// A screen is a page that a test describes with a function.
type screen struct {
	app.Compo
	bind
	clock  *nodestest.Clock
	engine app.TestEngine
	ctx    app.Context
	store  *atom.Store
	render func(*screen) app.UI

	text hook.Hook[string]
	on   hook.Hook[bool]
}

func (p *screen) OnMount(ctx app.Context) {
	p.bind.OnMount(ctx)
	p.ctx = ctx
}

func (p *screen) Render() app.UI { return p.render(p) }

// show mounts a page in the document, with a store of its own.
func show(t *testing.T, render func(*screen) app.UI) *screen {
	t.Helper()
	leave(t)
	p := &screen{clock: nodestest.StopClock(t), engine: app.NewTestEngine(), store: atom.NewStore(), render: render}
	p.load(t, &gate{store: p.store})
	p.load(t, p)
	now = p
	t.Cleanup(func() { leave(t) })
	return p
}

// now is the page in the document; there is one at a time.
var now *screen

func leave(t *testing.T) {
	if now != nil {
		now.load(t, &gate{store: now.store})
		now = nil
	}
}

// A gate is an empty page that provides the store of the next one.
type gate struct {
	app.Compo
	store *atom.Store
}

func (g *gate) OnMount(ctx app.Context) { hook.Provide(ctx, g.store) }
func (g *gate) Render() app.UI          { return app.Div() }

func (p *screen) load(t *testing.T, c app.Composer) {
	t.Helper()
	if err := p.engine.Load(c); err != nil {
		t.Fatal(err)
	}
	p.flush()
}

// flush runs everything that waits, and renders.
func (p *screen) flush() { p.engine.ConsumeAll() }

// atOnce returns what look says after the last rendering that does not wait for a
// frame, "" when all of them do.
func (p *screen) atOnce(look func() string) (said string) {
	nodestest.AtOnce(p.flush, func() { said = look() })
	return said
}

// rerender has the page rendered, and all that is in it.
func (p *screen) rerender() {
	p.ctx.Update()
	p.flush()
}

func document() app.Value { return app.Window().Get("document") }

func query(t *testing.T, selector string) app.Value {
	t.Helper()
	v := document().Call("querySelector", selector)
	if !v.Truthy() {
		t.Fatalf("nothing on the page is a %s: %s", selector, document().Get("body").Get("firstElementChild").Get("outerHTML"))
	}
	return v
}

func absent(t *testing.T, selector string) {
	t.Helper()
	if v := document().Call("querySelector", selector); v.Truthy() {
		t.Errorf("there is a %s: %s", selector, v.Get("outerHTML"))
	}
}

func wantAttr(t *testing.T, v app.Value, name, want string) {
	t.Helper()
	got := "(none)"
	if a := v.Call("getAttribute", name); !a.IsNull() {
		got = a.String()
	}
	if got != want {
		t.Errorf("%s is %s, want %s", name, got, want)
	}
}

func wantFocus(t *testing.T, v app.Value) {
	t.Helper()
	if now := document().Get("activeElement"); !now.Equal(v) {
		t.Errorf("the focus is on %s#%s", now.Get("tagName"), now.Get("id"))
	}
}

// focus moves the focus. A browser in the background tells nobody of it, as one
// that is looked at does.
func focus(el app.Value) {
	before := document().Get("activeElement")
	el.Call("focus")
	if document().Call("hasFocus").Bool() || before.Equal(el) {
		return
	}
	tell := func(el app.Value, names ...string) {
		for _, name := range names {
			el.Call("dispatchEvent", app.Window().Get("FocusEvent").New(name, map[string]any{"bubbles": strings.HasPrefix(name, "focus") && name != "focus"}))
		}
	}
	tell(before, "blur", "focusout")
	tell(el, "focus", "focusin")
}

// effect is one whose end the test decides.
type effect chan error

func newEffect() effect { return make(effect) }

func (e effect) run(context.Context, string) error  { return <-e }
func (e effect) toggle(context.Context, bool) error { return <-e }

var errNo = errors.New("the server said no")

// fail ends the effect, and returns when the store knows.
func (e effect) fail(s *atom.Store) {
	told := make(chan *saga.Task, 1)
	defer saga.OnError(s, func(t *saga.Task) { told <- t })()
	e <- errNo
	<-told
}
