package app

import (
	"fmt"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// list is the search, the filter, and the kinds that they let through.
type list struct {
	app.Compo
	bind
	Selected kind.ID // the kind that is looked at, "" for none

	catalog    hook.View[contents]
	search     hook.View[string]
	vocabulary hook.View[string]
	matching   hook.View[[]kind.ID]
	shown      hook.View[int]
}

func (l *list) Render() app.UI {
	now := l.catalog.Use(&l.bind, catalog)
	return app.Elem("nav").Class("list").Aria("label", "Relationship kinds").Body(
		app.Elem("header").Class("list-head").Body(
			l.heading(),
			app.Div().Class("list-filters").Body(
				components.Input().ID("search").Label("Search").Type("search").
					Value(l.search.Use(&l.bind, search)).
					OnChange(l.find).Debounce(60*time.Millisecond),
				l.choice(now.Vocabularies),
			),
			app.Div().Class("list-state").Body(
				app.P().Class("list-count").Role("status").DataSet("testid", "count").Text(l.count(now)),
				&liveState{},
			),
		),
		app.Div().Class("list-rows").On("scroll", l.scroll, app.PassiveEvent()).Body(
			l.rows(now),
		),
	)
}

// heading is that of the page while no kind is looked at.
func (l *list) heading() app.UI {
	const text = "Relationship kinds"
	if l.Selected != "" {
		return app.H2().Class("list-title").Body(app.A().Href(hrefOfList("", "")).Text(text))
	}
	return app.H1().Class("list-title").DataSet("heading", "list").TabIndex(-1).Text(text)
}

// everything is the vocabulary of the option for all of them: go-app leaves out
// attributes that are empty.
const everything = "all"

func (l *list) choice(vocabularies map[string]int) app.UI {
	now := l.vocabulary.Use(&l.bind, vocabulary)
	total := 0
	for _, n := range vocabularies {
		total += n
	}
	option := func(value, text string, n int) app.UI {
		o := app.Option().Value(value).Text(fmt.Sprintf("%s (%d)", text, n))
		if value == now || value == everything && now == "" {
			o.Selected(true)
		}
		return o
	}
	return app.Div().Class("as-control").Body(
		app.Label().Class("as-label").For("vocabulary").Text("Vocabulary"),
		app.Select().ID("vocabulary").Class("select").OnChange(l.choose).Body(
			option(everything, "All", total),
			app.Range(vocabularies).Map(func(v string) app.UI { return option(v, titleOf(v), vocabularies[v]) }),
		),
	)
}

func (l *list) count(now contents) string {
	total := len(now.Kinds)
	switch n := len(l.matching.Use(&l.bind, matching)); {
	case now.waiting():
		return "Loading"
	case !now.Loaded:
		return "Not loaded"
	case l.search.Value() == "" && l.vocabulary.Value() == "":
		return many(total)
	default:
		return fmt.Sprintf("%d of %s", n, many(total))
	}
}

func many(kinds int) string {
	if kinds == 1 {
		return "1 kind"
	}
	return strconv.Itoa(kinds) + " kinds"
}

func (l *list) rows(now contents) app.UI {
	ids := l.matching.Value()
	switch {
	case now.waiting():
		return app.Div().Class("list-empty").Body(loading())
	case !now.Loaded:
		return app.Div().Class("list-empty").Body(&unreachable{Reason: now.Err})
	case len(ids) == 0:
		return app.Div().Class("list-empty").Body(
			app.P().Text("No relationship kind is like that."),
			app.Button().Type("button").Class("as-button").Text("Show all").OnClick(l.clear),
		)
	}
	more := len(ids) - l.shown.Use(&l.bind, shown)
	ids = ids[:len(ids)-max(more, 0)]
	return app.Div().Body(
		components.List(l.entries(ids), func(e rowEntry) app.UI { return &row{ID: e.id, Current: e.current} }).
			Class("rows").Key(func(e rowEntry) any { return e.id }),
		app.If(more > 0, func() app.UI {
			return hook.On(app.Button(), &l.shown, "click", l.more).Type("button").Class("as-button", "list-more").
				Text(fmt.Sprintf("Show %d more", min(more, step)))
		}),
	)
}

// rowEntry is what a row is about.
type rowEntry struct {
	id      kind.ID
	current bool // it is looked at
}

func (l *list) entries(ids []kind.ID) []rowEntry {
	all := make([]rowEntry, len(ids))
	for i, id := range ids {
		all[i] = rowEntry{id, id == l.Selected}
	}
	return all
}

func (l *list) find(ctx app.Context, text string) { l.narrow(ctx, text, l.vocabulary.Value()) }

func (l *list) choose(ctx app.Context, _ app.Event) {
	from := ctx.JSSrc().Get("value").String()
	if from == everything {
		from = ""
	}
	l.narrow(ctx, l.search.Value(), from)
}

func (l *list) clear(ctx app.Context, _ app.Event) {
	l.narrow(ctx, "", "")
	app.Window().GetElementByID("search").Call("focus")
}

// narrow filters the list, and has the address say so.
func (l *list) narrow(ctx app.Context, text, from string) {
	narrow(l.Store(), text, from)
	if l.Selected == "" {
		ctx.Page().ReplaceURL(mustParse(hrefOfList(text, from)))
	}
}

func (l *list) more(app.Event) { shown.Update(l.Store(), func(n *int) { *n += step }) }

// nearTheEnd is how many pixels before its end the list is made longer.
const nearTheEnd = 1000

func (l *list) scroll(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate() // what changes renders by itself
	e := ctx.JSSrc()
	below := e.Get("scrollHeight").Int() - e.Get("scrollTop").Int() - e.Get("clientHeight").Int()
	if below < nearTheEnd && l.shown.Value() < len(l.matching.Value()) {
		l.more(app.Event{})
	}
}

// row is one kind in the list.
type row struct {
	app.Compo
	bind
	ID      kind.ID
	Current bool // it is looked at

	kind hook.Hook[kind.Kind]
}

func (r *row) Render() app.UI {
	k := r.kind.Use(&r.bind, kindByID.Of(r.ID))
	link := app.A().Class("row").Href(hrefOfKind(r.ID)).
		DataSet("testid", "row").DataSet("id", string(r.ID)).
		Body(
			app.Span().Class("row-name").Text(k.Name),
			r.mark(),
			direction(k.HasDirection),
			app.Span().Class("row-id").Text(localName(k.ID)),
			app.Span().Class("badge").Text(k.Vocabulary),
		)
	if r.Current {
		link.Aria("current", "page")
	}
	return app.Li().Body(link)
}

// mark tells that a change of the kind is on its way, or has failed.
func (r *row) mark() app.UI {
	switch {
	case r.kind.Failure() != nil:
		return app.Span().Class("mark", "mark-failed").Text("not saved")
	case r.kind.Pending() > 0:
		return app.Span().Class("mark", "mark-pending").Text("saving")
	default:
		return app.Span().Class("mark")
	}
}

func direction(has bool) app.UI {
	if has {
		return app.Span().Class("direction").Title("has a direction").Body(app.Span().Class("aside").Text("has a direction"), app.Text("→"))
	}
	return app.Span().Class("direction").Title("reads the same both ways").Body(app.Span().Class("aside").Text("reads the same both ways"), app.Text("↔"))
}
