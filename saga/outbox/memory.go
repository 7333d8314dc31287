package outbox

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/atomsaga/atomsaga/saga"
)

// A Memory is an outbox in this process, for any number of pages: each is what a tab is in a
// browser. The zero Memory cannot be used; it is made by [NewMemory]. Its methods may be called on
// any goroutine, as those of [Page].
type Memory struct {
	owner chan struct{} // full while no page owns the outbox

	mu        sync.Mutex
	lastOrder int64
	records   []saga.Record // by Order
	pages     []*Page       // that are open
	err       error         // of writes, see Fail
}

// NewMemory returns an empty outbox.
func NewMemory() *Memory {
	m := &Memory{owner: make(chan struct{}, 1)}
	m.owner <- struct{}{}
	return m
}

// Fail makes each write fail with err, as when there is no room, until it is called with nil.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// Lose removes all records, as when the user clears the data of the page in the browser, and
// renews the pages.
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
	once   sync.Once // closes

	mu        sync.Mutex
	online    func()
	onRenewed func()        // of Renewed; may be nil
	messages  [][]byte      // that wait for the listener
	wake      chan struct{} // of the listener; nil before Listen
}

// ErrClosed is returned by the methods of a closed page.
var ErrClosed = errors.New("outbox: the page is closed")

// Close closes the page at once, as its tab or a crash does. What it has not written yet is not
// written. If it owned the outbox another page can.
func (p *Page) Close() {
	p.once.Do(func() {
		m := p.memory
		m.mu.Lock()
		defer m.mu.Unlock()
		close(p.closed)
		m.pages = slices.DeleteFunc(m.pages, func(q *Page) bool { return q == p })
	})
}

// Online calls the page's listener: the device has a network again.
func (p *Page) Online() {
	p.mu.Lock()
	online := p.online
	p.mu.Unlock()
	if online != nil {
		online()
	}
}

// Renewed implements [saga.Outbox].
func (p *Page) Renewed(ctx context.Context, again func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onRenewed = again
	context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.onRenewed = nil
	})
}

// Renew calls the page's function of Renewed: records can be read and written again.
func (p *Page) Renew() {
	p.mu.Lock()
	onRenewed := p.onRenewed
	p.mu.Unlock()
	if onRenewed != nil {
		onRenewed()
	}
}

// write calls f with the lock held, unless writing fails.
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

// Put implements [saga.Outbox]. The error may be [ErrClosed], ctx's, or that of [Memory.Fail].
func (p *Page) Put(ctx context.Context, records []saga.Record) ([]saga.Record, error) {
	kept := slices.Clone(records)
	err := p.write(ctx, func(m *Memory) {
		for n, r := range kept {
			if r.Order == 0 {
				m.lastOrder++
				kept[n].Order = m.lastOrder
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

// Remove implements [saga.Outbox]. Its errors are those of Put.
func (p *Page) Remove(ctx context.Context, orders ...int64) error {
	return p.write(ctx, func(m *Memory) {
		m.records = slices.DeleteFunc(m.records, func(r saga.Record) bool { return slices.Contains(orders, r.Order) })
	})
}

// All implements [saga.Outbox]. The error may be [ErrClosed] or ctx's.
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

// Get implements [saga.Outbox]. Its errors are those of All.
func (p *Page) Get(ctx context.Context, order int64) (r saga.Record, there bool, err error) {
	all, err := p.All(ctx)
	for _, x := range all {
		if x.Order == order {
			return x, true, err
		}
	}
	return r, false, err
}

// Own implements [saga.Outbox]. The context that it returns is ctx: an open page cannot lose the
// outbox. The error may be [ErrClosed] or ctx's.
func (p *Page) Own(ctx context.Context) (context.Context, error) {
	m := p.memory
	select {
	case <-m.owner:
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
		m.owner <- struct{}{}
	}()
	return ctx, nil
}

// Tell implements [saga.Outbox].
func (p *Page) Tell(message []byte) {
	m := p.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Contains(m.pages, p) {
		return
	}
	for _, other := range m.pages {
		if other != p {
			other.receive(message)
		}
	}
}

func (p *Page) receive(message []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wake == nil {
		return
	}
	p.messages = append(p.messages, slices.Clone(message))
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Listen implements [saga.Outbox].
func (p *Page) Listen(ctx context.Context, hear func([]byte), online func()) {
	p.mu.Lock()
	p.online, p.wake = online, make(chan struct{}, 1)
	p.mu.Unlock()
	go func() {
		for {
			select {
			case <-p.wake:
			case <-ctx.Done():
				return
			case <-p.closed:
				return
			}
			p.mu.Lock()
			messages := p.messages
			p.messages = nil
			p.mu.Unlock()
			for _, m := range messages {
				hear(m)
			}
		}
	}()
}
