// Package app is the demo's pages: a list of relationship kinds, and a page to
// fieldEdit each of them with changes that show at once and roll back exactly.
//
// Read state.go for the state, field.go for how it is edited, and kindpage.go for the
// page that edits it.
//
// Elements that are rare here are made with app.Elem: each type that go-app has for an
// element adds 1.2 KB to the wasm, as sent.
package app

import (
	"context"
	"net/url"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// bind is embedded in components that have hooks.
type bind = hook.Bind

// Source is where prerendering reads the kinds. The server sets it before it serves; in
// the browser, which uses the API, it is nil.
var Source interface {
	Kinds(ctx context.Context) ([]kind.Kind, error)
}

// Register registers the pages with go-app. All are one component, so that the list
// keeps its state while a kind is shown.
func Register() {
	app.Route("/", func() app.Composer { return &page{} })
	// The pattern is one for Go, on the server, and for JavaScript: see tools/client.
	app.RouteWithRegexp("^"+kindsPath+`[^\n]+$`, func() app.Composer { return &page{} })
}

const kindsPath = "/kinds/"

// hrefOfKind returns the address of a kind's page.
func hrefOfKind(id kind.ID) string { return kindsPath + url.PathEscape(string(id)) }

// hrefOfList returns the address of the list with that search text and vocabulary.
func hrefOfList(text, from string) string {
	query := url.Values{}
	if text != "" {
		query.Set("q", text)
	}
	if from != "" {
		query.Set("vocabulary", from)
	}
	return (&url.URL{Path: "/", RawQuery: query.Encode()}).String()
}

// setFromAddress sets what is selected, and in the list the filter, from an address.
func setFromAddress(s *atom.Store, address *url.URL) {
	id, isKind := strings.CutPrefix(address.Path, kindsPath)
	s.Batch(func(b *atom.Batch) {
		if isKind {
			selected.Set(b, kind.ID(id))
			return
		}
		selected.Set(b, "")
		query := address.Query()
		setFilter(b, query.Get("q"), query.Get("vocabulary"))
	})
}

// page is the root of every page: the list on the left, the selected kind on the right,
// and below that the panels. On a narrow screen the style shows only one side.
type page struct {
	app.Compo
	bind

	selected    hook.View[kind.ID]
	catalog     hook.View[catalogState]
	unsubscribe []func() // end the subscriptions

	visited   bool
	visitedID kind.ID // the kind that was selected then
}

func (p *page) OnPreRender(ctx app.Context) {
	p.bind.OnPreRender(ctx)
	address := ctx.Page().URL()
	setFromAddress(p.Store(), address)
	kinds.Load(ctx, p.Store()) // the page shows the error
	// go-app writes title and path into attributes without escaping quotes.
	ctx.Page().SetTitle("%s", strings.ReplaceAll(strings.ReplaceAll(windowTitle(p.Store()), `"`, "”"), `\`, "/"))
	ctx.Page().ReplaceURL(&url.URL{Path: address.EscapedPath(), RawQuery: address.RawQuery})
}

func (p *page) OnMount(ctx app.Context) {
	p.bind.OnMount(ctx)
	say := func() { ctx.Page().SetTitle("%s", windowTitle(p.Store())) }
	p.unsubscribe = []func(){p.Store().Subscribe(selected, say), p.Store().Subscribe(catalog, say)}
	say()
}

func (p *page) OnDismount() {
	for _, end := range p.unsubscribe {
		end()
	}
	p.bind.OnDismount()
}

// OnNav sets the state from every new address, and from the first one.
func (p *page) OnNav(ctx app.Context) {
	if app.IsServer {
		return // OnPreRender did it
	}
	setFromAddress(p.Store(), ctx.Page().URL())
	if p.visited {
		from := p.visitedID
		ctx.Defer(func(app.Context) { moveFocus(from) })
	}
	p.visited, p.visitedID = true, selected.Get(p.Store())
}

// moveFocus moves the focus after a navigation: to the heading, so that a screen reader
// announces the page; or, back in the list, to the row of the kind that was shown
// before.
func moveFocus(from kind.ID) {
	document, css := app.Window().Get("document"), app.Window().Get("CSS")
	place := document.Call("querySelector", "h1[data-heading]")
	if place.Truthy() && place.Get("dataset").Get("heading").String() == "list" {
		if row := document.Call("querySelector", `[data-id="`+css.Call("escape", string(from)).String()+`"]`); row.Truthy() {
			place = row
		}
	}
	if place.Truthy() {
		place.Call("focus", map[string]any{"preventScroll": true})
	}
}

func (p *page) Render() app.UI {
	id := p.selected.Use(&p.bind, selected)
	view := "list"
	if id != "" {
		view = "kind"
	}
	return app.Div().Class("page").DataSet("view", view).Body(
		&kindList{Selected: id},
		app.Elem("main").Class("desk").Body(
			p.body(id, p.catalog.Use(&p.bind, catalog)),
			app.Elem("section").Class("lab").Aria("label", "Try it").Body(
				&outboxPanel{},
				&networkPanel{},
				&importPanel{},
				app.If(pushAvailable(), func() app.UI { return &pushPanel{} }),
				&changeLog{},
			),
		),
	)
}

func (p *page) body(id kind.ID, now catalogState) app.UI {
	switch {
	case id == "":
		return &welcome{}
	case now.waiting():
		return notice("Loading", loadingText())
	case !now.Loaded:
		return notice("Not loaded", &loadFailure{Reason: now.Err})
	default:
		return &kindPage{ID: id}
	}
}
