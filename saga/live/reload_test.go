package live

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A reloads draws what can happen to durable changes and their server while the
// page is loaded anew again and again, at any moment: before a change has arrived,
// before its answer, before its commit has come back. What a page has sent may arrive
// long after it is gone. It knows only the Law, as model does: what shows is what
// the server had at the page's position, then the changes that are not in that, in
// the order in which they were made. Those of the pages before come all at once, when
// the server has said which of them it has.
type reloads struct {
	*page
	rt     *rapid.T
	memory *outbox.Memory
	tab    *outbox.Page
	close  func()
	made   []*durable // in order, whichever page has made them
	before int        // how many of them pages before have made
	came   bool       // those show

	attempts map[string]chan error // that are under way, by id; guarded by the server's lock
}

// A durable is a change.
type durable struct {
	id, of  string
	edit    func(*thing)
	sent    bool  // and under way, if it has not arrived
	version int64 // of its commit, 0 before
}

type durableInput struct{ Of, Name string } // Name "" counts

func (in durableInput) edit() func(*thing) {
	if in.Name == "" {
		return increment
	}
	return rename(in.Name)
}

// opened is the history that is being drawn: a definition is the program's.
var opened interface {
	thing(id string) *atom.Atom[thing]
	attempt(t *saga.Task) error
}

func (m *reloads) thing(id string) *atom.Atom[thing] { return m.byID.Of(id) }

var changeDurably = saga.Define("live.change",
	func(in durableInput) *atom.Atom[thing] { return opened.thing(in.Of) },
	func(in durableInput) saga.Saga[thing] {
		return saga.Update(in.edit()).Effect(func(ctx context.Context, _ thing) error {
			return opened.attempt(saga.TaskFrom(ctx))
		})
	})

var errPageGone = errors.New("the page is gone")

// attempt is one request to the server, and waits for its answer.
func (m *reloads) attempt(t *saga.Task) error {
	answer, id := make(chan error, 1), t.ID()
	m.server.mu.Lock()
	m.attempts[id] = answer
	for _, d := range m.made {
		d.sent = d.sent || d.id == id
	}
	m.server.mu.Unlock()
	return <-answer
}

// ends ends an attempt.
func (m *reloads) ends(id string, err error) {
	m.attempts[id] <- err
	delete(m.attempts, id)
	m.wait()
}

func (m *reloads) open() {
	m.tab = m.memory.Open()
	stop := saga.UseOutbox(m.store, m.tab, func(r atom.Reader) bool { return m.all.Get(r).Loaded })
	m.close = func() {
		m.tab.Close()
		stop()
		for id := range m.attempts {
			m.ends(id, errPageGone)
		}
		m.stop()
	}
	m.wait()
}

// reload is a page that is gone, and the next one.
func (m *reloads) reload() {
	m.close()
	m.before, m.came = len(m.made), false
	m.page = openPage(m.rt, m.server)
	m.open()
}

func (m *reloads) make() {
	in := durableInput{Of: names.Draw(m.rt, "of")}
	if !rapid.Bool().Draw(m.rt, "count") {
		in.Name = rapid.SampledFrom([]string{"x", "y", "z"}).Draw(m.rt, "name")
	}
	if !m.all.Get(m.store).Loaded {
		return
	}
	var task *saga.Task
	d := &durable{of: in.Of, edit: in.edit()}
	m.server.rest(func() {
		task = changeDurably.Run(m.store, in)
		m.server.mu.Lock()
		defer m.server.mu.Unlock()
		d.id, d.sent = task.ID(), m.attempts[task.ID()] != nil
		m.made = append(m.made, d)
	})
}

// which draws a change that a condition is true of.
func (m *reloads) which(is func(*durable) bool) (d *durable, ok bool) {
	var some []*durable
	for _, d := range m.made {
		if is(d) {
			some = append(some, d)
		}
	}
	if len(some) == 0 {
		return nil, false
	}
	return rapid.SampledFrom(some).Draw(m.rt, "change"), true
}

