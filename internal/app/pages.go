// Package app is the demo's pages: a list of relationship kinds, and a page to
// fieldEdit each of them with changes that show at once and roll back exactly.
//
// Read state.go for what there is, change.go for how it is edited, kind.go for
// the page that does so.
//
// Elements that are rare here are made with app.Elem: each of go-app's own
// types for an element that a program uses makes the wasm 1.2 KB larger, as sent.
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

// bind, embedded, ties a component's hooks to its lifecycle.
type bind = hook.Bind

// Source is where prerendering reads the kinds. The server sets it before it
// serves; it is nil in the browser, which asks the API.
var Source interface {
	Kinds(ctx context.Context) ([]kind.Kind, error)
}

// Register tells go-app which page is where. Both are one component, so that
// the list stays as it is, scrolled and searched, while a kind is looked at.
func Register() {
	app.Route("/", func() app.Composer { return &page{} })
	app.RouteWithRegexp("^"+kindsPath+".+$", func() app.Composer { return &page{} })
}

const kindsPath = "/kinds/"

// hrefOfKind is the address of a kind's page.
func hrefOfKind(id kind.ID) string { return kindsPath + url.PathEscape(string(id)) }

// hrefOfList is the address of the list that is searched and filtered so.
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

// setFromAddress brings the state to what an address says.
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

// page is the root of every page: the list on the left, what is looked at on
// the right, and below that the network panel and the log of changes. Where
// there is no room for both, the style shows the one or the other.
type page struct {
	app.Compo
	bind

	selected    hook.View[kind.ID]
	catalog     hook.View[catalogState]
	unsubscribe []func() // of the subscriptions

	visited   bool
	visitedID kind.ID // what was last visited
}

func (p *page) OnPreRender(ctx app.Context) {
	p.bind.OnPreRender(ctx)
	address := ctx.Page().URL()
	setFromAddress(p.Store(), address)
	kinds.Load(ctx, p.Store()) // the page shows the error
	// go-app writes title and path into attributes, and escapes no quotes there.
	ctx.Page().SetTitle("%s", strings.ReplaceAll(strings.ReplaceAll(windowTitle(p.Store()), `"`, "”"), `\`, "/"))
	ctx.Page().ReplaceURL(&url.URL{Path: address.EscapedPath(), RawQuery: address.RawQuery})
}

func (p *page) OnMount(ctx app.Context) {
	p.bind.OnMount(ctx)
	say := func() { ctx.Page().SetTitle("%s", windowTitle(p.Store())) }
	p.unsubscribe = []func(){atom.Subscribe(p.Store(), selected, say), atom.Subscribe(p.Store(), catalog, say)}
	say()
}

func (p *page) OnDismount() {
	for _, end := range p.unsubscribe {
		end()
	}
	p.bind.OnDismount()
}

// OnNav is called for every address, the first one included.
func (p *page) OnNav(ctx app.Context) {
	if app.IsServer {
		return // OnPreRender has been there
	}
	setFromAddress(p.Store(), ctx.Page().URL())
	if p.visited {
		from := p.visitedID
		ctx.Defer(func(app.Context) { moveFocus(from) })
	}
	p.visited, p.visitedID = true, selected.Get(p.Store())
}

// moveFocus moves the focus to where one has come: to the heading, so that a
// screen reader says what this is; or, back in the list, to the row that one
// came from, so that the keyboard goes on from there.
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
