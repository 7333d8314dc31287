//go:build js

package components_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// A shelf is a list over an atom, whose rows show an atom of a family each.
type shelf struct {
	*screen
	order  *atom.Atom[[]string]
	titles *atom.Atom[atom.Map[string, string]]
	title  *atom.Family[string, atom.Atom[string]]
	ids    hook.View[[]string]
	built  []string // ids in the order in which row was called
	drawn  []string // and in which rows were rendered
	dress  func(*components.ListCompo[string]) app.UI
	takes  time.Duration // to make a row
}

func newShelf(t *testing.T, ids ...string) *shelf {
	t.Helper()
	s := &shelf{order: atom.New(ids), titles: atom.New(atom.Map[string, string]{})}
	s.title = atom.NewFamily(func(id string) *atom.Atom[string] { return atom.MapKey(s.titles, id) })
	s.dress = func(l *components.ListCompo[string]) app.UI { return l }
	s.screen = show(t, func(p *screen) app.UI {
		return s.dress(components.List(s.ids.Use(&p.bind, s.order), s.row).ID("shelf").Label("Books"))
	})
	return s
}

func (s *shelf) row(id string) app.UI {
	s.built = append(s.built, id)
	if s.takes > 0 {
		s.clock.Pass(s.takes)
	}
	return &book{ID: id, Shelf: s}
}

// set changes the order, and returns when everything is shown.
func (s *shelf) set(ids ...string) {
	s.built, s.drawn = nil, nil
	s.order.Set(s.store, ids)
	s.flush()
}

func (s *shelf) rows() (ids []string) {
	rows := document().Call("querySelectorAll", "#shelf > li")
	for i := range rows.Length() {
		ids = append(ids, rows.Index(i).Get("dataset").Get("id").String())
	}
	return ids
}

func (s *shelf) want(t *testing.T, reason string, ids ...string) {
	t.Helper()
	if got := s.rows(); !slices.Equal(got, ids) {
		t.Errorf("%s: %q, want %q", reason, got, ids)
	}
}

// book is a row with something to type into.
type book struct {
	app.Compo
	bind
	ID    string
	Shelf *shelf
	title hook.Hook[string]
}

func (b *book) Render() app.UI {
	b.Shelf.drawn = append(b.Shelf.drawn, b.ID)
	title := b.title.Use(&b.bind, b.Shelf.title.Of(b.ID))
	return app.Li().DataSet("id", b.ID).Body(
		app.Span().Class("title").Text(title),
		app.Elem("textarea").ID("note-"+b.ID),
		app.Button().ID("press-"+b.ID).OnClick(b.press),
	)
}

func (b *book) press(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate()
	b.title.Run(saga.Update(func(title *string) { *title += "!" }))
}

func numbered(from, to int) (ids []string) {
	for i := from; i < to; i++ {
		ids = append(ids, "b"+strconv.Itoa(i))
	}
	return ids
}

func TestListTouchesOnlyTheRowsConcerned(t *testing.T) {
	s := newShelf(t, "a", "b", "c", "d", "e")
	s.want(t, "at first", "a", "b", "c", "d", "e")
	for _, step := range []struct {
		reason string
		ids    []string
		built  []string
	}{
		{"inserted above", []string{"new", "a", "b", "c", "d", "e"}, []string{"new"}},
		{"inserted between", []string{"new", "a", "x", "b", "c", "d", "e"}, []string{"x"}},
		{"appended", []string{"new", "a", "x", "b", "c", "d", "e", "f"}, []string{"f"}},
		{"removed", []string{"new", "a", "x", "c", "d", "e", "f"}, nil},
		{"first to last", []string{"a", "x", "c", "d", "e", "f", "new"}, nil},
		{"reversed", []string{"new", "f", "e", "d", "c", "x", "a"}, nil},
		{"one for another", []string{"new", "f", "e", "y", "c", "x", "a"}, []string{"y"}},
		{"removed, moved and inserted", []string{"a", "z", "e", "new", "y"}, []string{"z"}},
		{"emptied", nil, nil},
		{"filled", []string{"p", "q"}, []string{"p", "q"}},
	} {
		s.set(step.ids...)
		s.want(t, step.reason, step.ids...)
		drawn := slices.Compact(slices.Sorted(slices.Values(s.drawn))) // twice, because the store is provided
		if !slices.Equal(s.built, step.built) || !slices.Equal(drawn, step.built) {
			t.Errorf("%s: made %q, rendered %q, want %q", step.reason, s.built, drawn, step.built)
		}
	}
}

