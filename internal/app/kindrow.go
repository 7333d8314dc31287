package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/hook"
)

// kindRow is one kind in the list.
type kindRow struct {
	app.Compo
	bind
	ID      kind.ID
	Current bool // its page is shown

	kind hook.Hook[kind.Kind]
}

func (r *kindRow) Render() app.UI {
	k := r.kind.Use(&r.bind, kindByID.Of(r.ID))
	link := app.A().Class("row").Href(hrefOfKind(r.ID)).
		DataSet("testid", "row").DataSet("id", string(r.ID)).
		Body(
			app.Span().Class("row-name").Text(k.Name),
			r.saveState(),
			directionSign(k.HasDirection),
			app.Span().Class("row-id").Text(localName(k.ID)),
			app.Span().Class("badge").Text(k.Vocabulary),
		)
	if r.Current {
		link.Aria("current", "page")
	}
	return app.Li().Body(link)
}

// saveState renders whether a change of the kind is pending or has failed.
func (r *kindRow) saveState() app.UI {
	switch {
	case r.kind.Failure() != nil:
		return app.Span().Class("mark", "mark-failed").Text("not saved")
	case r.kind.Pending() > 0:
		return app.Span().Class("mark", "mark-pending").Text("saving")
	default:
		return app.Span().Class("mark")
	}
}

// directionSign renders whether a kind has a direction.
func directionSign(has bool) app.UI {
	if has {
		return app.Span().Class("direction").Title("has a direction").Body(app.Span().Class("aside").Text("has a direction"), app.Text("→"))
	}
	return app.Span().Class("direction").Title("reads the same both ways").Body(app.Span().Class("aside").Text("reads the same both ways"), app.Text("↔"))
}
