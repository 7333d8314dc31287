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
	// ErrUnconfirmed is wrapped by an error passed to OnError: a change has succeeded, and the
	// commit that contains it does not arrive. The value is loaded again.
	ErrUnconfirmed = errors.New("live: the server does not confirm a change")

	// ErrEvent is wrapped by an error passed to OnError: an event is malformed, or cannot be
	// applied to what the page has. The value is loaded again.
	ErrEvent = errors.New("live: an event cannot be applied")

	// ErrStream is wrapped by an error passed to OnError: the stream has ended, or could not be
	// opened. It is opened again.
	ErrStream = errors.New("live: no events come from the server")

	// ErrOlder is the error of a load whose value is older than the one that the page has, as
	// from a cache.
	ErrOlder = errors.New("live: what was loaded is older than what is there")
)

// A Config says what a feed brings, and where. All but Limit and OnError are required.
type Config struct {
	// URL is that of the event stream, on the page's own origin. The feed adds its parameter
	// "after" to the query.
	URL string

	Atom atom.Target // what follows the server; changes of it wait for their commit

	// Apply applies an event to the base, by [atom.Atom.SyncFunc], to which it passes contained:
	// the entries of the log that the event contains. It is called in the batch b.
	Apply func(b *atom.Batch, e Event, contained ...*atom.Entry) error

	// Refetch begins to load the value again, by [Load], and does not wait for it. It is called
	// when the stream cannot bring what is missing. After a load that has failed, also the
	// first one, it is called after a random time of up to half a second, a second, ... up to
	// 30 s, while the device is online.
	Refetch func()

	// Committed asks the server in which versions these mutations, at most 200, are. Those that
	// the server does not know are left out. at is a position as of [Load]: if the versions are
	// of another database than the value, they are not used. It is "" if the server does not
	// name its database.
	Committed func(ctx context.Context, mutations []string) (versions map[string]int64, at string, err error)

	// Limit is how long after the success of a change its commit may take; 0 is 10 s.
	Limit time.Duration

	// OnError is called with errors that the feed recovers from, on any goroutine. It may be
	// nil.
	OnError func(error)
}

// check panics if something is missing without which the feed would fail later.
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

// A Feed brings the events of a server to the atoms of a page. Like an atom it is a definition:
// its state is in the stores in which it is open. Its methods may be called on any goroutine.
type Feed struct {
	status *atom.Atom[Status]

	mu       sync.Mutex
	sessions []*session // of the stores in which the feed is open; copied on write
}

// NewFeed returns a feed that is not open in any store.
func NewFeed() *Feed { return &Feed{status: atom.New(Connecting)} }

// Status returns the atom that has the feed's status in a store.
func (f *Feed) Status() atom.Readable[Status] { return f.status }

// Open brings the server's events to a store, until stop is called: once the value is loaded,
// while the page is online and visible. It is called once for a store, before anything is
// loaded. The pages of one browser share a connection, if the browser allows it.
//
// Open panics if something required is missing in c, and if the feed is open in the store.
func (f *Feed) Open(s *atom.Store, c Config) (stop func()) {
	c.check()
	if c.Limit == 0 {
		c.Limit = 10 * time.Second
	}
	if c.OnError == nil {
		c.OnError = func(error) {}
	}
	x := f.sessionIn(s)
	f.mu.Lock()
	if slices.Contains(f.sessions, x) {
		f.mu.Unlock()
		panic("live: the feed is open in this store: stop it before it is opened again")
	}
	x.Config, x.store = c, s
	x.opened.Store(true)
	f.sessions = append(slices.Clip(f.sessions), x)
	f.mu.Unlock()
	unlive := saga.FollowServer(s, saga.ServerBase{Atom: c.Atom, Limit: min(c.Limit, confirmGrace), Late: x.checkLate, Hold: x.freezeBase})
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
		f.sessions = slices.DeleteFunc(slices.Clone(f.sessions), func(other *session) bool { return other == x })
	}
}

// sessionIn returns the session in a store.
func (f *Feed) sessionIn(r atom.Reader) *session {
	return atom.StoreValue(r, f, func() *session {
		return &session{feed: f, waiting: map[position]Event{}, streamStatus: Connecting, wake: make(chan struct{}, 1), decision: make(chan struct{}, 1), env: thisPage}
	})
}

// Deliver gives the feed an event that has come by another way than its stream, such as a push
// message. It may be early, late or a repetition. If it is of another database than the value, or
// does not say of which it is, it is not applied, but checked against the stream.
func (f *Feed) Deliver(e Event) {
	f.mu.Lock()
	sessions := f.sessions
	f.mu.Unlock()
	for _, x := range sessions {
		x.receiveForeign(e)
	}
}
