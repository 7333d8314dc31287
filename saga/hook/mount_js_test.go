//go:build js

package hook_test

import (
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/hook"
)

func TestDismountLeavesNoSubscription(t *testing.T) {
	s, w := atom.NewStore(), newWorld(50)
	ids := w.ids(s)
	page := show(t, s, lines(w, &ids))
	for range 5 {
		if n := watches(s); n != 50 {
			t.Fatalf("%d subscriptions for 50 lines", n)
		}
		ids = nil
		page.rerender()
		if n := watches(s); n != 0 {
			t.Fatalf("%d subscriptions after dismount", n)
		}
		ids = w.ids(s)
		page.rerender()
	}
	page.leave(t)
	if n := watches(s); n != 0 {
		t.Errorf("%d subscriptions on an empty page", n)
	}
}

// remember is a component that the test watches for collection.
type remember struct {
	app.Compo
	bind
	A    *atom.Atom[int]
	hook hook.Hook[int]
	_    [1 << 16]byte // heavy, as components with much on them are
}

func (c *remember) Render() app.UI { return app.P().Class("count").Text(c.hook.Use(&c.bind, c.A)) }

func TestDismountedComponentIsGarbage(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	var gone weak.Pointer[remember]
	shown := true
	page := show(t, s, func() app.UI {
		if !shown {
			return app.P()
		}
		c := &remember{A: a}
		if gone == (weak.Pointer[remember]{}) { // the first one is mounted, those that follow only hand on their fields
			gone = weak.Make(c)
		}
		return c
	})
	a.Set(s, 1)
	page.flush()
	wantTexts(t, ".count", "1")
	runtime.GC()
	if gone.Value() == nil {
		t.Fatal("collected while it is on the page")
	}
	shown = false
	page.rerender()
	a.Set(s, 2)
	page.flush()
	for range 10 {
		runtime.GC()
	}
	if gone.Value() != nil {
		t.Error("the store, or the render queue, keeps a component that has left the page")
	}
	runtime.KeepAlive(s)
}

func TestChangeBetweenRenderAndMountIsSeen(t *testing.T) {
	s, w := atom.NewStore(), newWorld(1)
	ids := []string{}
	page := show(t, s, lines(w, &ids))
	ids = w.ids(s)
	page.ctx.Update()
	page.engine.ConsumeNext() // renders the line; its OnMount waits in the queue
	wantTexts(t, ".name", "thing 0")
	w.by.Of("t0").Update(s, func(t *thing) { t.Name = "meanwhile" })
	page.flush()
	wantTexts(t, ".name", "meanwhile")
}

func TestLeavingBeforeMountLeavesNoSubscription(t *testing.T) {
	s, w := atom.NewStore(), newWorld(3)
	ids := []string{}
	page := show(t, s, lines(w, &ids))
	ids = w.ids(s)
	page.ctx.Update()
	page.ctx.Update()
	page.engine.ConsumeNext()
	wantTexts(t, ".name", "thing 0", "thing 1", "thing 2")
	ids = nil
	page.engine.ConsumeNext() // before any OnMount
	wantTexts(t, ".name")
	page.flush()
	if n := watches(s); n != 0 {
		t.Errorf("%d subscriptions", n)
	}
}

// A component that a page keeps, takes away, and puts back.
func TestComponentMountedAgainFollows(t *testing.T) {
	s, w := atom.NewStore(), newWorld(1)
	kept := &line{ID: "t0", World: w}
	shown := true
	page := show(t, s, func() app.UI {
		if shown {
			return kept
		}
		return app.P()
	})
	for _, name := range []string{"first", "second", "third"} {
		shown = false
		page.rerender()
		w.by.Of("t0").Update(s, func(t *thing) { t.Name = "while it was away" })
		shown = true
		page.rerender()
		wantTexts(t, ".name", "while it was away")
		w.by.Of("t0").Update(s, func(t *thing) { t.Name = name })
		page.flush()
		wantTexts(t, ".name", name)
	}
	if n := watches(s); n != 1 {
		t.Errorf("%d subscriptions, want 1", n)
	}
}

