package saga

import (
	"context"
	"math"

	"github.com/atomsaga/atomsaga/atom"
)

// A client is the outbox as one store has it: an item for each record, so that all pages
// show the same. It is guarded by the store's lock.
type client struct {
	store  *atom.Store
	state  *atom.Atom[OutboxState]
	page   string // this page's name among those with the outbox
	outbox Outbox // nil before Keep
	ctx    context.Context

	items map[string]*item // by id
	aside []*item          // those that were refused
	gone  memory           // what has become of those that were items

	ready     bool      // for what is found in the outbox
	early     []message // records, told before that
	inbox     []func()  // what others have told, and what was read, is taken in one after the other
	takesIn   bool
	contained map[string][]atom.Target // by a change's id, the atoms whose base contains it

	queue
	writer
	tabs
}

type clientKey struct{}

func clientOf(s *atom.Store) *client {
	return atom.StoreValue(s, clientKey{}, func() *client {
		c := &client{
			store: s, state: atom.New(OutboxState{}), page: newID(), ctx: context.Background(),
			items: map[string]*item{}, contained: map[string][]atom.Target{},
		}
		c.takenUp = math.MaxInt64
		c.pages, c.io = map[string]bool{}, make(chan struct{}, 1)
		return c
	})
}

// inspect is called after every event. Tests have it look whether the client is sane.
var inspect = func(*atom.Batch, *client) {}

// in calls f with the store locked.
//
//go:noinline
func (c *client) in(f func(*atom.Batch)) {
	c.store.Batch(func(b *atom.Batch) {
		c.follow(b)
		f(b)
		inspect(b, c)
	})
}

// changed does what follows from a change of the items: what may run begins, and what
// there is is shown.
func (c *client) changed(b *atom.Batch) {
	c.follow(b)
	c.bringBack(b)
	c.advance(b)
	c.watch()
	c.state.Set(b, c.now())
}

// isClosed reports whether the store has let go of its outbox: as far as that goes, the
// page is closed then.
func (c *client) isClosed() (closed bool) {
	c.in(func(*atom.Batch) { closed = c.ctx.Err() != nil })
	return closed
}

func (c *client) open(o Outbox, ready func(atom.Reader) bool) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	kept := false
	c.in(func(b *atom.Batch) {
		if kept = c.outbox != nil; !kept {
			c.outbox, c.ctx = o, ctx
			c.kick()
		}
	})
	if kept {
		panic("saga: this store has an outbox")
	}
	o.Listen(ctx, c.hear, func() { c.in(c.tryNow) })
	o.Renewed(ctx, c.renewed)
	go func() {
		opened, _ := o.All(ctx) // it is read again
		c.in(func(*atom.Batch) { c.tell(message{Is: hello}) })
		if !await(ctx, c.store, ready) || !c.takeUp(ctx, opened) {
			return
		}
		for ctx.Err() == nil {
			c.ownOnce(ctx, o)
		}
	}()
	return func() {
		c.in(func(*atom.Batch) { c.tell(message{Is: bye}) })
		cancel()
	}
}

// renewed is called when the outbox has been opened anew: what it had may be gone.
func (c *client) renewed() {
	c.in(func(*atom.Batch) { c.kick() })
	c.readNow()
}

// await waits until ready holds; false when ctx ends before.
func await(ctx context.Context, s *atom.Store, ready func(atom.Reader) bool) bool {
	is := atom.Derive(ready)
	changed := make(chan struct{}, 1)
	stop := s.Subscribe(is, func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	defer stop()
	for !is.Get(s) {
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// settled is called when an item was refused, or is over.
func (c *client) settled(i *item) {
	if old := c.items[i.record.Again]; old != nil && (i.state == done || i.state == refused) {
		c.dismiss(old) // this one stands for it
	}
	if i.state.isOver() {
		c.expectAll(i)
		c.forget(i)
	}
	c.kick()
}

// forget lets go of an item that is over, once this page has nothing to do for its record.
func (c *client) forget(i *item) {
	if i.kept.Order == 0 || !c.owner && i.record == i.kept {
		delete(c.items, i.record.ID)
		c.gone.add(i.record.ID, RecordState(i.state.String()))
	}
}

// dismiss has an item that was refused leave the outbox.
func (c *client) dismiss(i *item) {
	if i.state == refused {
		i.become(cancelled)
		i.mark(RecordCancelled, "", "")
		c.settled(i)
	}
}

func (c *client) discard(id string) {
	var i *item
	c.in(func(b *atom.Batch) {
		if i = c.items[id]; i != nil {
			c.dismiss(i)
			c.changed(b)
		}
	})
	if i != nil && i.task != nil {
		i.task.registry.dismiss(c.store, i.task)
	}
}
