package saga

import (
	"sync"

	"github.com/atomsaga/atomsaga/atom"
)

// A pump hands the components of one store that have to render to go-app. It
// does so from a goroutine of its own: go-app's queue holds 4,096 dispatches,
// and the UI goroutine, which empties it, would wait for itself for ever when
// it filled it.
type pump struct {
	mu      sync.Mutex
	waiting []*Bind
	running bool
}

type pumpKey struct{}

// refresh has the component rendered in the next frame.
func (b *Bind) refresh() {
	if b.stage != mounted {
		b.missed = true
		return
	}
	p := atom.Attach(b.Store(), pumpKey{}, func() *pump { return &pump{} })
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.queued {
		return
	}
	b.queued = true
	p.waiting = append(p.waiting, b)
	if !p.running {
		p.running = true
		b.ctx.Async(p.run) // Async, so that go-app's test engine waits for it
	}
}

func (p *pump) run() {
	for b := p.next(); b != nil; b = p.next() {
		b.ctx.Update()
	}
}

func (p *pump) next() *Bind {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		p.waiting, p.running = nil, false
		return nil
	}
	b := p.waiting[0]
	p.waiting = p.waiting[1:]
	b.queued = false
	return b
}
