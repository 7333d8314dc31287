package hook

import (
	"sync"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/atom"
)

// Bind ties the hooks and views of a component to its lifecycle. The component embeds
// one, by an alias of its own package:
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
// The alias is unexported, so that go-app does not overwrite the Bind when it renders a
// parent, and still promotes OnInit, OnMount, OnDismount and OnPreRender. A component
// with such a method of its own calls the one of its Bind first, as c.bind.OnMount(ctx).
// Being mounted does not render the component again: when its OnMount changes what it
// shows, other than in atoms, it calls [Bind.Refresh].
//
// go-app can mount some 4,000 components in one frame, and would stop for ever at more:
// Bind panics instead. Longer lists are mounted in parts, one in each frame.
//
// The methods are called on the UI goroutine, except Refresh.
type Bind struct {
	ctx        app.Context
	store      *atom.Store
	queue      *renderQueue
	stage      stage
	missed     bool // an atom changed while the component could not be rendered
	mountTimer *time.Timer
	views      []anyView
	number     uint64        // components are numbered as they are made
	stale      bool          // an atom changed since the last rendering
	renderedAt time.Duration // by nodes.Now
	renderTime time.Duration // that the last rendering took
	queued     bool          // guarded by queue.mu
	events     []func()      // from before the component was mounted
}

// stage is where a component is in its life.
type stage uint8

const (
	rendered stage = iota // at least once; go-app has not called OnMount yet
	mounted
	dismounted
)

// lastNumber is the number of the last component made; used on the UI goroutine.
var lastNumber uint64

// OnInit is called by go-app before the first rendering.
func (b *Bind) OnInit() {
	if app.IsClient {
		b.stage = rendered
		lastNumber++
		b.number = lastNumber
		pendingMounts.add()
	}
}

// OnMount is called by go-app. From now on a change of what the hooks read renders the
// component.
func (b *Bind) OnMount(ctx app.Context) {
	pendingMounts.remove()
	page := pageOf(ctx)
	if b.store != page.Store {
		for _, v := range b.views {
			v.unsubscribe()
		}
		b.missed = len(b.views) > 0
	}
	b.ctx, b.store, b.queue, b.stage = ctx, page.Store, page.queue, mounted
	for _, v := range b.views {
		v.subscribe(v)
	}
	ctx.PreventUpdate() // the page shows it already
	if b.missed {
		b.missed = false
		b.Refresh()
	}
	events := b.events
	b.events = nil
	for _, handle := range events {
		handle()
	}
}

// OnDismount is called by go-app. It ends the subscriptions. Running tasks go on.
func (b *Bind) OnDismount() {
	if b.stage == rendered {
		pendingMounts.remove()
	}
	b.stage = dismounted
	for _, v := range b.views {
		v.unsubscribe()
		v.removeHandlers()
	}
	if b.queue != nil {
		b.queue.remove(b)
	}
}

// OnPreRender is called by go-app on a server. The hooks then read the store of the
// request.
//
//go:noinline
func (b *Bind) OnPreRender(ctx app.Context) { b.store = StoreOf(ctx) }

// Store returns the store that the component's hooks read: that of the page or, on a
// server, that of the request.
func (b *Bind) Store() *atom.Store {
	switch {
	case b.store != nil:
	case app.IsClient:
		b.store = atom.Default
	default:
		return emptyStore()
	}
	return b.store
}

// emptyStore is what a component reads on a server in its first rendering, before
// OnPreRender. It is never written to.
var emptyStore = sync.OnceValue(atom.NewStore)

// subscribes reports whether hooks subscribe: in the browser, until the component is
// dismounted. On a server nothing would empty the render queue.
func (b *Bind) subscribes() bool { return app.IsClient && b.stage != dismounted }

// Refresh renders the component, and none of those around it, as a change of an atom
// does. It is for what the component shows besides atoms. It may be called on any
// goroutine. It does not wait for the rendering.
//
//go:noinline
func (b *Bind) Refresh() { // not inlined: each component would have a copy
	switch b.stage {
	case mounted:
		b.stale = true
		b.queue.add(b)
	case rendered:
		b.missed = true
		if b.mountTimer == nil && app.IsClient {
			b.mountTimer = time.AfterFunc(mountTimeout, b.checkMounted)
		}
	}
}

// mountTimeout is how long a component that has missed a change may take to be mounted.
// It takes long only while the UI goroutine is busy.
const mountTimeout = 10 * time.Second

// checkMounted panics about a component whose own OnMount hides that of its Bind: it
// would never change.
//
//go:noinline
func (b *Bind) checkMounted() {
	if b.mountTimer = nil; b.stage == rendered {
		neverMounted("hook: a component with hooks was rendered, but never mounted, and does not show what has changed; " +
			"embed hook.Bind by an alias, and call c.bind.OnMount(ctx) in an OnMount of your own")
	}
}

var neverMounted = func(message string) { panic(message) } // replaced by tests