func TestListAgainstTheOrderOfTheItems(t *testing.T) {
	s := newShelf(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var now []string
	for i := range 200 {
		next := slices.Clone(now)
		for range rng.IntN(5) {
			switch at := rng.IntN(len(next) + 1); {
			case rng.IntN(3) > 0 || len(next) == 0:
				next = slices.Insert(next, at, "n"+strconv.Itoa(i)+"-"+strconv.Itoa(len(next)))
			case rng.IntN(2) == 0:
				next = slices.Delete(next, at%len(next), at%len(next)+1)
			default:
				rng.Shuffle(min(len(next), 6), func(i, j int) { next[i], next[j] = next[j], next[i] })
			}
		}
		s.set(next...)
		if got := s.rows(); !slices.Equal(got, next) {
			t.Fatalf("step %d, from %q: %q, want %q", i, now, got, next)
		}
		now = next
	}
}

func TestChangeOfARowInAListRendersThatRow(t *testing.T) {
	s := newShelf(t, "a", "b", "c")
	s.titles.Update(s.store, func(m *atom.Map[string, string]) { m.Set("a", "A"); m.Set("b", "B"); m.Set("c", "C") })
	s.flush()
	s.drawn = nil
	s.title.Of("b").Set(s.store, "B changed")
	s.flush()
	query(t, "#press-c").Call("click")
	s.flush()
	if want := []string{"b", "c"}; !slices.Equal(s.drawn, want) {
		t.Errorf("rendered %q, want %q", s.drawn, want)
	}
	if got := query(t, "#shelf").Get("textContent").String(); got != "AB changedC!" {
		t.Errorf("the list says %q", got)
	}
}

func TestListKeepsFocusAndSelection(t *testing.T) {
	s := newShelf(t, "a", "b", "c", "d")
	note := query(t, "#note-c")
	note.Set("value", "what the user has typed")
	focus(note)
	note.Call("setSelectionRange", 5, 9)
	for _, step := range []struct {
		reason string
		ids    []string
	}{
		{"inserted above", []string{"new", "a", "b", "c", "d"}},
		{"removed above", []string{"c", "d"}},
		{"moved to the end", []string{"d", "c"}},
		{"moved to the front, among others", []string{"c", "x", "d", "y"}},
		{"all others have gone", []string{"c"}},
		{"and come back, in another order", []string{"d", "b", "c", "a"}},
		{"reversed", []string{"a", "c", "b", "d"}},
	} {
		s.set(step.ids...)
		s.want(t, step.reason, step.ids...)
		wantFocus(t, note)
		if from, to := note.Get("selectionStart").Int(), note.Get("selectionEnd").Int(); from != 5 || to != 9 {
			t.Errorf("%s: the selection is %d to %d", step.reason, from, to)
		}
		if text := note.Get("value").String(); text != "what the user has typed" {
			t.Errorf("%s: the text is %q", step.reason, text)
		}
	}
}

func TestListKeepsTheScrollPosition(t *testing.T) {
	s := newShelf(t, numbered(0, 90)...)
	s.dress = func(l *components.ListCompo[string]) app.UI {
		return app.Div().Body(l, app.Style().Text("#shelf { height: 300px; overflow-y: auto } #shelf li { height: 40px; overflow: hidden }"))
	}
	s.rerender()
	list, row := query(t, "#shelf"), query(t, "#shelf > li:nth-child(50)")
	list.Set("scrollTop", 49*40)
	nextFrame()
	top := func() float64 { return row.Call("getBoundingClientRect").Get("top").Float() }
	before := top()
	s.set(append([]string{"x", "y", "z"}, numbered(0, 90)...)...)
	nextFrame()
	if after := top(); after != before {
		t.Errorf("the row that was looked at is at %v, was at %v", after, before)
	}
}

// nextFrame waits until the browser has drawn one.
func nextFrame() {
	drawn := make(chan struct{})
	f := app.FuncOf(func(app.Value, []app.Value) any { close(drawn); return nil })
	defer f.Release()
	app.Window().Call("requestAnimationFrame", app.FuncOf(func(app.Value, []app.Value) any {
		app.Window().Call("setTimeout", f, 0)
		return nil
	}))
	<-drawn
}

// 4,096 is what go-app's queue holds.
func TestListOfTenThousand(t *testing.T) {
	const n = 10000
	begun := time.Now()
	s := newShelf(t, numbered(0, n)...)
	t.Logf("mounted: %v", time.Since(begun))
	if got := s.rows(); !slices.Equal(got, numbered(0, n)) {
		t.Fatalf("%d rows", len(got))
	}
	begun = time.Now()
	s.set(append([]string{"new"}, numbered(0, n)...)...)
	t.Logf("one inserted above: %v", time.Since(begun))
	if len(s.built) != 1 || len(s.drawn) > 2 {
		t.Errorf("%d rows were made, and %d rendered", len(s.built), len(s.drawn))
	}
	begun = time.Now()
	s.set(numbered(5000, n+5000)...)
	t.Logf("half of them replaced: %v", time.Since(begun))
	if got := s.rows(); !slices.Equal(got, numbered(5000, n+5000)) {
		t.Errorf("%d rows, from %s to %s", len(got), got[0], got[len(got)-1])
	}
	begun = time.Now()
	leave(t)
	t.Logf("taken off the page: %v", time.Since(begun))
}

func TestWindowedListOfAHundredThousand(t *testing.T) {
	const n = 100000
	s := newShelf(t)
	s.dress = func(l *components.ListCompo[string]) app.UI {
		return app.Div().ID("box").Body(l.Windowed(), app.Style().Text("#box { height: 400px; overflow-y: auto } #shelf { margin: 0 } #shelf li { height: 40px; overflow: hidden }"))
	}
	s.rerender()
	s.set(numbered(0, n)...)
	box := query(t, "#box")
	if h := box.Get("scrollHeight").Int(); h != n*40 {
		t.Errorf("it is %d pixels high", h)
	}
	seen := func(reason string, first int) {
		t.Helper()
		top := box.Call("getBoundingClientRect").Get("top").Float()
		for i := range 10 {
			at := document().Call("elementFromPoint", 60, top+20+float64(40*i))
			if got, want := at.Call("closest", "li").Get("dataset").Get("id").String(), "b"+strconv.Itoa(first+i); got != want {
				t.Errorf("%s: row %d of those to be seen is %s, want %s", reason, i, got, want)
			}
		}
		if rows := len(s.rows()); rows > 100 {
			t.Errorf("%s: %d rows are on the page", reason, rows)
		}
	}
	scroll := func(to int) {
		box.Set("scrollTop", to)
		nextFrame()
		s.flush()
	}
	seen("at first", 0)
	scroll(50000 * 40)
	seen("in the middle", 50000)
	row := query(t, "#shelf > [data-id=b50003]")
	wantAttr(t, row, "aria-posinset", "50004")
	wantAttr(t, row, "aria-setsize", strconv.Itoa(n))

	note := query(t, "#note-b50003")
	focus(note)
	scroll(10 * 40)
	seen("near the beginning", 10)
	wantFocus(t, note)
	wantAttr(t, row, "aria-posinset", "50004")
	scroll(n * 40)
	seen("at the end", n-10)
	wantFocus(t, note)
	if h := box.Get("scrollHeight").Int(); h != n*40 {
		t.Errorf("it is %d pixels high", h)
	}
	s.set(numbered(0, 20)...)
	if h := box.Get("scrollHeight").Int(); h != 20*40 {
		t.Errorf("with 20 rows it is %d pixels high", h)
	}
}

// While rows are mounted, others come and go.
func TestListChangesWhileItIsFilled(t *testing.T) {
	s := newShelf(t, numbered(0, 200)...)
	s.order.Set(s.store, numbered(0, 3000))
	s.engine.ConsumeNext()
	if n := len(s.rows()); n == 3000 {
		t.Fatal("all rows were mounted in one turn: the test is void")
	}
	s.set(append([]string{"new"}, numbered(100, 2500)...)...)
	s.want(t, "in the end", append([]string{"new"}, numbered(100, 2500)...)...)
}

func TestListThatLeavesWhileItIsFilled(t *testing.T) {
	s := newShelf(t)
	s.order.Set(s.store, numbered(0, 3000))
	s.engine.ConsumeNext()
	leave(t)
}

// entry is an item that has more than its identity in it.
type entry struct {
	ID      string
	Current bool
}

func TestItemsWithAKey(t *testing.T) {
	items := []entry{{"a", false}, {"b", true}, {"c", false}}
	page := show(t, func(*screen) app.UI {
		return components.List(items, func(e entry) app.UI {
			return app.Li().DataSet("id", e.ID).DataSet("current", e.Current).Body(app.Elem("input").ID("in-" + e.ID))
		}).ID("shelf").Key(func(e entry) any { return e.ID })
	})
	input := query(t, "#in-b")
	focus(input)
	items = []entry{{"c", true}, {"b", false}}
	page.rerender()
	wantFocus(t, input)
	wantAttr(t, query(t, "#shelf > :first-child"), "data-id", "c")
	wantAttr(t, query(t, "#shelf > :first-child"), "data-current", "true")
	wantAttr(t, query(t, "#shelf > :last-child"), "data-current", "false")
}

func TestTwoItemsAlikeAreTwoRows(t *testing.T) {
	s := newShelf(t, "a", "b", "a")
	s.want(t, "at first", "a", "b", "a")
	s.set("b", "a", "a", "b")
	s.want(t, "then", "b", "a", "a", "b")
	s.set("a", "c")
	s.want(t, "in the end", "a", "c")
}

// changing is a row that becomes another element.
type changing struct {
	app.Compo
	bind
	A    *atom.Atom[bool]
	hook hook.Hook[bool]
}

func (c *changing) Render() app.UI {
	if c.hook.Use(&c.bind, c.A) {
		return &inner{}
	}
	return app.Li().Class("outer")
}

type inner struct{ app.Compo }

func (*inner) Render() app.UI { return app.Li().Class("inner") }

func TestRowThatBecomesAnotherElement(t *testing.T) {
	a := atom.New(false)
	items := []int{1, 2}
	page := show(t, func(*screen) app.UI {
		return components.List(items, func(int) app.UI { return &changing{A: a} }).ID("shelf")
	})
	a.Set(page.store, true)
	page.flush()
	items = []int{3, 2, 1}
	page.rerender()
	if n := document().Call("querySelectorAll", "#shelf > .inner").Length(); n != 3 {
		t.Errorf("%d rows: %s", n, query(t, "#shelf").Get("outerHTML"))
	}
}

func TestRowsLeaveNoSubscription(t *testing.T) {
	a, items := atom.New(0), []int{1, 2, 3}
	renders := 0
	page := show(t, func(*screen) app.UI {
		return components.List(items, func(int) app.UI { return &counting{A: a, Renders: &renders} })
	})
	items = items[:1]
	page.rerender()
	renders = 0
	a.Set(page.store, 1)
	page.flush()
	if renders != 1 {
		t.Errorf("%d rows were rendered, want 1", renders)
	}
	leave(t)
	renders = 0
	a.Set(page.store, 2)
	page.flush()
	if renders != 0 {
		t.Errorf("%d rows were rendered on a page that has gone", renders)
	}
}

type counting struct {
	app.Compo
	bind
	A       *atom.Atom[int]
	Renders *int
	hook    hook.Hook[int]
}

func (c *counting) Render() app.UI {
	*c.Renders++
	return app.Li().Text(fmt.Sprint(c.hook.Use(&c.bind, c.A)))
}

// A list takes its turns by the clock: of rows that take long to be made a handful
// is mounted in each.
func TestListLetsThePageDoSomethingElse(t *testing.T) {
	for _, test := range []struct {
		each  time.Duration
		turns int
	}{{0, 1}, {time.Second, 10}} {
		s, turns := newShelf(t), 0
		s.takes = test.each
		s.order.Set(s.store, numbered(0, 200))
		for before := 0; before < 200; {
			s.engine.ConsumeNext()
			if now := len(s.rows()); now > before {
				before, turns = now, turns+1
			}
		}
		if turns != test.turns {
			t.Errorf("200 rows that take %v each are mounted in %d turns, want %d", test.each, turns, test.turns)
		}
	}
}
