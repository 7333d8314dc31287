package app

import (
	"fmt"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga"
)

// list is the search, the filter, and the kinds that they let through.
type list struct {
	app.Compo
	bind
	Selected kind.ID // the kind that is looked at, "" for none

	loaded       saga.View[status]
	filtered     saga.Hook[filter]
	matching     saga.View[[]kind.ID]
	vocabularies saga.View[[]vocabulary]
	shown        saga.Hook[int]
}

func (l *list) Render() app.UI {
	loaded := l.loaded.Use(&l.bind, loaded)
	return app.Nav().Class("list").Aria("label", "Relationship kinds").Body(
		app.Header().Class("list-head").Body(
			l.heading(),
			app.Div().Class("list-filters").Body(
				components.Input().ID("search").Label("Search").Type("search").
					Value(l.filtered.Use(&l.bind, filtered).Text).
					OnChange(l.search).Debounce(60*time.Millisecond),
				l.vocabulary(),
			),
			app.P().Class("list-count").Role("status").DataSet("testid", "count").Text(l.count(loaded)),
		),
		app.Div().Class("list-rows").On("scroll", l.scroll, app.PassiveEvent()).Body(
			l.rows(loaded),
		),
	)
}

// heading is that of the page while no kind is looked at.
func (l *list) heading() app.UI {
	const text = "Relationship kinds"
	if l.Selected != "" {
		return app.H2().Class("list-title").Body(app.A().Href(hrefOfList(filter{})).Text(text))
	}
	return app.H1().Class("list-title").DataSet("heading", "list").TabIndex(-1).Text(text)
}

// everything is the vocabulary of the option for all of them: go-app leaves out
// attributes that are empty.
const everything = "all"

func (l *list) vocabulary() app.UI {
	now := l.filtered.Value().Vocabulary
	all := l.vocabularies.Use(&l.bind, vocabularies)
	total := 0
	for _, v := range all {
		total += v.Kinds
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
			app.Range(all).Slice(func(i int) app.UI { return option(all[i].ID, titleOf(all[i].ID), all[i].Kinds) }),
		),
	)
}

func (l *list) count(s status) string {
	total := len(index.Get(l.Store()))
	switch n := len(l.matching.Use(&l.bind, matching)); {
	case s.waiting():
		return "Loading"
	case !s.Loaded:
		return "Not loaded"
	case l.filtered.Value() == filter{}:
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

func (l *list) rows(s status) app.UI {
	ids := l.matching.Value()
	switch {
	case s.waiting():
		return app.Div().Class("list-empty").Body(loading())
	case !s.Loaded:
		return app.Div().Class("list-empty").Body(&unreachable{Reason: s.Err})
	case len(ids) == 0:
		return app.Div().Class("list-empty").Body(
			app.P().Text("No relationship kind is like that."),
			app.Button().Type("button").Class("as-button").Text("Show all").OnClick(l.clear),
		)
	}
	more := len(ids) - l.shown.Use(&l.bind, shown)
	ids = ids[:len(ids)-max(more, 0)]
	return app.Div().Body(
		app.Ul().Class("rows").Body(
			app.Range(ids).Slice(func(i int) app.UI { return &row{ID: ids[i], Current: ids[i] == l.Selected} }),
		),
		app.If(more > 0, func() app.UI {
			return app.Button().Type("button").Class("as-button", "list-more").
				Text(fmt.Sprintf("Show %d more", min(more, step))).OnClick(l.more)
		}),
	)
}

func (l *list) search(ctx app.Context, text string) {
	l.narrow(ctx, filter{Text: text, Vocabulary: l.filtered.Value().Vocabulary})
}

func (l *list) choose(ctx app.Context, _ app.Event) {
	vocabulary := ctx.JSSrc().Get("value").String()
	if vocabulary == everything {
		vocabulary = ""
	}
	l.narrow(ctx, filter{Text: l.filtered.Value().Text, Vocabulary: vocabulary})
}

func (l *list) clear(ctx app.Context, _ app.Event) {
	l.narrow(ctx, filter{})
	app.Window().GetElementByID("search").Call("focus")
}

// narrow filters the list, and has the address say so.
func (l *list) narrow(ctx app.Context, f filter) {
	narrow(l.Store(), f)
	if l.Selected == "" {
		ctx.Page().ReplaceURL(mustParse(hrefOfList(f)))
	}
}

func (l *list) more(app.Context, app.Event) { l.shown.Run(saga.Update(func(n *int) { *n += step })) }

// nearTheEnd is how many pixels before its end the list is made longer.
const nearTheEnd = 1000

func (l *list) scroll(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate() // what changes renders by itself
	e := ctx.JSSrc()
	below := e.Get("scrollHeight").Int() - e.Get("scrollTop").Int() - e.Get("clientHeight").Int()
	if below < nearTheEnd && l.shown.Value() < len(l.matching.Value()) {
		l.more(ctx, app.Event{})
	}
}

// row is one kind in the list.
type row struct {
	app.Compo
	bind
	ID      kind.ID
	Current bool // it is looked at

	kind saga.Hook[kind.Kind]
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
