//go:build !js

package hook_test

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga/hook"
)

type seat struct {
	Name  string
	Taken bool
}

var (
	seats  = atom.New(atom.Map[string, seat]{})
	seatOf = atom.NewFamily(func(id string) *atom.Atom[seat] { return atom.MapKey(seats, id) })
)

type followed = hook.Bind

// seatRow is rendered once. Its attribute and its text follow the atom.
type seatRow struct {
	app.Compo
	followed
	ID   string
	seat hook.Hook[seat]
}

func (c *seatRow) Render() app.UI {
	c.seat.Follow(&c.followed, seatOf.Of(c.ID))
	return hook.Attr(app.Li(), &c.seat, "data-taken", func(s seat) any { return s.Taken }).
		Body(hook.Text(&c.seat, func(s seat) string { return s.Name }))
}

// A row of many, of which a part is written when the atom changes.
func ExampleAttr() {
	app.Route("/", func() app.Composer { return &seatRow{ID: "1A"} })
	app.RunWhenOnBrowser()
}
