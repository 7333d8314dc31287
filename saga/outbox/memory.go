package outbox

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/atomsaga/atomsaga/saga"
)

// A Memory is an outbox in this process, with as many pages as a test wants: each
// is what a tab is in a browser. The zero Memory is not usable; call [NewMemory].
type Memory struct {
	mu      sync.Mutex
	next    int64
	records []saga.Record // by Order
	pages   []*Page       // that are open
	own     chan struct{} // holds a token while nobody owns it
	err     error
}

// NewMemory returns an empty outbox.
func NewMemory() *Memory {
	m := &Memory{own: make(chan struct{}, 1)}
	m.own <- struct{}{}
	return m
}

// Fail has every write fail with err, as when there is no room, until it is
// called with nil.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// Lose loses what is in it, as when the user clears what the browser keeps, and tells
// the pages.
func (m *Memory) Lose() {
	m.mu.Lock()
	m.records = nil
	pages := slices.Clone(m.pages)
	m.mu.Unlock()
	for _, p := range pages {
		p.Renew()
	}
}

// Open returns a new page.
func (m *Memory) Open() *Page {
	p := &Page{memory: m, closed: make(chan struct{})}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pages = append(m.pages, p)
	return p
}

// A Page is one page's [saga.Outbox].
type Page struct {
	memory *Memory
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex
	online  func()
	again   func() // of Renewed
	letters [][]byte
	more    chan struct{} // nil before Listen
}

// ErrClosed is returned by the methods of a page that was closed.
var ErrClosed = errors.New("outbox: the page is closed")

// Close ends the page, as closing its tab does, or a crash: at once, whatever it
// is at. What it has not written is not written, and another page owns the outbox.
func (p *Page) Close() {
	p.once.Do(func() {
		m := p.memory
		m.mu.Lock()
		defer m.mu.Unlock()
		close(p.closed)
		m.pages = slices.DeleteFunc(m.pages, func(q *Page) bool { return q == p })
	})
}

// Online tells the page that the device has a network again.
func (p *Page) Online() {
	p.mu.Lock()
	online := p.online
	p.mu.Unlock()
	if online != nil {
		online()
	}
}

// Renewed is [saga.Renewing]'s.
func (p *Page) Renewed(ctx context.Context, again func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.again = again
	context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.again = nil
	})
}

// Renew tells the page that what could not be kept may be now.
func (p *Page) Renew() {
	p.mu.Lock()
	again := p.again
	p.mu.Unlock()
	if again != nil {
		again()
	}
}

// write calls f with the records under the lock, unless nothing can be written.
func (p *Page) write(ctx context.Context, f func(*Memory)) error {
	m := p.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	select {
	case <-p.closed:
		return ErrClosed
	default:
	}
	if err := cmp.Or(ctx.Err(), m.err); err != nil {
		return err
	}
	f(m)
	return nil
}

// Put is [saga.Outbox]'s.
func (p *Page) Put(ctx context.Context, records []saga.Record) ([]saga.Record, error) {
	kept := slices.Clone(records)
	err := p.write(ctx, func(m *Memory) {
		for n, r := range kept {
			if r.Order == 0 {
				m.next++
				kept[n].Order = m.next
				m.records = append(m.records, kept[n])
			} else if at, found := m.find(r.Order); found {
				m.records[at] = r
			} else {
				m.records = slices.Insert(m.records, at, r)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return kept, nil
}

func (m *Memory) find(order int64) (int, bool) {
	return slices.BinarySearchFunc(m.records, order, func(r saga.Record, order int64) int { return int(r.Order - order) })
}

// Remove is [saga.Outbox]'s.
func (p *Page) Remove(ctx context.Context, orders ...int64) error {
	return p.write(ctx, func(m *Memory) {
		m.records = slices.DeleteFunc(m.records, func(r saga.Record) bool { return slices.Contains(orders, r.Order) })
	})
}

// All is [saga.Outbox]'s.
func (p *Page) All(ctx context.Context) ([]saga.Record, error) {
	select {
	case <-p.closed:
		return nil, ErrClosed
	default:
	}
	m := p.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.records), ctx.Err()
}

// Get is [saga.Outbox]'s.
func (p *Page) Get(ctx context.Context, order int64) (r saga.Record, there bool, err error) {
	all, err := p.All(ctx)
	for _, x := range all {
		if x.Order == order {
			return x, true, err
		}
	}
	return r, false, err
}

// Own is [saga.Outbox]'s. Nobody takes the place of a page that is open.
func (p *Page) Own(ctx context.Context) (context.Context, error) {
	m := p.memory
	select {
	case <-m.own:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, ErrClosed
	}
	go func() {
		select {
		case <-ctx.Done():
		case <-p.closed:
		}
		m.own <- struct{}{}
	}()
	return ctx, nil
}

// Tell is [saga.Outbox]'s.
func (p *Page) Tell(message []byte) {
	m := p.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Contains(m.pages, p) {
		return
	}
	for _, other := range m.pages {
		if other != p {
			other.post(message)
		}
	}
}

func (p *Page) post(message []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil {
		return
	}
	p.letters = append(p.letters, slices.Clone(message))
	select {
	case p.more <- struct{}{}:
	default:
	}
}

// Listen is [saga.Outbox]'s.
func (p *Page) Listen(ctx context.Context, hear func([]byte), online func()) {
	p.mu.Lock()
	p.online, p.more = online, make(chan struct{}, 1)
	p.mu.Unlock()
	go func() {
		for {
			select {
			case <-p.more:
			case <-ctx.Done():
				return
			case <-p.closed:
				return
			}
			p.mu.Lock()
			letters := p.letters
			p.letters = nil
			p.mu.Unlock()
			for _, l := range letters {
				hear(l)
			}
		}
	}()
}
