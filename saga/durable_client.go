package saga

import (
	"context"
	"fmt"
	"slices"

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
	return atom.Attach(s, clientKey{}, func() *client {
		c := &client{
			store: s, state: atom.New(OutboxState{}), page: newID(), ctx: context.Background(),
			items: map[string]*item{}, contained: map[string][]atom.Target{},
		}
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
		f(b)
		inspect(b, c)
	})
}

// changed does what follows from a change of the items: what may run begins, and what
// there is is shown.
func (c *client) changed(b *atom.Batch) {
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
	if o, ok := o.(Renewing); ok {
		o.Renewed(ctx, c.renewed)
	}
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
	stop := atom.Subscribe(s, is, func() {
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

// takeUp makes items of what is in the outbox, and of what was there since the page was
// opened: a base that was loaded meanwhile may not have it. It returns false when ctx has
// ended.
func (c *client) takeUp(ctx context.Context, opened []Record) bool {
	c.in(func(*atom.Batch) {
		for _, m := range c.early {
			opened = append(opened, *m.Record)
		}
		c.early = nil
	})
	c.read(ctx, opened...)
	c.in(func(b *atom.Batch) {
		c.ready = true
		for _, m := range c.early {
			c.takeIn(func() { c.hearOf(m) })
		}
		c.early = nil
		c.changed(b)
	})
	return ctx.Err() == nil
}

// takeIn has f called, after what came before it: outside of the lock, for it may run sagas.
func (c *client) takeIn(f func()) {
	c.inbox = append(c.inbox, f)
	if c.takesIn {
		return
	}
	c.takesIn = true
	go func() {
		for {
			var f func()
			c.in(func(*atom.Batch) {
				if c.takesIn = len(c.inbox) > 0; c.takesIn {
					f, c.inbox = c.inbox[0], c.inbox[1:]
				}
			})
			if f == nil {
				return
			}
			f()
		}
	}()
}

// learn takes in a record as it is in the outbox, or was a moment ago, when another page
// told of it.
func (c *client) learn(r Record, isRead bool) {
	r = r.normal()
	var then func()
	c.in(func(b *atom.Batch) {
		if i := c.items[r.ID]; i != nil {
			then = c.update(b, i, r, isRead)
		} else {
			then = c.meet(r)
		}
		c.changed(b)
	})
	if then != nil {
		then()
	}
}

// meet makes an item of a record that this page does not have.
func (c *client) meet(r Record) (then func()) {
	was, known := c.gone.of(r.ID)
	i := newItem(c, r)
	i.kept = r
	switch {
	case !known && !stateOf(r).isOver():
		c.items[r.ID] = i
		c.tellOf(i)
		return func() { c.show(i) }
	case !known:
		c.gone.add(r.ID, r.State)
	case !stateOf(r).isOver():
		i.mark(was, "", "")
	}
	if c.owner { // the record has to leave the outbox
		c.items[r.ID] = i
		i.become(stateOf(i.record))
		c.settled(i)
	} else if stateOf(r).isOver() {
		c.tell(message{Is: seen, IDs: []string{r.ID}})
	}
	return nil
}

// show runs the saga of an item that was found.
func (c *client) show(i *item) {
	l, err := revive(i)
	switch {
	case err != nil:
		c.in(func(b *atom.Batch) {
			i.unread = true
			if i.become(refused); i.record.Reason == "" {
				i.record.Reason = err.Error()
			}
			c.changed(b)
		})
	case i.record.State == RecordRefused:
		c.in(func(b *atom.Batch) {
			i.become(refused)
			c.changed(b)
		})
		i.failBefore(l)
	case c.isContained(i, l):
		c.in(func(b *atom.Batch) {
			i.become(done)
			i.mark(RecordDone, "", "")
			if !c.owner {
				i.record = i.kept // it is the owner's to say
			}
			c.settled(i)
			c.changed(b)
		})
	default:
		l.run()
	}
}

// update brings an item to what its record has become.
func (c *client) update(b *atom.Batch, i *item, r Record, isRead bool) (then func()) {
	to := stateOf(r)
	if isRead || i.kept.Order == 0 || to > stateOf(i.kept) {
		if i.kept = r; i.record.Order == 0 { // another page has read it before this one was told that it is there
			if i.record.Order = r.Order; i.state.waits() {
				c.align(b, i)
			}
		}
	}
	if i.missing = false; i.record.Sent == "" || r.Sent != "" && !c.owner {
		i.record.Sent = r.Sent
	}
	if i.record != i.kept {
		c.kick()
	}
	told := func() {
		if to.isOver() {
			c.in(func(*atom.Batch) { c.tell(message{Is: seen, IDs: []string{r.ID}}) })
		}
	}
	switch {
	case i.state.isOver():
		return told
	case to == queued, i.state == settling:
		return nil
	case i.state == refused:
		if i.local = false; to == refused {
			i.record = r
			return nil
		}
		i.record = r
		i.become(to)
		c.settled(i)
		return func() {
			if i.task != nil {
				i.task.registry.dismiss(c.store, i.task)
			}
			told()
		}
	}
	i.record = r
	i.become(settling)
	return func() {
		i.follow()
		told()
	}
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

func (c *client) now() (s OutboxState) {
	s.Waiting = len(c.order)
	again := map[string]bool{}
	for _, i := range c.order {
		if i.record.Again != "" {
			again[i.record.Again] = true
		}
		if i.kept.Order == 0 {
			s.Unkept = append(s.Unkept, i.record)
		}
	}
	for _, i := range c.aside {
		if !again[i.record.ID] {
			s.Aside = append(s.Aside, i.record)
			for at := len(s.Aside) - 1; at > 0 && s.Aside[at].Order < s.Aside[at-1].Order; at-- {
				s.Aside[at], s.Aside[at-1] = s.Aside[at-1], s.Aside[at]
			}
		}
		if i.kept.Order == 0 {
			s.Unkept = append(s.Unkept, i.record)
		}
	}
	paused, login := c.probing, c.login
	if !c.owner && c.elsewhere.paused {
		paused, login = true, c.elsewhere.login
	}
	s.Paused, s.Unauthorized, s.Stalled = paused && !login, paused && login, c.stalled
	if c.failure != nil {
		s.Err = c.failure.Error()
	} else if c.unread != nil {
		s.Err = c.unread.Error()
	}
	return s
}

// sane returns what is wrong with the client.
func (c *client) sane(b *atom.Batch) error {
	running := 0
	for at, i := range c.order {
		switch {
		case !i.state.waits():
			return fmt.Errorf("%s is in the queue", i.state)
		case c.items[i.record.ID] != i || i.task == nil:
			return fmt.Errorf("what is in the queue is no item, or has no task")
		case at > 0 && c.order[at-1].compare(i) > 0:
			return fmt.Errorf("the queue is not in the order of the outbox")
		}
		if i.state == sending {
			running++
		}
		for _, x := range c.order[:at] {
			switch {
			case !x.overlaps(i):
			case x.state == sending && i.state == sending:
				return fmt.Errorf("two are sent that are about the same thing: %s, %s", x.record.Input, i.record.Input)
			case x.logged > i.logged && x.isInLog(b) && i.isInLog(b):
				return fmt.Errorf("the log is not in the order of the outbox: %s, %s", x.record.Input, i.record.Input)
			}
		}
	}
	if running != c.running {
		return fmt.Errorf("%d are sent, not %d", running, c.running)
	}
	for id, i := range c.items {
		switch {
		case i.record.ID != id:
			return fmt.Errorf("an item is under another's id")
		case i.state.waits() != slices.Contains(c.order, i):
			return fmt.Errorf("%s is not where it belongs", i.state)
		case i.state >= refused && !i.unread && stateOf(i.record) != i.state,
			i.state.waits() && i.state != settling && i.record.State != RecordQueued:
			return fmt.Errorf("%s has a record that is %q", i.state, i.record.State)
		case i.kept.Order != 0 && i.kept.Order != i.record.Order:
			return fmt.Errorf("the place of a record is not the one that it has")
		}
	}
	return nil
}
