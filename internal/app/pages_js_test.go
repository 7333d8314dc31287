package app

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// A tab is the pages, in the document of the browser that runs the test, with a
// store of their own. go-app's own loop runs them: its test engine cannot
// wait while effects end by themselves.
type tab struct {
	t     *testing.T
	store *atom.Store
}

// The stage is the root of the one app that a program can run. A play on it is
// what one test has opened.
type stage struct {
	app.Compo
	ctx  app.Context
	play int
}

type play struct {
	app.Compo
	Number int
}

var onStage, mounted = &stage{}, make(chan struct{})

// start runs the app, once.
var start = sync.OnceFunc(func() {
	app.RouteWithRegexp("", func() app.Composer { return onStage })
	go app.RunWhenOnBrowser()
	<-mounted
})

func (s *stage) OnMount(ctx app.Context) { s.ctx = ctx; close(mounted) }
func (s *stage) Render() app.UI          { return app.Div().ID("stage").Body(&play{Number: s.play}) }
func (p *play) CompoID() string          { return strconv.Itoa(p.Number) }

func (p *play) Render() app.UI {
	if p.Number == 0 {
		return app.Div()
	}
	return app.Div().DataSet("play", p.Number).Body(&page{})
}

func open(t *testing.T, s *atom.Store) *tab {
	t.Helper()
	start()
	b := &tab{t, s}
	begun := make(chan int)
	onStage.ctx.Dispatch(func(ctx app.Context) {
		hook.Provide(ctx, s)
		onStage.play++
		go func(n int) { begun <- n }(onStage.play)
	})
	selector := fmt.Sprintf("[data-play='%d'] .list-count", <-begun)
	b.until("the page did not open", func() bool { return document().Call("querySelector", selector).Truthy() })
	b.until("nothing was loaded", func() bool { return catalog.Get(s).Loaded && !catalog.Get(s).Loading })
	return b
}

func document() app.Value { return app.Window().Get("document") }

func (b *tab) find(selector string) app.Value {
	b.t.Helper()
	v := document().Call("querySelector", selector)
	if !v.Truthy() {
		b.t.Fatalf("nothing on the page is a %s", selector)
	}
	return v
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return b.find(selector).Get("innerText").String()
}

func (b *tab) rows() (ids []string) {
	all := document().Call("querySelectorAll", "[data-testid=row]")
	for i := range all.Length() {
		ids = append(ids, all.Index(i).Get("dataset").Get("id").String())
	}
	return ids
}

func (b *tab) click(selector string) { b.t.Helper(); b.find(selector).Call("click") }

// enter puts a value into a control, and tells that it was the user.
func (b *tab) enter(selector, value, event string) {
	b.t.Helper()
	control := b.find(selector)
	control.Set("value", value)
	control.Call("dispatchEvent", app.Window().Get("Event").New(event, map[string]any{"bubbles": true}))
}

// until waits for something to show, as long as the test may take.
func (b *tab) until(what string, shows func() bool) {
	b.t.Helper()
	changed := make(chan struct{}, 1)
	told := app.FuncOf(func(app.Value, []app.Value) any {
		select {
		case changed <- struct{}{}:
		default:
		}
		return nil
	})
	observer := app.Window().Get("MutationObserver").New(told)
	observer.Call("observe", document(), map[string]any{"subtree": true, "childList": true, "attributes": true, "characterData": true})
	defer told.Release()
	defer observer.Call("disconnect")
	timeout := make(<-chan time.Time)
	if deadline, limited := b.t.Deadline(); limited {
		timeout = time.After(time.Until(deadline) - 5*time.Second)
	}
	for !shows() {
		select {
		case <-changed:
		case <-timeout:
			b.t.Fatalf("%s: %s", what, b.text("#stage"))
		}
	}
}

func TestSearchAndFilter(t *testing.T) {
	s, _ := serve(t, nil)
	b := open(t, s)
	check := func(count string, rows ...string) {
		t.Helper()
		b.until("the count is not "+count, func() bool { return b.text("[data-testid=count]") == count })
		if got := b.rows(); strings.Join(got, " ") != strings.Join(rows, " ") {
			t.Errorf("the rows are %v, want %v", got, rows)
		}
	}
	check("3 kinds", string(p100), string(diedIn.ID), string(knows.ID))
	b.enter("#search", "died", "input")
	check("1 of 3 kinds", string(diedIn.ID))
	if got := app.Window().URL().RawQuery; got != "q=died" {
		t.Errorf("the address has the query %q", got)
	}
	b.enter("#vocabulary", "foaf", "change")
	check("0 of 3 kinds")
	b.click(".list-empty button")
	check("3 kinds", string(p100), string(diedIn.ID), string(knows.ID))
	if got := b.find("#search").Get("value").String() + b.find("#vocabulary").Get("value").String(); got != allVocabularies {
		t.Errorf("after Show all the controls say %q", got)
	}
	b.enter("#vocabulary", "foaf", "change")
	check("1 of 3 kinds", string(knows.ID))
	b.enter("#vocabulary", allVocabularies, "change")
	check("3 kinds", string(p100), string(diedIn.ID), string(knows.ID))
}

