//go:build js

package hook_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// wrong collects what a line has shown that is not its own.
var wrong []string

func (c *line) Render() app.UI {
	now := c.thing.Use(&c.bind, c.World.by.Of(c.ID))
	if now.ID != c.ID && now.ID != "" {
		wrong = append(wrong, fmt.Sprintf("the line of %s shows %s", c.ID, now.ID))
	}
	failed := ""
	if task := c.thing.Failure(); task != nil {
		failed = task.Err().Error()
	}
	return app.Div().Class("line").Body(
		app.Span().Class("name").Text(now.Name),
		app.Span().Class("pending").Text(c.thing.Pending()),
		app.Span().Class("failed").Text(failed),
		app.Button().Class("rename").Text("rename").OnClick(c.rename),
	)
}

func (c *line) rename(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate() // the hook has it rendered
	c.thing.Run(saga.Update(func(t *thing) { t.Name = "renamed " + t.ID }).Effect(effect))
}

// effect waits until the test says how it ends.
func effect(context.Context, thing) error { return <-answers }

var answers = make(chan error)

func lines(w world, ids *[]string) func() app.UI {
	return func() app.UI {
		return app.Section().Body(app.Range(*ids).Slice(func(i int) app.UI {
			return &line{ID: (*ids)[i], World: w}
		}))
	}
}

func click(selector string) {
	document().Call("querySelector", selector).Call("click")
}

func TestHookShowsTheValueAndItsChanges(t *testing.T) {
	s, w := atom.NewStore(), newWorld(2)
	ids := w.ids(s)
	page := show(t, s, lines(w, &ids))
	wantTexts(t, ".name", "thing 0", "thing 1")
	if err := w.by.Of("t1").Update(s, func(t *thing) { t.Name = "from elsewhere" }); err != nil {
		t.Fatal(err)
	}
	page.flush()
	wantTexts(t, ".name", "thing 0", "from elsewhere")
}

func TestHookRunsAndTellsWhatIsPendingAndFailed(t *testing.T) {
	s, w := atom.NewStore(), newWorld(2)
	ids := w.ids(s)
	page := show(t, s, lines(w, &ids))
	click(".rename")
	page.flush()
	wantTexts(t, ".name", "renamed t0", "thing 1")
	wantTexts(t, ".pending", "1", "0")
	task := saga.Run(s, w.by.Of("t1"), saga.Update(func(t *thing) { t.Name = "?" }).Effect(effect))
	page.flush()
	wantTexts(t, ".pending", "1", "1")

	failed := make(chan *saga.Task, 2)
	defer saga.OnError(s, func(t *saga.Task) { failed <- t })()
	answers <- errors.New("no")
	answers <- errors.New("no")
	<-failed
	<-failed
	page.flush()
	wantTexts(t, ".name", "thing 0", "thing 1")
	wantTexts(t, ".pending", "0", "0")
	wantTexts(t, ".failed", "no", "no")

	task.Dismiss()
	page.flush()
	wantTexts(t, ".failed", "no", "")
}

// Rows are reused by position: whatever happens to the list, a line shows what
// its ID says, and what the others change while it shows it.
func TestReusedRowShowsItsOwnValue(t *testing.T) {
	s, w := atom.NewStore(), newWorld(6)
	ids := w.ids(s)
	page := show(t, s, lines(w, &ids))
	wrong = nil
	for _, step := range []struct {
		reason string
		edit   func([]thing) []thing
	}{
		{"the first is removed: all others move up", func(l []thing) []thing { return l[1:] }},
		{"one is inserted in front: all others move down", func(l []thing) []thing {
			return slices.Insert(l, 0, thing{ID: "new", Name: "a new one"})
		}},
		{"one is removed in the middle", func(l []thing) []thing { return slices.Delete(l, 2, 3) }},
		{"two change places", func(l []thing) []thing { l[0], l[3] = l[3], l[0]; return l }},
		{"order is reversed", func(l []thing) []thing { slices.Reverse(l); return l }},
		{"all go", func(l []thing) []thing { return nil }},
		{"others come", func(l []thing) []thing { return things(4) }},
	} {
		list := step.edit(slices.Clone(w.all.Get(s)))
		if err := w.all.Set(s, list); err != nil {
			t.Fatal(err)
		}
		ids = w.ids(s)
		page.rerender()
		var names []string
		for _, one := range list {
			names = append(names, one.Name)
		}
		if got := texts(".name"); !slices.Equal(got, names) {
			t.Errorf("%s: %q, want %q", step.reason, got, names)
		}
		for i, one := range list { // and each is bound to its own atom
			name := fmt.Sprintf("%s of %s", step.reason, one.ID)
			if err := w.by.Of(one.ID).Update(s, func(t *thing) { t.Name = name }); err != nil {
				t.Fatal(err)
			}
			page.flush()
			if got := texts(".name")[i]; got != name {
				t.Errorf("line %d says %q, want %q", i, got, name)
			}
		}
		if got := watches(s); got != len(list) {
			t.Errorf("%s: %d subscriptions for %d lines", step.reason, got, len(list))
		}
	}
	if wrong != nil {
		t.Error(wrong)
	}
}

// twins has two hooks, and binds them anew when it is told to.
type twins struct {
	app.Compo
	bind
	A, B *atom.Atom[string]
	a, b hook.Hook[string]
}

func (c *twins) Render() app.UI {
	return app.P().Class("twins").Text(c.a.Use(&c.bind, c.A) + " " + c.b.Use(&c.bind, c.B))
}

func TestTwoHooksInOneComponent(t *testing.T) {
	s := atom.NewStore()
	a, b, other := atom.New("a"), atom.New("b"), atom.New("b") // the same content in two atoms
	second := b
	page := show(t, s, func() app.UI { return &twins{A: a, B: second} })
	wantTexts(t, ".twins", "a b")
	a.Set(s, "A")
	page.flush()
	b.Set(s, "B")
	page.flush()
	wantTexts(t, ".twins", "A B")

	second = other
	page.rerender()
	wantTexts(t, ".twins", "A b")
	b.Set(s, "not seen")
	other.Set(s, "seen")
	page.flush()
	wantTexts(t, ".twins", "A seen")
	if n := watches(s); n != 2 {
		t.Errorf("%d subscriptions, want 2", n)
	}
}

// derived shows what is computed, through a View.
type derived struct {
	app.Compo
	bind
	Count *atom.Derived[int]
	count hook.View[int]
}

func (c *derived) Render() app.UI { return app.P().Class("count").Text(c.count.Use(&c.bind, c.Count)) }

func TestViewOfADerivedAtom(t *testing.T) {
	s, w := atom.NewStore(), newWorld(3)
	computed := 0
	count := atom.Derive(func(r atom.Reader) int { computed++; return len(w.all.Get(r)) })
	page := show(t, s, func() app.UI { return &derived{Count: count} })
	wantTexts(t, ".count", "3")
	w.all.Set(s, things(5))
	page.flush()
	wantTexts(t, ".count", "5")
	page.leave(t)
	before := computed
	w.all.Set(s, things(7))
	page.flush()
	if computed != before {
		t.Error("it is computed although nobody looks")
	}
}

func TestUnboundHookSaysSo(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	new(hook.Hook[thing]).Value()
}
