// Package app is the demo's pages.
package app

import (
	"context"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// Source is where prerendering reads the kinds. The server sets it before it
// serves; it is nil in the browser, which asks the API.
var Source interface {
	Kinds(ctx context.Context) ([]kind.Kind, error)
}

// Register tells go-app which page is where.
func Register() {
	app.Route("/", func() app.Composer { return &list{} })
	app.RouteWithRegexp("^/kinds/[^/]+$", func() app.Composer { return &list{} })
}

type list struct {
	app.Compo
	kinds []kind.Kind
}

func (l *list) OnPreRender(ctx app.Context) {
	kinds, err := Source.Kinds(ctx)
	if err != nil {
		app.Log(err)
		return
	}
	l.kinds = kinds
}

func (l *list) Render() app.UI {
	return app.Main().Body(
		app.H1().Text("Relationship kinds"),
		app.Ul().Body(app.Range(l.kinds).Slice(func(i int) app.UI {
			return app.Li().Body(app.A().Href("/kinds/" + string(l.kinds[i].ID)).Text(l.kinds[i].Name))
		})),
	)
}