func TestTheListGrows(t *testing.T) {
	s, _ := serve(t, nil)
	b := open(t, s)
	kinds.Value().Update(s, func(all *atom.Map[kind.ID, kind.Kind]) {
		for i := range rowStep + 10 {
			k := knows
			k.ID = kind.ID("foaf:" + strings.Repeat("x", i+1))
			all.Set(k.ID, k)
		}
	})
	b.until("there are not that many rows", func() bool { return len(b.rows()) == rowStep })
	b.click(".list-more")
	b.until("there are not more rows", func() bool { return len(b.rows()) == rowStep+13 })
}

func TestEditsOfAKind(t *testing.T) {
	accept := make(chan bool)
	s, _ := serve(t, func(fetch.Request) (*fetch.Response, error) {
		if !<-accept {
			return refused("is taken")
		}
		saved := wasDeathOf
		saved.HasDirection, saved.Version = false, 2
		return ok(saved)
	})
	b := open(t, s)
	setFromAddress(s, mustParseURL(hrefOfKind(p100)))
	b.until("no kind", func() bool { return b.text("h1") == "was death of" })
	direction := func() string { return b.find("[role=switch]").Call("getAttribute", "aria-checked").String() }
	pending := func() string { return b.find("[data-component=toggle]").Get("dataset").Get("pending").String() }

	b.click("[role=switch]")
	b.until("it did not show", func() bool {
		return direction() == "false" && pending() == "true" && b.text(".row .mark") == "saving"
	})
	accept <- false
	b.until("it was not taken back", func() bool { return direction() == "true" && pending() == "false" })
	b.until("the row does not tell", func() bool { return b.text(".row .mark") == "not saved" })
	if alert := b.text("[role=alert]"); !strings.Contains(alert, "is taken") {
		t.Errorf("the alert says %q", alert)
	}
	b.click("[role=alert] button") // Retry
	accept <- true
	b.until("it was not saved", func() bool { return direction() == "false" && b.text("[data-testid=version]") == "2" })
	b.until("the row does not tell", func() bool { return b.text(".row .mark") == "" })
}

func TestATextThatWouldBeRefusedIsNotSent(t *testing.T) {
	s, server := serve(t, func(fetch.Request) (*fetch.Response, error) {
		saved := wasDeathOf
		saved.Name, saved.Version = "died", 2
		return ok(saved)
	})
	setFromAddress(s, mustParseURL(hrefOfKind(p100)))
	b := open(t, s)
	b.until("no kind", func() bool { return b.text("h1") == "was death of" })
	b.enter("#name", " ", "change")
	b.until("it does not say what is wrong", func() bool { return b.text("#name-invalid") == "Name must not be empty." })
	if server.sent() != 0 || b.text("h1") != "was death of" {
		t.Errorf("%d requests were sent, the heading is %q", server.sent(), b.text("h1"))
	}
	b.enter("#name", "died", "change")
	b.until("it was not put right", func() bool { return b.find("#name-invalid").Get("hidden").Bool() && b.text("h1") == "died" })
}

func TestAnotherKindIsAnotherPage(t *testing.T) {
	s, _ := serve(t, nil)
	setFromAddress(s, mustParseURL(hrefOfKind(p100)))
	b := open(t, s)
	b.until("no kind", func() bool { return b.text("h1") == "was death of" })
	b.find("#name").Set("value", "half a na") // typed, not committed
	setFromAddress(s, mustParseURL(hrefOfKind(diedIn.ID)))
	b.until("not there", func() bool { return b.text("h1") == "died in" })
	if got := b.find("#name").Get("value").String(); got != "died in" {
		t.Errorf("the name is %q", got)
	}
	setFromAddress(s, mustParseURL(hrefOfKind("foaf:hates")))
	b.until("not there", func() bool { return b.text("h1") == "No such kind" })
}

func TestTheNetworkIsKeptForTheSession(t *testing.T) {
	s, _ := serve(t, nil)
	b := open(t, s)
	t.Cleanup(func() { app.Window().Get("localStorage").Call("clear") })
	b.enter("#latency", "4300", "input")
	b.enter("#failures", "35", "input")
	b.until("it does not say so", func() bool { return b.text("[data-testid=network] .panel-state") == "4300 ms slower, 35 % fail" })
	s, _ = serve(t, nil) // as after a reload
	b = open(t, s)
	sliders := b.find("#latency").Get("value").String() + " " + b.find("#failures").Get("value").String()
	if got := (networkConditions{latency.Get(s), failures.Get(s)}); got != (networkConditions{4300, 35}) || sliders != "4300 35" {
		t.Errorf("afterwards it is %v, and the sliders say %s", got, sliders)
	}
	app.Window().Get("localStorage").Call("setItem", networkKey, `{"Latency":-1}`)
	s, _ = serve(t, nil)
	open(t, s)
	if got := (networkConditions{latency.Get(s), failures.Get(s)}); got != (networkConditions{}) {
		t.Errorf("of nonsense it made %v", got)
	}
}
