//go:build js

package hook_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/nodes/nodestest"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// nest is a component around others; it counts how often it is rendered.
type nest struct {
	app.Compo
	bind
	Title   *atom.Atom[string]
	Inside  func() app.UI // never equal: rendered with its parent
	Renders *int
	title   hook.Hook[string]
}

func (c *nest) Render() app.UI {
	*c.Renders++
	return app.Section().Body(app.H1().Text(c.title.Use(&c.bind, c.Title)), c.Inside())
}

func TestChangeOfARowRendersNothingElse(t *testing.T) {
	s, w := atom.NewStore(), newWorld(3)
	title := atom.New("one")
	ids := w.ids(s)
	outer, inner := 0, 0
	page := show(t, s, func() app.UI {
		return &nest{Title: atom.New(""), Renders: &outer, Inside: func() app.UI {
			return &nest{Title: title, Renders: &inner, Inside: lines(w, &ids)}
		}}
	})
	outer, inner = 0, 0
	w.by.Of("t1").Update(s, func(t *thing) { t.Name = "changed" })
	page.flush()
	wantTexts(t, ".name", "thing 0", "changed", "thing 2")
	if outer != 0 || inner != 0 {
		t.Errorf("what the row is in was rendered %d and %d times", outer, inner)
	}

	// Parents that change in the same frame are rendered, the rows too.
	s.Batch(func(b *atom.Batch) {
		title.Set(b, "two")
		w.by.Of("t2").Update(b, func(t *thing) { t.Name = "changed too" })
	})
	page.flush()
	wantTexts(t, ".name", "thing 0", "changed", "changed too")
	wantTexts(t, "h1", "", "two")
	if outer != 0 || inner != 1 {
		t.Errorf("rendered %d and %d times, want 0 and 1", outer, inner)
	}

	// So is one that its own handler has rendered the ordinary way.
	w.by.Of("t0").Update(s, func(t *thing) { t.Name = "again" })
	page.ctx.Update()
	page.flush()
	wantTexts(t, ".name", "again", "changed", "changed too")
	if outer == 0 {
		t.Error("an ordinary update was lost")
	}
}

// atOnce returns what a selector finds after the last rendering that does not wait
// for a frame, nil when all of them do.
func (s *screen) atOnce(selector string) (found []string) {
	nodestest.AtOnce(s.flush, func() { found = texts(selector) })
	return found
}

func TestChangeAndRollbackAreShownBeforeTheFrame(t *testing.T) {
	s, w := atom.NewStore(), newWorld(2)
	ids := w.ids(s)
	page := show(t, s, lines(w, &ids))
	click(".rename")
	if got := page.atOnce(".name"); !slices.Equal(got, []string{"renamed t0", "thing 1"}) {
		t.Errorf("after the click: %q", got)
	}
	failed := make(chan *saga.Task, 1)
	defer saga.OnError(s, func(t *saga.Task) { failed <- t })()
	answers <- errors.New("no")
	<-failed
	if got := page.atOnce(".name"); !slices.Equal(got, []string{"thing 0", "thing 1"}) {
		t.Errorf("after the rollback: %q", got)
	}
	page.rerender() // go-app's own rendering agrees
	wantTexts(t, ".name", "thing 0", "thing 1")
}

// What a row shows of nothing is not for anybody to see.
func TestRowOfAMissingItemWaitsForItsList(t *testing.T) {
	s, w := atom.NewStore(), newWorld(2)
	ids := w.ids(s)
	page := show(t, s, lines(w, &ids))
	w.all.Set(s, things(1))
	if got := page.atOnce(".name"); got != nil {
		t.Errorf("it was rendered before the list was, and shows %q", got)
	}
	ids = w.ids(s)
	page.rerender()
	wantTexts(t, ".name", "thing 0")
}

// slow is a component that takes long to be rendered.
type slow struct {
	app.Compo
	bind
	A     *atom.Atom[int]
	Clock *nodestest.Clock
	hook  hook.Hook[int]
}

func (c *slow) Render() app.UI {
	c.Clock.Pass(5 * time.Millisecond)
	return app.Span().Class("slow").Text(c.hook.Use(&c.bind, c.A))
}

func TestSlowComponentWaitsForTheFrame(t *testing.T) {
	s, a, clock := atom.NewStore(), atom.New(0), nodestest.StopClock(t)
	page := show(t, s, func() app.UI { return &slow{A: a, Clock: clock} })
	for i, step := range []struct {
		reason string
		after  time.Duration // it was rendered the last time
		waits  bool
	}{
		{"it was rendered long ago", time.Second, false},
		{"it was rendered just now", time.Millisecond, true},
		{"there was a frame meanwhile", 10 * time.Millisecond, false},
		{"it was rendered just now, again", 2 * time.Millisecond, true},
	} {
		clock.Pass(step.after)
		a.Set(s, i+1)
		if atOnce := page.atOnce(".slow") != nil; atOnce == step.waits {
			t.Errorf("%s: rendered at once: %t", step.reason, atOnce)
		}
		wantTexts(t, ".slow", strconv.Itoa(i+1))
	}
}

// A parent that reads what its child reads hands it the value: both are rendered
// once.
func TestComponentThatItsParentHasRenderedIsNotRenderedAgain(t *testing.T) {
	s, title := atom.NewStore(), atom.New("one")
	outer, inner := 0, 0
	page := show(t, s, func() app.UI {
		return &nest{Title: title, Renders: &outer, Inside: func() app.UI {
			return &nest{Title: title, Renders: &inner, Inside: func() app.UI { return app.P() }}
		}}
	})
	outer, inner = 0, 0
	title.Set(s, "two")
	page.flush()
	wantTexts(t, "h1", "two", "two")
	if outer != 1 || inner != 1 {
		t.Errorf("rendered %d and %d times", outer, inner)
	}
}

