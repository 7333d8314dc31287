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

// A testPage is a page, with a store of its own, in the document of the browser that runs
// the test. go-app's own loop runs it: go-app's engine for tests cannot wait for effects.
type testPage struct {
	t     *testing.T
	store *atom.Store
}

// testRoot is the root of the only app that a program can run. It has the page of the
// current test.
type testRoot struct {
	app.Compo
	ctx  app.Context
	play int
}

type testCase struct {
	app.Compo
	Number int
}

var root, mounted = &testRoot{}, make(chan struct{})

// startApp runs the app, once.
var startApp = sync.OnceFunc(func() {
	app.RouteWithRegexp("", func() app.Composer { return root })
	go app.RunWhenOnBrowser()
	<-mounted
})

func (s *testRoot) OnMount(ctx app.Context) { s.ctx = ctx; close(mounted) }
func (s *testRoot) Render() app.UI          { return app.Div().ID("stage").Body(&testCase{Number: s.play}) }
func (p *testCase) CompoID() string         { return strconv.Itoa(p.Number) }

func (p *testCase) Render() app.UI {
	if p.Number == 0 {
		return app.Div()
	}
	return app.Div().DataSet("play", p.Number).Body(&page{})
}

func openPage(t *testing.T, s *atom.Store) *testPage {
	t.Helper()
	startApp()
	b := &testPage{t, s}
	begun := make(chan int)
	root.ctx.Dispatch(func(ctx app.Context) {
		hook.Provide(ctx, s)
		root.play++
		go func(n int) { begun <- n }(root.play)
	})
	selector := fmt.Sprintf("[data-play='%d'] .list-count", <-begun)
	b.waitUntil("the page did not open", func() bool { return document().Call("querySelector", selector).Truthy() })
	b.waitUntil("nothing was loaded", func() bool { return catalog.Get(s).Loaded && !catalog.Get(s).Loading })
	return b
}

func document() app.Value { return app.Window().Get("document") }

func (b *testPage) find(selector string) app.Value {
	b.t.Helper()
	v := document().Call("querySelector", selector)
	if !v.Truthy() {
		b.t.Fatalf("nothing on the page is a %s", selector)
	}
	return v
}

func (b *testPage) text(selector string) string {
	b.t.Helper()
	return b.find(selector).Get("innerText").String()
}

func (b *testPage) rows() (ids []string) {
	all := document().Call("querySelectorAll", "[data-testid=row]")
	for i := range all.Length() {
		ids = append(ids, all.Index(i).Get("dataset").Get("id").String())
	}
	return ids
}

func (b *testPage) click(selector string) { b.t.Helper(); b.find(selector).Call("click") }

// fill sets the value of a control and dispatches the event, as for a user.
func (b *testPage) fill(selector, value, event string) {
	b.t.Helper()
	control := b.find(selector)
	control.Set("value", value)
	control.Call("dispatchEvent", app.Window().Get("Event").New(event, map[string]any{"bubbles": true}))
}

// waitUntil waits until the document shows what the test wants, or the deadline of the
// test.
func (b *testPage) waitUntil(what string, shows func() bool) {
	b.t.Helper()
	changed := make(chan struct{}, 1)
	callback := app.FuncOf(func(app.Value, []app.Value) any {
		select {
		case changed <- struct{}{}:
		default:
		}
		return nil
	})
	observer := app.Window().Get("MutationObserver").New(callback)
	observer.Call("observe", document(), map[string]any{"subtree": true, "childList": true, "attributes": true, "characterData": true})
	defer callback.Release()
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
	s, _ := loadFrom(t, nil)
	b := openPage(t, s)
	check := func(count string, rows ...string) {
		t.Helper()
		b.waitUntil("the count is not "+count, func() bool { return b.text("[data-testid=count]") == count })
		if got := b.rows(); strings.Join(got, " ") != strings.Join(rows, " ") {
			t.Errorf("the rows are %v, want %v", got, rows)
		}
	}
	check("3 kinds", string(p100), string(diedIn.ID), string(knows.ID))
	b.fill("#search", "died", "input")
	check("1 of 3 kinds", string(diedIn.ID))
	if got := app.Window().URL().RawQuery; got != "q=died" {
		t.Errorf("the address has the query %q", got)
	}
	b.fill("#vocabulary", "foaf", "change")
	check("0 of 3 kinds")
	b.click(".list-empty button")
	check("3 kinds", string(p100), string(diedIn.ID), string(knows.ID))
	if got := b.find("#search").Get("value").String() + b.find("#vocabulary").Get("value").String(); got != allVocabularies {
		t.Errorf("after Show all the controls say %q", got)
	}
	b.fill("#vocabulary", "foaf", "change")
	check("1 of 3 kinds", string(knows.ID))
	b.fill("#vocabulary", allVocabularies, "change")
	check("3 kinds", string(p100), string(diedIn.ID), string(knows.ID))
}

