package app

import (
	"net/url"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// notice renders a message in the place of a kind.
func notice(heading string, body ...app.UI) app.UI {
	return app.Elem("article").Class("notice").Body(append([]app.UI{
		app.H1().Class("kind-title").DataSet("heading", "notice").TabIndex(-1).Text(heading),
	}, body...)...)
}

func loadingText() app.UI { return app.P().Text("The relationship kinds are on their way.") }

func missingNotice(id kind.ID) app.UI {
	return notice("No such kind",
		app.P().Text("There is no relationship kind “"+string(id)+"”."),
		app.P().Body(app.A().Href(hrefOfList("", "")).Text("All kinds")),
	)
}

// loadFailure shows why the kinds could not be loaded, and a button to try again.
type loadFailure struct {
	app.Compo
	bind
	Reason string
}

func (u *loadFailure) Render() app.UI {
	return app.Div().Class("unreachable").Role("alert").Body(
		app.P().Text("The relationship kinds could not be loaded: "+u.Reason+"."),
		app.Button().Type("button").Class("as-button").Text("Retry").OnClick(u.retry),
	)
}

func (u *loadFailure) retry(app.Context, app.Event) { kinds.Refresh(u.Store()) }

// welcome is shown beside the list while no kind is selected.
type welcome struct{ app.Compo }

const firstKind = kind.ID("crm:P100_was_death_of")

func (w *welcome) Render() app.UI {
	return app.Elem("article").Class("welcome").Body(
		app.H2().Class("kind-title").Text("Change at once. Take back exactly."),
		app.P().Text("Every edit of a relationship kind shows before the server has heard of it. "+
			"When the server does not agree, that edit is taken back, and nothing else: "+
			"what was changed before it, and after it, stays."),
		app.Elem("ol").Class("welcome-steps").Body(
			app.Li().Text("Open a kind, for instance “was death of”."),
			app.Li().Text("In the network panel below, make the network slow and shaky."),
			app.Li().Text("Toggle, rename and rewrite, faster than the answers come."),
		),
		app.P().Body(app.A().Class("as-button", "welcome-go").Href(hrefOfKind(firstKind)).Text("Open “was death of”")),
	)
}

// mustParseURL parses an address that this package has made.
func mustParseURL(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return u
}
