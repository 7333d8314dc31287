// Package live keeps what a page shows the way the server has it: every commit
// of the server, whoever has made it, changes the base of the page's atoms,
// under whatever the user has just done. What the page itself has changed stays
// in the log until the commit comes back that contains it, so that nothing
// flickers in between, and nothing is counted twice.
//
//	var feed = live.NewFeed()
//
//	var kinds = atom.Async(live.Load(feed, fetchKinds)) // with its position in the stream
//
//	stop := feed.Open(store, live.Config{
//		URL:   "/api/events",
//		Atom:  kinds.Value(),
//		Apply: func(b *atom.Batch, e live.Event, contained ...*atom.Entry) error { ... },
//		...
//	})
//
// # What the server does
//
// It counts its commits, 1, 2, 3 ..., and sends each as an [Event] to whoever
// follows URL, a stream of server-sent events. The id of each is its position:
// the version, a dot, and a name for the database, so that versions of another one are not
// mistaken for those of this one. The stream begins behind ?after=, a position.
// The event "gap" has the position from which the stream goes on, when what
// is before it can no longer be sent, or the position was one of another database; "beat" is sent now and then, so that a dead
// connection is noticed. A request with an Idempotency-Key that is accepted always
// makes a commit with that key as its mutation, if need be with an empty patch.
package live

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

var (
	// ErrUnconfirmed is wrapped by what OnError is told when a change has
	// succeeded, and the commit that contains it does not come. The value is
	// loaded anew.
	ErrUnconfirmed = errors.New("live: the server does not confirm a change")

	// ErrEvent is wrapped by what OnError is told of an event that cannot be
	// applied: of something that the page does not have, or malformed. The value
	// is loaded anew.
	ErrEvent = errors.New("live: an event cannot be applied")

	// ErrStream is wrapped by what OnError is told when the stream has ended, or
	// could not be opened. It is tried again.
	ErrStream = errors.New("live: no events come from the server")

	// ErrOlder is the error of a load whose value is older than the one that is
	// there, as from a cache.
	ErrOlder = errors.New("live: what was loaded is older than what is there")
)

// A Config says what a feed brings where. Everything but Limit and OnError is required.
type Config struct {
	// URL is that of the event stream, on the page's own origin. A query that it has
	// stays; the feed puts its "after" before it.
	URL string

	Atom atom.Target // what follows the server; changes of it wait for their commit

	// Apply changes the base of what the event is about. contained are the
	// entries that are in it then: hand them on to [atom.Atom.SyncFunc].
	Apply func(b *atom.Batch, e Event, contained ...*atom.Entry) error

	// Refetch begins to load the value anew, through [Load]: when the stream
	// cannot bring what is missing, and after a load that has failed, the first
	// one, too: after half a second, a second, ... up to 30 s, at random, and
	// only while the device is online.
	Refetch func()

	// Committed asks the server in which versions these mutations, at most 200, are;
	// those that it does not know are missing. at is a position as of [Load], whose
	// database the versions are of: an answer about another one than the value's is
	// no answer. "" is for a server that names no database.
	Committed func(ctx context.Context, mutations []string) (versions map[string]int64, at string, err error)

	// Limit is how long after the success of a change its commit may take, 10 s
	// when it is zero.
	Limit time.Duration

	// OnError is told what has gone wrong, and is mended; nil for nobody.
	OnError func(error)
}

// check panics when something is missing without which the feed would stand still later, or
// fall.
func (c Config) check() {
	for _, required := range []struct {
		name    string
		missing bool
	}{
		{"URL is empty", c.URL == ""},
		{"Atom is nil", c.Atom == nil},
		{"Apply is nil", c.Apply == nil},
		{"Refetch is nil", c.Refetch == nil},
		{"Committed is nil", c.Committed == nil},
	} {
		if required.missing {
			panic("live: Config." + required.name + ", and a feed cannot do without: see the documentation of Config")
		}
	}
}

// A Feed brings the events of a server to the atoms of a page. Like an atom it
// is a definition: what has arrived where is kept in the stores in which it is open.
type Feed struct {
	status *atom.Atom[Status]

	mu   sync.Mutex
	open []*following
}

// NewFeed returns a feed that is open nowhere.
func NewFeed() *Feed { return &Feed{status: atom.New(Connecting)} }

// Status is an atom that tells how far a store follows the server.
func (f *Feed) Status() atom.Readable[Status] { return f.status }

// Open has the feed bring the server's events to a store, until stop is called:
// from when the value is loaded, while the page is online, and as long as
// somebody can see it. It is opened once for a store, before anything is loaded. The pages of one
// browser share a connection, where the browser can do that. Open panics when something that is
// required is missing in c, and when the feed is open in the store.
func (f *Feed) Open(s *atom.Store, c Config) (stop func()) {
	c.check()
	if c.Limit == 0 {
		c.Limit = 10 * time.Second
	}
	if c.OnError == nil {
		c.OnError = func(error) {}
	}
	x := f.in(s)
	f.mu.Lock()
	if slices.Contains(f.open, x) {
		f.mu.Unlock()
		panic("live: the feed is open in this store: stop it before it is opened again")
	}
	x.Config, x.store = c, s
	x.opened.Store(true)
	f.open = append(slices.Clip(f.open), x)
	f.mu.Unlock()
	unlive := saga.Live(s, c.Atom, min(c.Limit, patience), x.late, x.keep)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		x.connect(ctx)
	}()
	return func() {
		cancel()
		<-ended
		unlive()
		x.opened.Store(false)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.open = slices.DeleteFunc(slices.Clone(f.open), func(other *following) bool { return other == x })
	}
}

// in returns what the feed keeps in a store.
func (f *Feed) in(r atom.Reader) *following {
	return atom.StoreValue(r, f, func() *following {
		return &following{feed: f, waiting: map[position]Event{}, link: Connecting, wake: make(chan struct{}, 1), deciding: make(chan struct{}, 1), world: thisPage}
	})
}

// Deliver hands the feed an event that has come by another way than its own
// stream, such as a push message: early, late, or twice does not matter, nor does what is not of
// the database that the page shows, or does not say of which it is.
func (f *Feed) Deliver(e Event) {
	f.mu.Lock()
	open := f.open
	f.mu.Unlock()
	for _, x := range open {
		x.hear(e)
	}
}