func (m *reloads) arrive() {
	if d, ok := m.which(func(d *durable) bool { return d.sent && d.version == 0 }); ok {
		d.version = m.server.commit(d.of, d.id, d.edit)
	}
}

func (m *reloads) answer() {
	if d, ok := m.which(func(d *durable) bool { return m.attempts[d.id] != nil && d.version > 0 }); ok {
		m.ends(d.id, nil)
	}
}

func (m *reloads) check() {
	if !m.session().isLoaded() {
		return
	}
	got := m.all.Get(m.store).Value
	if !m.came && maps.Equal(got, m.law(m.made[m.before:])) {
		return
	}
	m.came = true
	if want := m.law(m.made); !maps.Equal(got, want) {
		m.rt.Fatalf("at %v the page shows\n     %v\nwant %v", m.session().position(), got, want)
	}
}

// law is what must show: these changes on what the server had.
func (m *reloads) law(made []*durable) things {
	at := m.session().position().version
	want := maps.Clone(m.server.states[at])
	for _, d := range made {
		if d.version == 0 || d.version > at {
			x := want[d.of]
			d.edit(&x)
			want[d.of] = x
		}
	}
	return want
}

// TestEveryReloadShowsTheLaw checks the Law after every step.
func TestEveryReloadShowsTheLaw(t *testing.T) {
	inBubbles(t, func(rt *rapid.T) {
		m := &reloads{page: newPage(rt), rt: rt, memory: outbox.NewMemory(), attempts: map[string]chan error{}}
		opened = m
		m.open()
		defer func() { m.close(); m.sleep(time.Hour) }()
		rt.Repeat(m.steps())
		m.calm()
		m.end()
	})
}

func (m *reloads) steps() map[string]func(*rapid.T) {
	steps := map[string]func(*rapid.T){"": func(*rapid.T) { m.check() }}
	for name, action := range map[string]func(){
		"make":     m.make,
		"arrive":   m.arrive,
		"answer":   m.answer,
		"reload":   m.reload,
		"others":   func() { m.server.commit(names.Draw(m.rt, "of"), "", edits.Draw(m.rt, "edit")) },
		"send":     func() { m.server.send() },
		"send all": m.server.sendAll,
		"cut":      func() { m.server.cut() },
		"forget":   func() { m.server.kept = m.server.version() },
		"refetch":  func() { m.all.Refresh(m.store) },
		"slow":     func() { m.server.loading = m.seconds(5) },
		"think":    func() { m.server.telling = m.seconds(1) },
		"time":     func() { m.sleep(m.seconds(8)) },
	} {
		steps[name] = func(*rapid.T) {
			action()
			m.wait()
		}
	}
	return steps
}

// seconds are whole ones, so that what takes time often ends with something else.
func (m *reloads) seconds(most int) time.Duration {
	return time.Duration(rapid.IntRange(0, most).Draw(m.rt, "seconds")) * time.Second
}

// calm has everything arrive and settle.
func (m *reloads) calm() {
	m.server.loading, m.server.telling = 0, 0
	for range 2*len(m.made) + 10 {
		m.sleep(maxBackoff + gapGrace)
		for _, d := range m.made {
			if m.attempts[d.id] != nil {
				if d.version == 0 {
					d.version = m.server.commit(d.of, d.id, d.edit)
				}
				m.ends(d.id, nil)
			}
		}
		m.server.sendAll()
		m.check()
	}
	m.sleep(time.Minute)
}

// end checks that every change was made once, and nothing is left of it.
func (m *reloads) end() {
	m.check()
	if got := m.all.Get(m.store).Value; !maps.Equal(got, m.server.state) {
		m.rt.Fatalf("at the end the page shows\n     %v\nwant %v", got, m.server.state)
	}
	for _, d := range m.made {
		if d.version == 0 {
			m.rt.Fatalf("a change has never arrived")
		}
	}
	left, err := m.memory.Open().All(context.Background())
	if n := m.all.Value().Pending(m.store); err != nil || len(left) > 0 || n > 0 {
		m.rt.Fatalf("%d are in the outbox, %d are pending, %v", len(left), n, err)
	}
}
