package live

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom/draft"
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
