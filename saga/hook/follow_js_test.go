//go:build js

package hook_test

import (
	"errors"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// A tag shows a thing without being rendered when that changes.
type tag struct {
	app.Compo
	bind
	ID      string
	World   world
	Bold    bool // the name is in another element
	Renders *int
	thing   hook.Hook[thing]
}

func (c *tag) Render() app.UI {
	*c.Renders++
	c.thing.Follow(&c.bind, c.World.by.Of(c.ID))
	name := hook.Text(&c.thing, func(t thing) string { return t.Name })
	count := func(t thing) any { return t.Count }
	if c.Bold {
		return hook.Attr(app.P().Class("tag"), &c.thing, "data-count", count).Body(app.B().Body(name))
	}
	return hook.Attr(app.P().Class("tag"), &c.thing, "data-count", count).Body(app.I().Body(name))
}

func tags(w world, ids *[]string, bold *bool, renders *int) func() app.UI {
	return func() app.UI {
		return app.Section().Body(app.Range(*ids).Slice(func(i int) app.UI {
			return &tag{ID: (*ids)[i], World: w, Bold: *bold, Renders: renders}
		}))
	}
}

func wantCounts(t *testing.T, want ...string) {
	t.Helper()
	found := document().Call("querySelectorAll", ".tag")
	for i, want := range want {
		if got := found.Index(i).Call("getAttribute", "data-count").String(); got != want {
			t.Errorf("tag %d has the count %s, want %s", i, got, want)
		}
	}
}

func TestFollowedPartsAreWrittenAtOnce(t *testing.T) {
	s, w, bold, renders := atom.NewStore(), newWorld(2), false, 0
	ids := w.ids(s)
	page := show(t, s, tags(w, &ids, &bold, &renders))
	wantTexts(t, ".tag", "thing 0", "thing 1")
	renders = 0

	failed := make(chan *saga.Task, 1)
	defer saga.OnError(s, func(t *saga.Task) { failed <- t })()
	saga.Run(s, w.by.Of("t1"), saga.Update(func(t *thing) { t.Name, t.Count = "changed", 7 }).Effect(effect))
	wantTexts(t, ".tag", "thing 0", "changed") // nothing is dispatched, nothing is rendered
	wantCounts(t, "0", "7")
	answers <- errors.New("no")
	<-failed
	wantTexts(t, ".tag", "thing 0", "thing 1")
	wantCounts(t, "0", "0")
	page.flush()
	if renders != 0 {
		t.Errorf("rendered %d times", renders)
	}
}

// go-app does not know what was written.
func TestRenderingAgreesWithWhatWasWritten(t *testing.T) {
	s, w, bold, renders := atom.NewStore(), newWorld(2), false, 0
	ids := w.ids(s)
	page := show(t, s, tags(w, &ids, &bold, &renders))
	set := func(id, name string, count int) {
		w.by.Of(id).Update(s, func(t *thing) { t.Name, t.Count = name, count })
	}
	want := func(reason string, names []string, counts []string) {
		t.Helper()
		t.Log(reason)
		wantTexts(t, ".tag", names...)
		wantCounts(t, counts...)
	}
	set("t0", "other", 5)
	ids = []string{"t1"}
	page.rerender()
	want("the element says of t0 what go-app does not know, and is now that of t1", []string{"thing 1"}, []string{"0"})
	set("t0", "not seen", 6)
	set("t1", "seen", 7)
	want("a change of each", []string{"seen"}, []string{"7"})
	set("t1", "thing 1", 0)
	page.rerender()
	want("back to what go-app was told, and rendered", []string{"thing 1"}, []string{"0"})

	bold = true
	page.rerender()
	set("t1", "in another element", 8)
	want("the element was replaced", []string{"in another element"}, []string{"8"})
	page.rerender()
	page.rerender()
	set("t1", "again", 9)
	want("and rendered again", []string{"again"}, []string{"9"})
	page.rerender()
	want("and again", []string{"again"}, []string{"9"})
}

func TestPartsOfARemovedElementAreNotWritten(t *testing.T) {
	s, w, bold, renders := atom.NewStore(), newWorld(2), false, 0
	ids := w.ids(s)
	page := show(t, s, tags(w, &ids, &bold, &renders))
	w.all.Set(s, things(1))
	wantTexts(t, ".tag", "thing 0", "thing 1")
	ids = w.ids(s)
	page.rerender()
	wantTexts(t, ".tag", "thing 0")
	if n := watches(s); n != 1 {
		t.Errorf("%d subscriptions", n)
	}
}
