package saga

import (
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
)

// Bind ties the hooks of a component to its lifecycle. A component has one,
// embedded under a name of its own package, which go-app leaves alone when a
// parent renders and which brings OnMount, OnDismount and OnPreRender along:
//
//	type bind = saga.Bind
//
//	type DirectionToggle struct {
//		app.Compo
//		bind
//		ID   KindID
//		kind saga.Hook[Kind]
//	}
//
// A component that has an OnMount, OnDismount or OnPreRender of its own calls
// c.bind.OnMount(ctx) and so on first.
type Bind struct {
	ctx     app.Context
	store   *atom.Store
	stage   stage
	missed  bool // something changed before the component was mounted
	renders int  // before the component was mounted
	views   []subscriber
	queued  bool // in the pump; guarded by it
}

type stage uint8

const (
	rendered stage = iota // once or more, but go-app has not said that it is mounted
	mounted
	dismounted
)

// A subscriber is a View of any type.
type subscriber interface {
	subscribe()
	unsubscribe()
}

// OnMount begins to render the component when what its hooks read changes.
func (b *Bind) OnMount(ctx app.Context) {
	b.ctx, b.stage = ctx, mounted
	if store := StoreOf(ctx); store != b.Store() {
		for _, v := range b.views {
			v.unsubscribe()
		}
		b.store, b.missed = store, true
		for _, v := range b.views {
			v.subscribe()
		}
	}
	if !b.missed {
		ctx.PreventUpdate() // what is on the page is right
	}
}

// OnDismount ends the subscriptions. Tasks that run go on.
func (b *Bind) OnDismount() {
	b.stage = dismounted
	for _, v := range b.views {
		v.unsubscribe()
	}
}

// OnPreRender gives the hooks the store of the request that is being served.
func (b *Bind) OnPreRender(ctx app.Context) { b.store = StoreOf(ctx) }

// Store returns the store that the component's hooks read: the one of the page,
// or on a server of the request.
func (b *Bind) Store() *atom.Store {
	switch {
	case b.store != nil:
	case app.IsClient:
		b.store = atom.Default()
	default:
		return blank()
	}
	return b.store
}

// blank is what a component reads on a server in its first render, before it
// knows its request. Nothing is ever written to it.
var blank = sync.OnceValue(atom.NewStore)

// patience is how often a component may render before go-app has told it that
// it is mounted.
const patience = 100

// follows reports whether hooks subscribe: in the browser, until the component
// is dismounted. On a server nothing would empty the queue of renderings.
func (b *Bind) follows() bool { return app.IsClient && b.stage != dismounted }

// rendering makes a forgotten OnMount loud: the page would never change.
func (b *Bind) rendering() {
	if b.stage != rendered || app.IsServer {
		return
	}
	if b.renders++; b.renders > patience {
		panic("saga: a component with hooks has rendered many times but was never mounted; " +
			"embed saga.Bind by an alias, and call c.bind.OnMount(ctx) in an OnMount of your own")
	}
}

const storeState = "atomsaga/store"

type holder struct{ Store *atom.Store }

// StoreOf returns the store of a page: the one that was provided, else
// [atom.Default] in the browser, and on a server one for each request.
func StoreOf(ctx app.Context) *atom.Store {
	var h holder
	ctx.GetState(storeState, &h)
	if h.Store == nil {
		if app.IsClient {
			return atom.Default()
		}
		h.Store = atom.NewStore()
		Provide(ctx, h.Store)
	}
	return h.Store
}

// Provide sets the store of a page, before its components mount: for tests, and
// for pages that live beside others in one program.
func Provide(ctx app.Context, s *atom.Store) { ctx.SetState(storeState, holder{s}) }
