package hook

import (
	"reflect"
	"sort"
	"sync"
	"unsafe"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/nodes"
)

// A pump has the components of one page rendered that ask for it: one dispatch
// for all that have asked since the last one. They are rendered there and then:
// before the browser goes on, when what has changed them is an event or an
// answer that has come in. See [Bind.draw] for those that wait for the frame.
//
// It dispatches from a goroutine of its own. go-app's queue holds 4,096
// dispatches, and the UI goroutine, which empties it, would wait for itself for
// ever when it filled it.
type pump struct {
	mu      sync.Mutex
	waiting []*Bind
	carrier *Bind // has the dispatch that is under way; nil when there is none
}

// render has the component rendered.
func (p *pump) render(b *Bind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.queued {
		return
	}
	b.queued = true
	p.waiting = append(p.waiting, b)
	if p.carrier == nil || !p.carrier.ctx.Src().Mounted() { // an OnDismount of its own may have forgotten leave
		p.dispatch(b)
	}
}

// dispatch begins a dispatch, in the name of a component because go-app knows
// no other.
func (p *pump) dispatch(b *Bind) {
	p.carrier = b
	ctx := b.ctx
	ctx.Async(func() { ctx.Dispatch(p.flush) }) // Async, so that go-app's test engine waits for it
}

// leave lets go of a component that was dismounted: go-app drops its dispatch.
func (p *pump) leave(b *Bind) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.carrier != b {
		return
	}
	p.carrier = nil
	for _, b := range p.waiting {
		if b.stage == mounted {
			p.dispatch(b)
			return
		}
	}
	p.clear()
}

func (p *pump) clear() {
	for _, b := range p.waiting {
		b.queued = false
	}
	p.waiting = nil
}

// flush runs on the UI goroutine.
func (p *pump) flush(ctx app.Context) {
	p.mu.Lock()
	waiting := p.waiting
	p.clear()
	p.carrier = nil
	p.mu.Unlock()

	ctx.PreventUpdate() // of the carrier, and all that it is in

	// What a component is in was mounted before it, and is rendered before it:
	// then it may be gone, or up to date.
	sort.Sort(byAge(waiting))
	for _, b := range waiting {
		switch {
		case b.stage != mounted || !b.stale:
		case !b.ctx.Src().Mounted():
			b.OnDismount() // an OnDismount of its own has not called it
		case b.waits():
			flag(b.ctx)
		default:
			b.draw()
		}
	}
}

// byAge sorts by package sort, which every client has already; what package slices
// has for it is compiled anew for each type.
type byAge []*Bind

func (all byAge) Len() int           { return len(all) }
func (all byAge) Less(i, j int) bool { return all[i].age < all[j].age }
func (all byAge) Swap(i, j int)      { all[i], all[j] = all[j], all[i] }

// flag marks one component to be rendered in the next frame. What go-app has for
// that, [app.Context.Dispatch], marks all that the component is in as well: in
// a list of 4,000 rows that is 2 ms for a change of one, instead of 7 µs. So its
// field for marking is used, as long as it is there and as it was; without it
// pages are right all the same.
func flag(ctx app.Context) {
	c, isComponent := ctx.Src().(app.Composer)
	if !isComponent || !marking.known {
		ctx.Async(ctx.Update)
		return
	}
	mark := *(*func(app.Composer, int))(unsafe.Add(unsafe.Pointer(&ctx), marking.offset))
	mark(c, outweighing)
}

// outweighing is more than any number of [app.Context.PreventUpdate] takes
// back: those are about what a handler has changed, not about an atom.
const outweighing = 1 << 20

var marking = func() (field struct {
	known  bool
	offset uintptr
}) {
	f, found := nodes.Field(reflect.TypeFor[app.Context](), "addComponentUpdate")
	field.known = found && f.Type == reflect.TypeFor[func(app.Composer, int)]()
	field.offset = f.Offset
	return field
}()

// mounting counts the components whose OnMount waits in go-app's queue.
var mounting queueOfMounts

type queueOfMounts struct{ waiting int }

const mostMounts = 4000 // go-app's queue holds 4,096, for everyone

func (q *queueOfMounts) expect() {
	if q.waiting++; q.waiting > mostMounts {
		panic("hook: more than 4,000 components with hooks are mounted in one frame, and go-app would stop for ever; mount the list in parts")
	}
}

func (q *queueOfMounts) done() { q.waiting = max(0, q.waiting-1) }
