package live

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

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
