//go:build js

package hook_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/nodes/nodestest"
	"github.com/atomsaga/atomsaga/saga/hook"
)

type thing struct {
	ID    string `atom:"key"`
	Name  string
	Count int
}

// A screen is a page of an engine of its own, with a store of its own.
type screen struct {
	app.Compo
	engine app.TestEngine
	store  *atom.Store
	ctx    app.Context
	body   func() app.UI
}

func (s *screen) OnMount(ctx app.Context) { s.ctx = ctx }
func (s *screen) Render() app.UI          { return app.Main().ID("screen").Body(s.body()) }

// A gate provides the store before the screen's content is mounted.
type gate struct {
	app.Compo
	store *atom.Store
}

func (g *gate) OnMount(ctx app.Context) { hook.Provide(ctx, g.store) }
func (g *gate) Render() app.UI          { return app.Div() }

// show mounts body in the document.
func show(t testing.TB, store *atom.Store, body func() app.UI) *screen {
	t.Helper()
	if t, isTest := t.(*testing.T); isTest {
		nodestest.StopClock(t)
	}
	s := &screen{engine: app.NewTestEngine(), store: store, body: body}
	s.load(t, &gate{store: store})
	s.load(t, s)
	t.Cleanup(func() { s.leave(t) })
	return s
}

func (s *screen) load(t testing.TB, c app.Composer) {
	t.Helper()
	if err := s.engine.Load(c); err != nil {
		t.Fatal(err)
	}
	s.engine.ConsumeAll()
}

// leave goes to an empty page.
func (s *screen) leave(t testing.TB) { s.load(t, &gate{store: s.store}) }

// flush runs everything that waits, and renders.
func (s *screen) flush() { s.engine.ConsumeAll() }

// rerender has the page itself rendered.
func (s *screen) rerender() {
	s.ctx.Update()
	s.flush()
}

func document() app.Value { return app.Window().Get("document") }

func texts(selector string) []string {
	found := document().Call("querySelectorAll", selector)
	all := make([]string, found.Length())
	for i := range all {
		all[i] = found.Index(i).Get("textContent").String()
	}
	return all
}

func wantTexts(t testing.TB, selector string, want ...string) {
	t.Helper()
	if got := texts(selector); !slices.Equal(got, want) {
		t.Errorf("%s say %q, want %q", selector, got, want)
	}
}

// watches counts the subscriptions of a store, on root atoms and their parts. It reads the
// store's private fields.
func watches(s *atom.Store) int {
	n := 0
	logs := field(reflect.ValueOf(s).Elem(), "logs").MapRange()
	for logs.Next() {
		n += watchesAt(field(logs.Value().Elem(), "top"))
	}
	return n
}

func watchesAt(region reflect.Value) int {
	n := 0
	for w := field(region, "first"); !w.IsNil(); w = field(w.Elem(), "next") {
		n++
	}
	children := field(region, "children").MapRange()
	for children.Next() {
		n += watchesAt(children.Value().Elem())
	}
	return n
}

func field(v reflect.Value, name string) reflect.Value {
	f := v.FieldByName(name)
	if !f.IsValid() {
		panic(fmt.Sprintf("package atom has no %v.%s any more: see watches", v.Type(), name))
	}
	return f
}

func things(n int) []thing {
	all := make([]thing, n)
	for i := range all {
		all[i] = thing{ID: fmt.Sprintf("t%d", i), Name: fmt.Sprintf("thing %d", i)}
	}
	return all
}

// A world is a list of things, and an atom for each.
type world struct {
	all *atom.Atom[[]thing]
	by  *atom.Family[string, atom.Atom[thing]]
}

func newWorld(n int) world {
	all := atom.New(things(n))
	return world{all, atom.NewFamily(func(id string) *atom.Atom[thing] { return atom.At(all, id) })}
}

func (w world) ids(s *atom.Store) (ids []string) {
	for _, t := range w.all.Get(s) {
		ids = append(ids, t.ID)
	}
	return ids
}

// A line shows one thing.
type line struct {
	app.Compo
	bind
	ID    string
	World world
	thing hook.Hook[thing]
}
