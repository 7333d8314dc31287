package live

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
)

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// A thing is what the tests' server has, by id.
type thing struct {
	N    int    `json:"n"`
	Text string `json:"text"`
}

type things = map[string]thing

// A server commits changes, and sends them to a page, or to each of two tabs, when the test
// says so.
// The test has its lock, except while it waits.
type server struct {
	mu       sync.Mutex
	t        fataler
	database string
	state    things
	log      []Event
	states   []things      // after each version
	kept     int64         // events up to this version are not sent any more
	loading  time.Duration // of a value, by who asks for one
	telling  time.Duration // in which versions mutations are
	down     bool
	refuses  error                   // to open a stream
	loads    error                   // in place of a value
	asked    int                     // for a value
	cached   func() (things, string) // in place of a value; nil: none
	open     *connection
	second   *connection // to another tab
}

// A connection is a stream to the page.
type connection struct {
	next int64
	out  chan message
	end  chan error
}

func newServer(t fataler) *server {
	start := things{"a": {Text: "a"}, "b": {Text: "b"}}
	s := &server{t: t, database: "db", state: start, states: []things{start}}
	s.mu.Lock()
	return s
}

// rest lets the others go on while f waits.
func (s *server) rest(f func()) {
	s.mu.Unlock()
	defer s.mu.Lock()
	f()
	synctest.Wait()
}

func (s *server) wait() { s.rest(func() {}) }

func (s *server) sleep(d time.Duration) { s.rest(func() { time.Sleep(d) }) }

func (s *server) version() int64 { return int64(len(s.log)) }

// commit makes a change, and returns its version.
func (s *server) commit(id, mutation string, edit func(*thing)) int64 {
	s.t.Helper()
	next, changes, err := draft.Update(s.state[id], edit)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	patch, err := changes.JSONPatch()
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	s.state = maps.Clone(s.state)
	s.state[id] = next
	s.states = append(s.states, s.state)
	s.log = append(s.log, Event{Version: s.version() + 1, Database: s.database, Entity: id, Patch: patch, Mutation: mutation})
	return s.version()
}

// versions answers as it is when the request comes.
func (s *server) versions(ctx context.Context, mutations []string) (map[string]int64, string, error) {
	s.mu.Lock()
	down, log, takes, at := s.down, s.log, s.telling, position{s.version(), s.database}.String()
	s.mu.Unlock()
	if down || len(mutations) > 200 {
		return nil, "", errDown
	}
	found := map[string]int64{}
	for _, e := range log {
		if e.Mutation != "" && slices.Contains(mutations, e.Mutation) {
			found[e.Mutation] = e.Version
		}
	}
	return found, `W/"` + at + `"`, pass(ctx, takes)
}

var errDown = errors.New("the server is down")

// load answers with everything, as it is when the request comes.
func (s *server) load(ctx context.Context) (things, string, error) {
	s.mu.Lock()
	s.asked++
	down, now, at, takes, refused := s.down, maps.Clone(s.state), position{s.version(), s.database}.String(), s.loading, s.loads
	if s.cached != nil {
		now, at = s.cached()
	}
	s.mu.Unlock()
	if refused != nil {
		return nil, "", refused
	}
	if down {
		return nil, "", errDown
	}
	return now, `W/"` + at + `"`, pass(ctx, takes)
}

// pass lets time pass, or returns ctx's error when that ends first.
func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// follow is the stream.
func (s *server) follow(ctx context.Context, _ string, at func() position, got func(message)) error {
	return s.followOn(&s.open, ctx, at, got)
}

// followSecond is the other tab's.
func (s *server) followSecond(ctx context.Context, _ string, at func() position, got func(message)) error {
	return s.followOn(&s.second, ctx, at, got)
}

