package saga

import (
	"context"
	"math"

	"github.com/atomsaga/atomsaga/atom"
)

// A outboxClient is the outbox as one store has it: an item for each record, so that all pages
// show the same. It is guarded by the store's lock.
type outboxClient struct {
	store  *atom.Store
	state  *atom.Atom[OutboxState]
	page   string // this page's name among those with the outbox
	outbox Outbox // nil before Keep
	ctx    context.Context

	items  map[string]*item // by id
	aside  []*item          // those that were refused
	recent recentIDs        // what has become of those that were items

	ready         bool      // for what is found in the outbox
	earlyMessages []message // records, told before that
	inbox         []func()  // what others have told, and what was read, is taken in one after the other
	draining      bool
	contained     map[string][]atom.Target // by a change's id, the atoms whose base contains it

	queue
	writer
	tabs
}

type clientKey struct{}

func clientOf(s *atom.Store) *outboxClient {
	return atom.StoreValue(s, clientKey{}, func() *outboxClient {
		c := &outboxClient{
			store: s, state: atom.New(OutboxState{}), page: newID(), ctx: context.Background(),
			items: map[string]*item{}, contained: map[string][]atom.Target{},
		}
		c.loadedUpTo = math.MaxInt64
		c.pages, c.ioToken = map[string]bool{}, make(chan struct{}, 1)
		return c
	})
}

// inspect is called after every event. Tests have it look whether the client is sane.
var inspect = func(*atom.Batch, *outboxClient) {}

// batch calls f with the store locked.
//
//go:noinline
func (c *outboxClient) batch(f func(*atom.Batch)) {
	c.store.Batch(func(b *atom.Batch) {
		c.followRenames(b)
		f(b)
		inspect(b, c)
	})
}

// refresh does what follows from a change of the items: what may run begins, and what
// there is is shown.
func (c *outboxClient) refresh(b *atom.Batch) {
	c.followRenames(b)
	c.reenterAll(b)
	c.startReady(b)
	c.watchOwner()
	c.state.Set(b, c.snapshot())
}

// isClosed reports whether the store has let go of its outbox: as far as that goes, the
// page is closed then.
func (c *outboxClient) isClosed() (closed bool) {
	c.batch(func(*atom.Batch) { closed = c.ctx.Err() != nil })
	return closed
}

func (c *outboxClient) open(o Outbox, ready func(atom.Reader) bool) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	kept := false
	c.batch(func(b *atom.Batch) {
		if kept = c.outbox != nil; !kept {
			c.outbox, c.ctx = o, ctx
			c.requestWrite()
		}
	})
	if kept {
		panic("saga: this store has an outbox")
	}
	o.Listen(ctx, c.receive, func() { c.batch(c.probeNow) })
	o.Renewed(ctx, c.renewed)
	go func() {
		opened, _ := o.All(ctx) // it is read again
		c.batch(func(*atom.Batch) { c.broadcast(message{Is: eventHello}) })
		if !waitFor(ctx, c.store, ready) || !c.loadFound(ctx, opened) {
			return
		}
		for ctx.Err() == nil {
			c.ownOnce(ctx, o)
		}
	}()
	return func() {
		c.batch(func(*atom.Batch) { c.broadcast(message{Is: eventBye}) })
		cancel()
	}
}

// renewed is called when the outbox has been opened anew: what it had may be gone.
func (c *outboxClient) renewed() {
	c.batch(func(*atom.Batch) { c.requestWrite() })
	c.readNow()
}

// waitFor waits until ready holds; false when ctx ends before.
func waitFor(ctx context.Context, s *atom.Store, ready func(atom.Reader) bool) bool {
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

// afterSettled is called when an item was refused, or is over.
func (c *outboxClient) afterSettled(i *item) {
	if old := c.items[i.record.Again]; old != nil && (i.state == done || i.state == refused) {
		c.dismiss(old) // this one stands for it
	}
	if i.state.isOver() {
		c.awaitSeen(i)
		c.forgetItem(i)
	}
	c.requestWrite()
}

// forgetItem lets go of an item that is over, once this page has nothing to do for its record.
func (c *outboxClient) forgetItem(i *item) {
	if i.kept.Order == 0 || !c.owner && i.record == i.kept {
		delete(c.items, i.record.ID)
		c.recent.add(i.record.ID, RecordState(i.state.String()))
	}
}

// dismiss has an item that was refused leave the outbox.
func (c *outboxClient) dismiss(i *item) {
	if i.state == refused {
		i.moveTo(cancelled)
		i.setRecordState(RecordCancelled, "", "")
		c.afterSettled(i)
	}
}

func (c *outboxClient) discard(id string) {
	var i *item
	c.batch(func(b *atom.Batch) {
		if i = c.items[id]; i != nil {
			c.dismiss(i)
			c.refresh(b)
		}
	})
	if i != nil && i.task != nil {
		i.task.registry.dismiss(c.store, i.task)
	}
}