// careless has lifecycle methods of its own, and forgets to hand them on.
type careless struct {
	app.Compo
	bind
	A     *atom.Atom[int]
	Mount bool
	hook  hook.Hook[int]
}

func (c *careless) OnMount(ctx app.Context) {
	if c.Mount {
		c.bind.OnMount(ctx)
	}
}
func (c *careless) OnDismount()    {}
func (c *careless) Render() app.UI { return app.P().Class("count").Text(c.hook.Use(&c.bind, c.A)) }

func TestMissingOnMountPanics(t *testing.T) {
	var messages []string
	defer hook.ReplaceNeverMounted(func(message string) { messages = append(messages, message) })()
	s, a := atom.NewStore(), atom.New(0)
	c := &careless{A: a}
	page := show(t, s, func() app.UI { return c })
	if hook.Elapse(&c.bind) {
		t.Error("uneasy although nothing has changed")
	}
	a.Set(atom.Default, 1) // never mounted, it knows of no other store
	page.flush()
	if !hook.Elapse(&c.bind) || len(messages) != 1 || !strings.Contains(messages[0], "c.bind.OnMount(ctx)") {
		t.Errorf("said %q", messages)
	}
	c.bind.OnDismount() // which it forgets as well
}

func TestSlowMountDoesNotPanic(t *testing.T) {
	defer hook.ReplaceNeverMounted(func(message string) { t.Error(message) })()
	a := atom.New(0)
	c := &careless{A: a, Mount: true}
	shown := false
	page := show(t, atom.Default, func() app.UI {
		if shown {
			return c
		}
		return app.P()
	})
	shown = true
	page.ctx.Update()
	page.engine.ConsumeNext()
	a.Set(atom.Default, 1)
	page.flush()
	if !hook.Elapse(&c.bind) {
		t.Error("the change was not missed: the test is void")
	}
	wantTexts(t, ".count", "1")
	c.bind.OnDismount()
}

// An OnDismount of its own that forgets the bind's costs one notification more,
// and nothing after that, for it and for the others.
func TestMissingOnDismountIsNoticed(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	n := 3
	page := show(t, s, func() app.UI {
		return app.Div().Body(app.Range(make([]int, n)).Slice(func(int) app.UI { return &careless{A: a, Mount: true} }))
	})
	n = 1
	page.rerender()
	for i := range 3 {
		a.Set(s, i+1)
		page.flush()
	}
	wantTexts(t, ".count", "3")
	if n := watches(s); n != 1 {
		t.Errorf("%d subscriptions, want 1", n)
	}
}

// considerate changes what it shows when it is mounted.
type considerate struct {
	app.Compo
	bind
	A    *atom.Atom[int]
	hook hook.Hook[int]
	note string
}

func (c *considerate) OnMount(ctx app.Context) {
	c.bind.OnMount(ctx)
	c.note = "mounted"
	c.Refresh()
}
func (c *considerate) Render() app.UI {
	c.hook.Use(&c.bind, c.A)
	return app.P().Class("note").Text(c.note)
}

func TestRefreshInOnMount(t *testing.T) {
	show(t, atom.NewStore(), func() app.UI { return &considerate{A: atom.New(0)} })
	wantTexts(t, ".note", "mounted")
}

// The store that a page was given is the one its hooks read, though they have
// been rendered once before they know.
func TestProvidedStore(t *testing.T) {
	s, a := atom.NewStore(), atom.New("initial")
	a.Set(s, "of the page")
	a.Set(atom.Default, "of the program")
	before := watches(atom.Default)
	show(t, s, func() app.UI { return &twins{A: a, B: a} })
	wantTexts(t, ".twins", "of the page of the page")
	if n := watches(atom.Default) - before; n != 0 {
		t.Errorf("%d subscriptions on the other store", n)
	}
}
