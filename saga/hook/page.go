package hook

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
)

const pageState = "atomsaga/store"

// A page has what belongs to one running app: there is one in the browser and, on a
// server, one for each request.
type page struct {
	Store *atom.Store
	queue *renderQueue
}

func pageOf(ctx app.Context) page {
	var p page
	ctx.GetState(pageState, &p)
	if p.Store == nil {
		p.queue = &renderQueue{}
		if app.IsClient {
			p.Store = atom.Default
		} else {
			p.Store = atom.NewStore()
		}
		ctx.SetState(pageState, p)
	}
	return p
}

// StoreOf returns the store of a page: the one set by [Provide] or, without one,
// [atom.Default] in the browser and a new store for each request on a server.
//
//go:noinline
func StoreOf(ctx app.Context) *atom.Store { return pageOf(ctx).Store }

// Provide sets the store of a page, before its components are mounted. It is for tests,
// and for several pages in one program.
func Provide(ctx app.Context, s *atom.Store) { ctx.SetState(pageState, page{s, pageOf(ctx).queue}) }
