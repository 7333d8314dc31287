package saga

import (
	"context"
	"math"

	"github.com/atomsaga/atomsaga/atom"
)

// outboxClient is what a store's page has of its outbox: an item for each record, so that all
// pages show the same. It is guarded by the store's lock. Its parts are
//
//	queue    whose effect may run (durable_queue.go), in which order (durable_order.go)
//	writer   what is written and read (durable_store.go)
//	tabs     what this page and the others tell each other (durable_tabs.go), and which of
//	         them sends (durable_owner.go)
type outboxClient struct {
	store  *atom.Store
	state  *atom.Atom[OutboxState]
	page   string          // this page's name among those with the outbox
	outbox Outbox          // nil before UseOutbox
	ctx    context.Context // ends when the store lets go of the outbox

	items  map[string]*item // by id
	aside  []*item          // refused
	recent recentIDs        // of records that had an item

	ready         bool      // records of the outbox are learned
	earlyMessages []message // about records, that came before
	inbox         []func()  // see enqueue
	draining      bool
	contained     map[string][]atom.Target // by a record's ID, the atoms whose base contains its change

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

// inspect is called after every event. Tests set it to check that the client is sane.
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

// refresh does what follows from a change of the items: changes enter the log that can again,
// effects start that may run, and the state shows.
func (c *outboxClient) refresh(b *atom.Batch) {
	c.followRenames(b)
	c.reenterAll(b)
	c.startReady(b)
	c.watchOwner()
	c.state.Set(b, c.snapshot())
}

// isClosed reports whether the store has let go of its outbox, as closing the page does.
func (c *outboxClient) isClosed() (closed bool) {
	c.batch(func(*atom.Batch) { closed = c.ctx.Err() != nil })
	return closed
}

// open is [UseOutbox].
func (c *outboxClient) open(o Outbox, ready func(atom.Reader) bool) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	taken := false
	c.batch(func(b *atom.Batch) {
		if taken = c.outbox != nil; !taken {
			c.outbox, c.ctx = o, ctx
			c.requestWrite()
		}
	})
	if taken {
		panic("saga: this store has an outbox")
	}
	o.Listen(ctx, c.receive, func() { c.batch(c.probeNow) })
	o.Renewed(ctx, c.renewed)
	go func() {
		opened, _ := o.All(ctx) // on an error loadFound reads it again
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

// renewed is called when the outbox was opened anew: what it had may be gone.
func (c *outboxClient) renewed() {
	c.batch(func(*atom.Batch) { c.requestWrite() })
	c.readNow()
}

// waitFor waits until ready returns true. It returns false when ctx ends before.
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

// afterSettled is called when an item is refused or over.
func (c *outboxClient) afterSettled(i *item) {
	if old := c.items[i.record.Again]; old != nil && (i.state == done || i.state == refused) {
		c.dismiss(old) // this one replaces it
	}
	if i.state.isOver() {
		c.awaitSeen(i)
		c.forgetItem(i)
	}
	c.requestWrite()
}

// forgetItem removes an item that is over, unless this page has still to write or remove its
// record.
func (c *outboxClient) forgetItem(i *item) {
	if i.kept.Order == 0 || !c.owner && i.record == i.kept {
		delete(c.items, i.record.ID)
		c.recent.add(i.record.ID, RecordState(i.state.String()))
	}
}

// dismiss cancels an item if it is refused.
func (c *outboxClient) dismiss(i *item) {
	if i.state == refused {
		i.moveTo(cancelled)
		i.setRecordState(RecordCancelled, "", "")
		c.afterSettled(i)
	}
}

// discard is [StoreOutbox.Discard].
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
