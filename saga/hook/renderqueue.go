package hook

import (
	"sort"
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A renderQueue has the components of one page that wait to be rendered. One dispatch to
// the UI goroutine renders all that were added since the last one. When a browser's event
// or an answer has changed them, that is before the browser goes on.
//
// It dispatches from a goroutine of its own. go-app's queue holds 4,096 dispatches; when it
// is full, the UI goroutine, which empties it, would wait for itself for ever.
type renderQueue struct {
	mu      sync.Mutex
	waiting []*Bind
	carrier *Bind // in whose name a dispatch is under way; nil when none is
}

// add adds a component, if it does not wait already.
func (q *renderQueue) add(b *Bind) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if b.queued {
		return
	}
	b.queued = true
	q.waiting = append(q.waiting, b)
	if q.carrier == nil || !q.carrier.ctx.Src().Mounted() { // its own OnDismount may not have called that of its Bind
		q.dispatch(b)
	}
}

// dispatch has flush called on the UI goroutine, in the name of a component: go-app has no
// other dispatch, and drops it when the component is dismounted.
func (q *renderQueue) dispatch(b *Bind) {
	q.carrier = b
	ctx := b.ctx
	ctx.Async(func() { ctx.Dispatch(q.flush) }) // by Async, so that go-app's test engine waits for it
}

// remove is called when a component was dismounted. If it was the carrier, another one
// becomes it.
func (q *renderQueue) remove(b *Bind) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.carrier != b {
		return
	}
	q.carrier = nil
	for _, b := range q.waiting {
		if b.stage == mounted {
			q.dispatch(b)
			return
		}
	}
	q.clear()
}

func (q *renderQueue) clear() {
	for _, b := range q.waiting {
		b.queued = false
	}
	q.waiting = nil
}

// flush renders the components that wait. It runs on the UI goroutine.
func (q *renderQueue) flush(ctx app.Context) {
	q.mu.Lock()
	waiting := q.waiting
	q.clear()
	q.carrier = nil
	q.mu.Unlock()

	ctx.PreventUpdate() // of the carrier, and of all that it is in

	// Parents are rendered before what is in them, which may then be gone or up to date.
	sort.Sort(byNumber(waiting))
	for _, b := range waiting {
		switch {
		case b.stage != mounted || !b.stale:
		case !b.ctx.Src().Mounted():
			b.OnDismount() // its own OnDismount has not called it
		case b.waitsForFrame():
			b.renderNextFrame()
		default:
			b.render()
		}
	}
}

// byNumber sorts by package sort, which every client has already: a generic sort would be
// compiled for this type alone. A parent has a smaller number than what is in it.
type byNumber []*Bind

func (all byNumber) Len() int           { return len(all) }
func (all byNumber) Less(i, j int) bool { return all[i].number < all[j].number }
func (all byNumber) Swap(i, j int)      { all[i], all[j] = all[j], all[i] }

// pendingMounts counts the components whose OnMount waits in go-app's queue.
var pendingMounts mountCounter

type mountCounter struct{ n int }

const maxPendingMounts = 4000 // go-app's queue holds 4,096, for all uses

func (c *mountCounter) add() {
	if c.n++; c.n > maxPendingMounts {
		panic("hook: more than 4,000 components with hooks are mounted in one frame, and go-app would stop for ever; mount the list in parts")
	}
}

func (c *mountCounter) remove() { c.n = max(0, c.n-1) }
