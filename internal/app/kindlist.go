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

// kindList shows the search, the filter, and the kinds that match them.
type kindList struct {
	app.Compo
	bind
	Selected kind.ID // the kind whose page is shown, "" for none

	catalog    hook.View[catalogState]
	search     hook.View[string]
	vocabulary hook.View[string]
	matching   hook.View[[]kind.ID]
	shown      hook.View[int]
}

func (l *kindList) Render() app.UI {
	now := l.catalog.Use(&l.bind, catalog)
	return app.Elem("nav").Class("list").Aria("label", "Relationship kinds").Body(
		app.Elem("header").Class("list-head").Body(
			l.heading(),
			app.Div().Class("list-filters").Body(
				components.Input().ID("search").Label("Search").Type("search").
					Value(l.search.Use(&l.bind, search)).
					OnChange(l.onSearch).Debounce(60*time.Millisecond),
				l.vocabularySelect(now.Vocabularies),
			),
			app.Div().Class("list-state").Body(
				app.P().Class("list-count").Role("status").DataSet("testid", "count").Text(l.count(now)),
				&liveStatus{},
			),
		),
		app.Div().Class("list-rows").On("scroll", l.onScroll, app.PassiveEvent()).Body(
			l.rows(now),
		),
	)
}

// heading renders the heading of the list, which is the page's while no kind is selected.
func (l *kindList) heading() app.UI {
	const text = "Relationship kinds"
	if l.Selected != "" {
		return app.H2().Class("list-title").Body(app.A().Href(hrefOfList("", "")).Text(text))
	}
	return app.H1().Class("list-title").DataSet("heading", "list").TabIndex(-1).Text(text)
}

// allVocabularies is the value of the option for all vocabularies: go-app leaves out an
// attribute that is empty.
const allVocabularies = "all"

func (l *kindList) vocabularySelect(vocabularies map[string]int) app.UI {
	now := l.vocabulary.Use(&l.bind, vocabulary)
	total := 0
	for _, n := range vocabularies {
		total += n
	}
	option := func(value, text string, n int) app.UI {
		o := app.Option().Value(value).Text(fmt.Sprintf("%s (%d)", text, n))
		if value == now || value == allVocabularies && now == "" {
			o.Selected(true)
		}
		return o
	}
	return app.Div().Class("as-control").Body(
		app.Label().Class("as-label").For("vocabulary").Text("Vocabulary"),
		app.Select().ID("vocabulary").Class("select").OnChange(l.onVocabulary).Body(
			option(allVocabularies, "All", total),
			app.Range(vocabularies).Map(func(v string) app.UI { return option(v, vocabularyTitle(v), vocabularies[v]) }),
		),
	)
}

// count says how many kinds there are, and how many of them match.
func (l *kindList) count(now catalogState) string {
	total := len(now.Kinds)
	switch n := len(l.matching.Use(&l.bind, matchingKinds)); {
	case now.waiting():
		return "Loading"
	case !now.Loaded:
		return "Not loaded"
	case l.search.Value() == "" && l.vocabulary.Value() == "":
		return countKinds(total)
	default:
		return fmt.Sprintf("%d of %s", n, countKinds(total))
	}
}

func countKinds(kinds int) string {
	if kinds == 1 {
		return "1 kind"
	}
	return strconv.Itoa(kinds) + " kinds"
}

// rows renders the matching kinds, or why there are none.
func (l *kindList) rows(now catalogState) app.UI {
	ids := l.matching.Value()
	switch {
	case now.waiting():
		return app.Div().Class("list-empty").Body(loadingText())
	case !now.Loaded:
		return app.Div().Class("list-empty").Body(&loadFailure{Reason: now.Err})
	case len(ids) == 0:
		return app.Div().Class("list-empty").Body(
			app.P().Text("No relationship kind is like that."),
			app.Button().Type("button").Class("as-button").Text("Show all").OnClick(l.onShowAll),
		)
	}
	more := len(ids) - l.shown.Use(&l.bind, maxRows)
	ids = ids[:len(ids)-max(more, 0)]
	return app.Div().Body(
		components.List(l.entries(ids), func(e rowEntry) app.UI { return &kindRow{ID: e.id, Current: e.current} }).
			Class("rows").Key(func(e rowEntry) any { return e.id }),
		app.If(more > 0, func() app.UI {
			return hook.On(app.Button(), &l.shown, "click", l.showMore).Type("button").Class("as-button", "list-more").
				Text(fmt.Sprintf("Show %d more", min(more, rowStep)))
		}),
	)
}

// rowEntry is the kind of a row.
type rowEntry struct {
	id      kind.ID
	current bool // its page is shown
}

// entries returns an entry for each kind.
func (l *kindList) entries(ids []kind.ID) []rowEntry {
	all := make([]rowEntry, len(ids))
	for i, id := range ids {
		all[i] = rowEntry{id, id == l.Selected}
	}
	return all
}

func (l *kindList) onSearch(ctx app.Context, text string) {
	l.setFilter(ctx, text, l.vocabulary.Value())
}

func (l *kindList) onVocabulary(ctx app.Context, _ app.Event) {
	from := ctx.JSSrc().Get("value").String()
	if from == allVocabularies {
		from = ""
	}
	l.setFilter(ctx, l.search.Value(), from)
}

func (l *kindList) onShowAll(ctx app.Context, _ app.Event) {
	l.setFilter(ctx, "", "")
	app.Window().GetElementByID("search").Call("focus")
}

// setFilter filters the list, and puts the filter into the address.
func (l *kindList) setFilter(ctx app.Context, text, from string) {
	setFilter(l.Store(), text, from)
	if l.Selected == "" {
		ctx.Page().ReplaceURL(mustParseURL(hrefOfList(text, from)))
	}
}

func (l *kindList) showMore(app.Event) { maxRows.Update(l.Store(), func(n *int) { *n += rowStep }) }

// growMargin is how close to its end, in pixels, the list is scrolled when it grows.
const growMargin = 1000

func (l *kindList) onScroll(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate() // what changes is rendered by its own hook
	e := ctx.JSSrc()
	below := e.Get("scrollHeight").Int() - e.Get("scrollTop").Int() - e.Get("clientHeight").Int()
	if below < growMargin && l.shown.Value() < len(l.matching.Value()) {
		l.showMore(app.Event{})
	}
}