// pressed is a component whose handler is a function of the test.
type pressed struct {
	app.Compo
	bind
	A     *atom.Atom[int]
	Press func(app.Context)
	hook  hook.Hook[int]
}

func (c *pressed) Render() app.UI {
	return app.Button().Class("pressed").Text(c.hook.Use(&c.bind, c.A)).OnClick(c.press)
}

func (c *pressed) press(ctx app.Context, _ app.Event) { c.Press(ctx) }

func TestPreventUpdateOfAHandlerHidesNoChange(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	page := show(t, s, func() app.UI {
		return &pressed{A: a, Press: func(ctx app.Context) {
			a.Set(s, 1)
			for range 3 {
				ctx.PreventUpdate()
			}
		}}
	})
	click(".pressed")
	page.flush()
	wantTexts(t, ".pressed", "1")
}

// number shows one atom.
type number struct {
	app.Compo
	bind
	A    *atom.Atom[int]
	hook hook.Hook[int]
}

func (c *number) Render() app.UI {
	return app.Span().Class("number").Text(c.hook.Use(&c.bind, c.A))
}

func TestManyChangesFromOneHandler(t *testing.T) {
	s := atom.NewStore()
	atoms := make([]*atom.Atom[int], 100)
	for i := range atoms {
		atoms[i] = atom.New(0)
	}
	var took time.Duration
	page := show(t, s, func() app.UI {
		return app.Div().Body(
			&pressed{A: atom.New(0), Press: func(app.Context) {
				begin := time.Now()
				for i := range 5000 {
					atoms[i%len(atoms)].Set(s, i)
				}
				took = time.Since(begin)
			}},
			app.Range(atoms).Slice(func(i int) app.UI { return &number{A: atoms[i]} }),
		)
	})
	begin := time.Now()
	click(".pressed")
	page.flush()
	t.Logf("5,000 changes: %v, until they are shown: %v", took, time.Since(begin))
	for i, got := range texts(".number") {
		if want := strconv.Itoa(4900 + i); got != want {
			t.Fatalf("number %d says %s, want %s", i, got, want)
		}
	}
}

// All of them change at once, by one write, from one handler.
func TestManyComponents(t *testing.T) {
	const most = 4500
	s := atom.NewStore()
	a := atom.New(0)
	n := 0
	page := show(t, s, func() app.UI {
		return app.Div().Body(
			&pressed{A: atom.New(0), Press: func(app.Context) { a.Set(s, 1) }},
			app.Range(make([]int, n)).Slice(func(int) app.UI { return &number{A: a} }),
		)
	})
	begin := time.Now()
	for _, n = range []int{1500, 3000, most} { // in parts: see Bind
		page.rerender()
	}
	t.Logf("%d components mounted: %v", most, time.Since(begin))
	begin = time.Now()
	click(".pressed")
	page.flush()
	t.Logf("%d components rendered after one write: %v", most, time.Since(begin))
	if got := strings.Join(texts(".number"), ""); got != strings.Repeat("1", most) {
		t.Errorf("%d components show the change, want %d", strings.Count(got, "1"), most)
	}
	if watches(s) != most+1 {
		t.Errorf("%d subscriptions", watches(s))
	}
}

// go-app would wait for itself for ever, and say nothing.
func TestTooManyComponentsInOneFramePanic(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	n := 0
	page := show(t, s, func() app.UI {
		return app.Div().Body(app.Range(make([]int, n)).Slice(func(int) app.UI { return &number{A: a} }))
	})
	n = 4500
	defer func() {
		if reason, _ := recover().(string); !strings.Contains(reason, "in parts") {
			t.Errorf("panic %v", reason)
		}
		n = 0
	}()
	page.rerender()
}

// go-app's frame loop renders when go-app is not as expected, and all that a component is
// in with it when there is no Mark either.
func TestPageIsRightWithoutWhatGoAppDoesNotExport(t *testing.T) {
	for name, without := range map[string][]func(testing.TB){
		"Renderer":          {nodestest.WithoutRenderer},
		"Renderer and Mark": {nodestest.WithoutRenderer, nodestest.WithoutMark},
	} {
		t.Run(name, func(t *testing.T) {
			for _, without := range without {
				without(t)
			}
			s, w := atom.NewStore(), newWorld(3)
			ids := w.ids(s)
			page := show(t, s, lines(w, &ids))
			w.by.Of("t1").Update(s, func(t *thing) { t.Name = "changed" })
			page.flush()
			wantTexts(t, ".name", "thing 0", "changed", "thing 2")
		})
	}
}

// The component in whose name the queue dispatches is dismounted before it is flushed.
func TestOthersAreRenderedWhenTheCarrierIsDismounted(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	n := 3
	page := show(t, s, func() app.UI {
		return app.Div().Body(
			app.Range(make([]int, n)).Slice(func(i int) app.UI { return &number{A: a} }),
		)
	})
	a.Set(s, 1) // the last one mounted is told first
	n = 2
	page.rerender()
	wantTexts(t, ".number", "1", "1")
	a.Set(s, 2)
	page.flush()
	wantTexts(t, ".number", "2", "2")
}