func (s *server) followOn(open **connection, ctx context.Context, at func() position, got func(message)) error {
	c, gap, err := s.connect(open, at())
	if err != nil {
		return err
	}
	defer s.disconnect(open, c)
	got(message{event: "beat"})
	if gap != "" {
		got(message{id: gap, event: "gap"})
	}
	for {
		select {
		case m := <-c.out:
			got(m)
		case err := <-c.end:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// connect opens a stream behind a position, or, with a gap, where the server is.
func (s *server) connect(open **connection, at position) (c *connection, gap string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return nil, "", errDown
	}
	if s.refuses != nil {
		return nil, "", s.refuses
	}
	if at.database != s.database || at.version < s.kept {
		at = position{s.version(), s.database}
		gap = at.String()
	}
	c = &connection{at.version, make(chan message), make(chan error, 1)}
	*open = c
	return c, gap, nil
}

func (s *server) disconnect(open **connection, c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *open == c {
		*open = nil
	}
}

// send sends the next event, if there is one and a stream to send it on.
func (s *server) send() bool { return s.sendOn(s.open) }

func (s *server) sendOn(c *connection) bool {
	if c == nil || c.next >= s.version() {
		return false
	}
	c.next++
	data, _ := json.Marshal(s.log[c.next-1])
	m := message{id: position{c.next, s.database}.String(), data: string(data)}
	s.rest(func() { c.out <- m })
	return true
}

// tell sends anything.
func (s *server) tell(m message) {
	out := s.open.out
	s.rest(func() { out <- m })
}

func (s *server) sendAll() {
	for s.send() || s.sendOn(s.second) {
	}
}

// cut ends the stream.
func (s *server) cut() { s.cutOff(s.open) }

func (s *server) cutOff(c *connection) {
	if c != nil {
		c.end <- errors.New("cut")
		s.wait()
	}
}

type follower = func(ctx context.Context, url string, at func() position, got func(message)) error

// A page shows what the server has.
type page struct {
	t      fataler
	store  *atom.Store
	server *server
	feed   *Feed
	all    *atom.AsyncAtom[things]
	byID   *atom.Family[string, atom.Atom[thing]]
	seen   bool
	online bool
	change func()
	errs   []error

	requests []*request
	stop     func()
}

func newPage(t fataler) *page { return openPage(t, newServer(t)) }

// openPage opens a page of a server, which has no other that is open.
func openPage(t fataler, s *server) *page {
	p := &page{t: t, server: s, feed: NewFeed()}
	p.all = atom.Async(Load(p.feed, p.server.load))
	p.byID = atom.NewFamily(func(id string) *atom.Atom[thing] { return atom.Key(p.all.Value(), id) })
	return p.openAs(s.follow)
}

// openAs opens a page of the same program, which hears of the server by that stream.
func (p *page) openAs(follow follower) *page {
	t := p.t
	p = &page{t: t, store: atom.NewStore(), server: p.server, feed: p.feed, all: p.all, byID: p.byID, seen: true, online: true}
	p.store.OnConflict(func(c atom.Conflict) { t.Errorf("conflict: %+v", c) })
	p.session().env = environment{
		follow: follow,
		state:  p.state,
		watch:  func(changed func()) func() { p.change = changed; return func() {} },
	}
	unfollow := p.feed.Open(p.store, Config{
		URL:       "/api/events",
		Atom:      p.all.Value(),
		Apply:     p.apply,
		Refetch:   func() { p.all.Refresh(p.store) },
		Committed: p.server.versions,
		OnError:   p.fail,
	})
	unlook := p.store.Subscribe(p.all, func() {})
	p.stop = func() {
		p.server.rest(unfollow)
		unlook()
		for _, r := range p.requests {
			r.task.Cancel()
		}
		p.wait()
	}
	p.wait()
	return p
}

func (p *page) wait()                 { p.server.wait() }
func (p *page) sleep(d time.Duration) { p.server.sleep(d) }

// deliver is a push message.
func (p *page) deliver(e Event) { p.server.rest(func() { p.feed.Deliver(e) }) }

func (p *page) state() (seen, online bool) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	return p.seen, p.online
}

func (p *page) fail(err error) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.errs = append(p.errs, err)
}

func (p *page) apply(b *atom.Batch, e Event, contained ...*atom.Entry) error {
	return p.byID.Of(e.Entity).SyncFunc(b, func(base thing) (thing, error) { return Patched(base, e) }, contained...)
}

func (p *page) session() *session { return p.feed.sessionIn(p.store) }

// look has the page seen or hidden, and online or not.
func (p *page) look(seen, online bool) {
	p.seen, p.online = seen, online
	p.change()
	p.wait()
}

func (p *page) shows(want thing, when string) {
	p.t.Helper()
	p.wait()
	if got := p.byID.Of("a").Get(p.store); got != want {
		p.t.Errorf("%s the page shows %+v, want %+v", when, got, want)
	}
}

func (p *page) isAt(version int64) {
	p.t.Helper()
	if at := p.session().position(); at.version != version {
		p.t.Errorf("the page is at %v, want %d", at, version)
	}
}

// A request is a change on its way to the server.
type request struct {
	t       *page
	id      string
	edit    func(*thing)
	task    *saga.Task
	answers chan error
	version int64 // of its commit, 0 before
}

func (p *page) run(id string, edit func(*thing)) *request {
	r := &request{t: p, id: id, edit: edit, answers: make(chan error, 1)}
	r.task = saga.Run(p.store, p.byID.Of(id), saga.Update(edit).Effect(func(ctx context.Context, _ thing) error {
		select {
		case err := <-r.answers:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}))
	p.requests = append(p.requests, r)
	p.wait()
	return r
}

// arrives has the server commit it.
func (r *request) arrives() { r.version = r.t.server.commit(r.id, r.task.ID(), r.edit) }

// answered ends the effect.
func (r *request) answered(err error) {
	r.answers <- err
	r.t.wait()
}

func increment(x *thing) { x.N++ }

func rename(to string) func(*thing) { return func(x *thing) { x.Text = to } }

// in runs a test with a page, by a clock of its own.
func in(t *testing.T, f func(p *page)) {
	synctest.Test(t, func(t *testing.T) {
		p := newPage(t)
		defer p.stop()
		f(p)
	})
}