func TestTheListGrows(t *testing.T) {
	s, _ := loadFrom(t, nil)
	b := openPage(t, s)
	kinds.Value().Update(s, func(all *atom.Map[kind.ID, kind.Kind]) {
		for i := range rowStep + 10 {
			k := knows
			k.ID = kind.ID("foaf:" + strings.Repeat("x", i+1))
			all.Set(k.ID, k)
		}
	})
	b.waitUntil("there are not that many rows", func() bool { return len(b.rows()) == rowStep })
	b.click(".list-more")
	b.waitUntil("there are not more rows", func() bool { return len(b.rows()) == rowStep+13 })
}

func TestEditsOfAKind(t *testing.T) {
	accept := make(chan bool)
	s, _ := loadFrom(t, func(fetch.Request) (*fetch.Response, error) {
		if !<-accept {
			return refusal("is taken")
		}
		saved := wasDeathOf
		saved.HasDirection, saved.Version = false, 2
		return answerOf(saved)
	})
	b := openPage(t, s)
	setFromAddress(s, mustParseURL(hrefOfKind(p100)))
	b.waitUntil("no kind", func() bool { return b.text("h1") == "was death of" })
	direction := func() string { return b.find("[role=switch]").Call("getAttribute", "aria-checked").String() }
	pending := func() string { return b.find("[data-component=toggle]").Get("dataset").Get("pending").String() }

	b.click("[role=switch]")
	b.waitUntil("it did not show", func() bool {
		return direction() == "false" && pending() == "true" && b.text(".row .mark") == "saving"
	})
	accept <- false
	b.waitUntil("it was not taken back", func() bool { return direction() == "true" && pending() == "false" })
	b.waitUntil("the row does not tell", func() bool { return b.text(".row .mark") == "not saved" })
	if alert := b.text("[role=alert]"); !strings.Contains(alert, "is taken") {
		t.Errorf("the alert says %q", alert)
	}
	b.click("[role=alert] button") // Retry
	accept <- true
	b.waitUntil("it was not saved", func() bool { return direction() == "false" && b.text("[data-testid=version]") == "2" })
	b.waitUntil("the row does not tell", func() bool { return b.text(".row .mark") == "" })
}

func TestATextThatWouldBeRefusedIsNotSent(t *testing.T) {
	s, server := loadFrom(t, func(fetch.Request) (*fetch.Response, error) {
		saved := wasDeathOf
		saved.Name, saved.Version = "died", 2
		return answerOf(saved)
	})
	setFromAddress(s, mustParseURL(hrefOfKind(p100)))
	b := openPage(t, s)
	b.waitUntil("no kind", func() bool { return b.text("h1") == "was death of" })
	b.fill("#name", " ", "change")
	b.waitUntil("it does not say what is wrong", func() bool { return b.text("#name-invalid") == "Name must not be empty." })
	if server.sent() != 0 || b.text("h1") != "was death of" {
		t.Errorf("%d requests were sent, the heading is %q", server.sent(), b.text("h1"))
	}
	b.fill("#name", "died", "change")
	b.waitUntil("it was not put right", func() bool { return b.find("#name-invalid").Get("hidden").Bool() && b.text("h1") == "died" })
}

func TestAnotherKindIsAnotherPage(t *testing.T) {
	s, _ := loadFrom(t, nil)
	setFromAddress(s, mustParseURL(hrefOfKind(p100)))
	b := openPage(t, s)
	b.waitUntil("no kind", func() bool { return b.text("h1") == "was death of" })
	b.find("#name").Set("value", "half a na") // typed, not committed
	setFromAddress(s, mustParseURL(hrefOfKind(diedIn.ID)))
	b.waitUntil("not there", func() bool { return b.text("h1") == "died in" })
	if got := b.find("#name").Get("value").String(); got != "died in" {
		t.Errorf("the name is %q", got)
	}
	setFromAddress(s, mustParseURL(hrefOfKind("foaf:hates")))
	b.waitUntil("not there", func() bool { return b.text("h1") == "No such kind" })
}

func TestTheNetworkIsKeptForTheSession(t *testing.T) {
	s, _ := loadFrom(t, nil)
	b := openPage(t, s)
	t.Cleanup(func() { app.Window().Get("localStorage").Call("clear") })
	b.fill("#latency", "4300", "input")
	b.fill("#failures", "35", "input")
	b.waitUntil("it does not say so", func() bool { return b.text("[data-testid=network] .panel-state") == "4300 ms slower, 35 % fail" })
	s, _ = loadFrom(t, nil) // as after a reload
	b = openPage(t, s)
	sliders := b.find("#latency").Get("value").String() + " " + b.find("#failures").Get("value").String()
	if got := (networkConditions{latency.Get(s), failures.Get(s)}); got != (networkConditions{4300, 35}) || sliders != "4300 35" {
		t.Errorf("afterwards it is %v, and the sliders say %s", got, sliders)
	}
	app.Window().Get("localStorage").Call("setItem", networkKey, `{"Latency":-1}`)
	s, _ = loadFrom(t, nil)
	openPage(t, s)
	if got := (networkConditions{latency.Get(s), failures.Get(s)}); got != (networkConditions{}) {
		t.Errorf("of nonsense it made %v", got)
	}
}
