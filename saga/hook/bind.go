package hook

import (
	"sync"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
)

// Bind ties the hooks of a component to its lifecycle. A component has one,
// embedded under a name of its own package, which go-app leaves alone when a
// parent renders and which brings OnMount, OnDismount and OnPreRender along:
//
//	type bind = hook.Bind
//
//	type DirectionToggle struct {
//		app.Compo
//		bind
//		ID   KindID
//		kind hook.Hook[Kind]
//	}
//
// A component that has an OnMount, OnDismount or OnPreRender of its own calls
// c.bind.OnMount(ctx) and so on first. It is not rendered again only because it
// was mounted: when its OnMount changes what it shows, other than in atoms, it
// calls [Bind.Refresh].
//
// go-app can mount about 4,000 such components in one frame, and would stop for
// ever at more: Bind panics instead. Longer lists mount in parts, a part a
// frame.
type Bind struct {
	ctx    app.Context
	store  *atom.Store
	pump   *pump
	stage  stage
	missed bool // something changed while the component could not be rendered
	alarm  *time.Timer
	views  []subscriber
	age    uint64        // counts the components that were made before it
	stale  bool          // something has changed since its hooks were read
	drawn  time.Duration // when, by nodes.Now
	took   time.Duration // to draw it
	queued bool          // in the pump; guarded by it
	early  []func()      // events from before it was mounted
}

type stage uint8

const (
	rendered stage = iota // once or more, but go-app has not said that it is mounted
	mounted
	dismounted
)

// ages is how many components with hooks were made; counted on the UI goroutine.
var ages uint64

// OnInit is called by go-app before the component is rendered first.
func (b *Bind) OnInit() {
	if app.IsClient {
		b.stage = rendered
		ages++
		b.age = ages
		mounting.expect()
	}
}

// OnMount begins to render the component when what its hooks read changes.
func (b *Bind) OnMount(ctx app.Context) {
	mounting.done()
	page := pageOf(ctx)
	if b.store != page.Store {
		for _, v := range b.views {
			v.unsubscribe()
		}
		b.missed = len(b.views) > 0
	}
	b.ctx, b.store, b.pump, b.stage = ctx, page.Store, page.pump, mounted
	for _, v := range b.views {
		v.subscribe(v)
	}
	ctx.PreventUpdate() // what is on the page is right
	if b.missed {
		b.missed = false
		b.refresh()
	}
	early := b.early
	b.early = nil
	for _, event := range early {
		event()
	}
}

// OnDismount ends the subscriptions. Tasks that run go on.
func (b *Bind) OnDismount() {
	if b.stage == rendered {
		mounting.done()
	}
	b.stage = dismounted
	for _, v := range b.views {
		v.unsubscribe()
		v.deafen()
	}
	if b.pump != nil {
		b.pump.leave(b)
	}
}

// OnPreRender gives the hooks the store of the request that is being served.
//
//go:noinline
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

// follows reports whether hooks subscribe: in the browser, until the component
// is dismounted. On a server nothing would empty the queue of renderings.
func (b *Bind) follows() bool { return app.IsClient && b.stage != dismounted }

// Refresh has the component rendered as for a change of an atom, and none of those
// that it is in, for what it shows besides atoms. It may be called on any
// goroutine.
//
//go:noinline
func (b *Bind) Refresh() { b.refresh() }

// refresh is what the hooks' subscriptions call.
func (b *Bind) refresh() {
	switch b.stage {
	case mounted:
		b.stale = true
		b.pump.render(b)
	case rendered:
		b.missed = true
		if b.alarm == nil && app.IsClient {
			b.alarm = time.AfterFunc(patience, b.lookAfter)
		}
	}
}

// patience is how long after a change that it could not show a component may
// take to be mounted. It waits only while the UI goroutine is busy.
const patience = 10 * time.Second

// lookAfter makes a forgotten OnMount loud: the component would never change.
//
//go:noinline
func (b *Bind) lookAfter() {
	if b.alarm = nil; b.stage == rendered {
		forgotten("hook: a component with hooks was rendered, but never mounted, and does not show what has changed; " +
			"embed hook.Bind by an alias, and call c.bind.OnMount(ctx) in an OnMount of your own")
	}
}

var forgotten = func(message string) { panic(message) }

const storeState = "atomsaga/store"

// A page is what belongs to one running app: one in the browser, one for each
// request on a server.
type page struct {
	Store *atom.Store
	pump  *pump
}

func pageOf(ctx app.Context) page {
	var p page
	ctx.GetState(storeState, &p)
	if p.Store == nil {
		p.pump = &pump{}
		if app.IsClient {
			p.Store = atom.Default()
		} else {
			p.Store = atom.NewStore()
		}
		ctx.SetState(storeState, p)
	}
	return p
}

// StoreOf returns the store of a page: the one that was provided, else
// [atom.Default] in the browser, and on a server one for each request.
//
//go:noinline
func StoreOf(ctx app.Context) *atom.Store { return pageOf(ctx).Store }

// Provide sets the store of a page, before its components mount: for tests, and
// for pages that live beside others in one program.
func Provide(ctx app.Context, s *atom.Store) { ctx.SetState(storeState, page{s, pageOf(ctx).pump}) }
