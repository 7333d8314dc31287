package saga

import (
	"context"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A keeper is the outbox as one store has it.
//
// Every page with the outbox has an item for each record in it, and runs its
// saga, so that all show the same. The effect is performed by the page that owns
// the outbox; what comes of it is told to the others. A page that becomes the
// owner reads again what there is: what it has an item for and finds no more
// has succeeded before.
type keeper struct {
	store *atom.Store
	state *atom.Atom[OutboxState]

	intake sync.Mutex // held while records become items, one after the other
	found  []Record   // before the store is ready for them
	early  map[string]message
	ready  bool

	contained map[string][]atom.Target // by a change's id, the atoms whose base contains it

	mu       sync.Mutex // taken below intake and the store's lock
	outbox   Outbox     // nil before Keep
	ctx      context.Context
	err      error
	items    map[string]*item // by id; what waits, and what was set aside
	gone     memory           // ids of what was an item
	unstored []*item          // in order
	storing  bool
	turns
}

type keeperKey struct{}

func keeperOf(s *atom.Store) *keeper {
	return atom.Attach(s, keeperKey{}, func() *keeper {
		return &keeper{
			store: s, state: atom.New(OutboxState{}),
			ctx: context.Background(), items: map[string]*item{}, early: map[string]message{}, contained: map[string][]atom.Target{},
		}
	})
}

// done is closed when the store lets go of its outbox: as far as that goes, the
// page is closed then.
func (k *keeper) done() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ctx.Done()
}

func (k *keeper) closed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ctx.Err() != nil
}

func (k *keeper) open(o Outbox, ready func(atom.Reader) bool) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	k.mu.Lock()
	if k.outbox != nil {
		k.mu.Unlock()
		panic("saga: this store has an outbox")
	}
	k.outbox, k.ctx = o, ctx
	k.mu.Unlock()
	loaded := make(chan struct{})
	o.Listen(ctx, func(m []byte) { <-loaded; k.hear(m) }, k.online)
	go func() {
		k.found = k.all()
		close(loaded)
		k.tell(message{Is: hello})
		if await(ctx, k.store, ready) && k.takeUp(ctx) && o.Own(ctx) == nil {
			k.own(ctx)
		}
	}()
	return cancel
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

// all reads the outbox. An error leaves this page with what it knows.
func (k *keeper) all() []Record {
	records, err := k.outbox.All(k.ctx)
	k.trouble(err)
	return records
}

// takeUp makes items of what was found. What was set aside comes last, or a
// change that waits would be taken for one that followed the failure. It returns
// false when ctx has ended meanwhile.
func (k *keeper) takeUp(ctx context.Context) bool {
	k.intake.Lock()
	found := slices.Clone(k.found)
	k.intake.Unlock()
	defer k.ask(ctx, found)()
	k.intake.Lock()
	defer k.intake.Unlock()
	if ctx.Err() != nil {
		return false
	}
	k.ready = true
	for _, aside := range []bool{false, true} {
		for _, r := range k.found {
			if aside == (r.Reason != "") {
				k.meet(r)
			}
		}
	}
	for _, m := range k.early {
		k.settled(m)
	}
	k.found, k.early = nil, nil
	return true
}

// meet makes an item of a record, unless there is one, or was.
func (k *keeper) meet(r Record) bool {
	i := newItem(k, r)
	k.mu.Lock()
	if k.items[r.ID] != nil || k.gone.has(r.ID) {
		k.mu.Unlock()
		return false
	}
	k.items[r.ID] = i
	k.mu.Unlock()
	l, err := revive(i)
	switch {
	case err != nil:
		k.mu.Lock()
		i.over, i.aside = true, true
		if r.Reason == "" {
			i.record.Reason = err.Error()
		}
		k.mu.Unlock()
	case r.Reason != "":
		i.failBefore(l)
	case k.isContained(r.ID, l):
		k.drop(i)
		return false
	default:
		l.run()
	}
	k.publish()
	return true
}

// own begins to send. The others are told what there is: they may not have it, when its
// page was gone before it could tell.
func (k *keeper) own(ctx context.Context) {
	records := k.all()
	release := k.ask(ctx, records)
	k.intake.Lock()
	for _, r := range records {
		k.meet(r)
	}
	release()
	for _, r := range slices.DeleteFunc(records, k.isSent) {
		k.tell(message{Is: added, Record: &r})
		k.mu.Lock()
		if i := k.items[r.ID]; i != nil {
			i.record.Sent = r.Sent
		}
		k.mu.Unlock()
		if r.Reason != "" {
			k.settled(message{Is: failed, ID: r.ID, Reason: r.Reason})
		}
	}
	k.intake.Unlock()
	k.mu.Lock()
	k.owner = true
	for _, i := range k.items {
		if i.dropped {
			go k.write(i) // nobody knew that this is the page that counts
		}
	}
	k.say(message{Is: owned, Paused: k.probing})
	k.advance()
	k.mu.Unlock()
	k.review()
}

// review looks at what has become of the items' records, when a page has come or
// gone, and after a while in which the news about them could arrive: a page may
// be gone before it can tell.
func (k *keeper) review() {
	time.AfterFunc(time.Second, func() {
		became := map[string]message{}
		k.mu.Lock()
		for id, i := range k.items {
			switch {
			case i.record.Order == 0:
			case i.aside:
				became[id] = message{Is: dismissed, ID: id}
			default:
				became[id] = message{Is: succeeded, ID: id}
			}
		}
		k.mu.Unlock()
		records, err := k.outbox.All(k.ctx)
		if k.trouble(err); err != nil {
			return
		}
		for _, r := range records {
			if delete(became, r.ID); r.Reason != "" {
				became[r.ID] = message{Is: failed, ID: r.ID, Reason: r.Reason}
			}
		}
		k.intake.Lock()
		defer k.intake.Unlock()
		for _, m := range became {
			k.settled(m)
		}
	})
}

// forget is called under the lock.
func (k *keeper) forget(i *item) {
	delete(k.items, i.record.ID)
	k.gone.add(i.record.ID)
}

// discard takes an item that was set aside out of the outbox.
func (k *keeper) discard(i *item) bool {
	k.mu.Lock()
	if !i.aside || k.items[i.record.ID] != i {
		k.mu.Unlock()
		return false
	}
	k.forget(i)
	k.mu.Unlock()
	k.publish()
	k.remove(i, dismissed)
	return true
}

func (k *keeper) discardID(id string) {
	k.mu.Lock()
	i := k.items[id]
	k.mu.Unlock()
	switch {
	case i == nil:
	case i.task != nil:
		i.task.Dismiss()
	default:
		go k.discard(i)
	}
}

// publish writes the state.
func (k *keeper) publish() {
	k.store.Batch(func(b *atom.Batch) { k.state.Set(b, k.now()) })
}

func (k *keeper) now() (s OutboxState) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, i := range k.items {
		if i.aside {
			s.Aside = append(s.Aside, i.record)
		} else {
			s.Waiting++
		}
	}
	sort.Sort(byOrder(s.Aside))
	s.Paused = k.probing || !k.owner && k.elsewhere
	if k.err != nil {
		s.Err = k.err.Error()
	}
	return s
}
