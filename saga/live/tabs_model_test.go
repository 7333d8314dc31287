package live

import (
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A twoTabs value draws what can happen to durable changes in two tabs, which hear of each other
// late: what is loaded, and what the stream brings, may have a change before its record
// is heard of. It knows only the Law, for each tab: what shows is what the server had at the
// tab's position, then the changes that are not in that, in the order in which they were
// made: the tab's own, and those that it has heard of, each once.
type twoTabs struct {
	rt     *rapid.T
	server *server
	first  *page // of the program, for what it defines
	memory *outbox.Memory
	tabs   [2]*tab
	made   []*durable // in order

	attempts []*tabAttempt // that are under way; guarded by the server's lock
}

// A tab is one, with the outbox as it sees it.
type tab struct {
	*page
	*outbox.Page
	number int
	own    map[string]bool // the changes that it has made
	late   atomic.Int64    // what it tells the other
	closed chan struct{}
	out    chan tabLetter
	keep   func()
}

type tabLetter struct {
	text []byte
	due  time.Time
}

type tabAttempt struct {
	id     string
	in     *atom.Store
	answer chan error
}

// Tell tells the other tab, in order.
func (t *tab) Tell(text []byte) {
	t.out <- tabLetter{text, time.Now().Add(time.Duration(t.late.Load()))}
}

func (t *tab) post() {
	for {
		select {
		case l := <-t.out:
			time.Sleep(time.Until(l.due))
			t.Page.Tell(l.text) // unless it is closed
		case <-t.closed:
			return
		}
	}
}

func (m *twoTabs) thing(id string) *atom.Atom[thing] { return m.first.byID.Of(id) }

func (m *twoTabs) attempt(task *saga.Task) error {
	a := &tabAttempt{task.ID(), task.Store(), make(chan error, 1)}
	m.server.mu.Lock()
	m.attempts = append(m.attempts, a)
	for _, d := range m.made {
		d.sent = d.sent || d.id == a.id
	}
	m.server.mu.Unlock()
	return <-a.answer
}

// end ends the attempts that a condition is true of.
func (m *twoTabs) end(err error, which func(*tabAttempt) bool) {
	m.attempts = slices.DeleteFunc(m.attempts, func(a *tabAttempt) bool {
		is := which(a)
		if is {
			a.answer <- err
		}
		return is
	})
	m.server.wait()
}

func (m *twoTabs) open(number int) {
	follow := m.server.follow
	if number > 0 {
		follow = m.server.followSecond
	}
	t := &tab{
		page: m.first.openAs(follow), Page: m.memory.Open(), number: number, own: map[string]bool{},
		closed: make(chan struct{}), out: make(chan tabLetter, 10_000),
	}
	m.tabs[number] = t
	go t.post()
	t.keep = saga.UseOutbox(t.store, t, func(r atom.Reader) bool { return t.all.Get(r).Loaded })
	t.wait()
}

func (m *twoTabs) close(number int) {
	t := m.tabs[number]
	t.Page.Close()
	close(t.closed)
	t.keep()
	m.end(errPageGone, func(a *tabAttempt) bool { return a.in == t.store })
	t.stop()
}

func (m *twoTabs) stream(number int) *connection {
	if number > 0 {
		return m.server.second
	}
	return m.server.open
}

// check looks at every tab.
func (m *twoTabs) check() {
	for _, t := range m.tabs {
		if !t.session().isLoaded() {
			continue
		}
		at := t.session().position().version
		var others []*durable // that it may have heard of, or not
		for _, d := range m.made {
			if !t.own[d.id] && !m.isIn(at, d) {
				others = append(others, d)
			}
		}
		got := t.all.Get(t.store).Value
		if !m.shows(t, at, others, map[*durable]bool{}, got) {
			m.rt.Fatalf("tab %d at %d shows\n     %v\nwhich is neither %v nor what others have made besides", t.number, at, got, m.law(t, at, nil))
		}
	}
}

func (m *twoTabs) isIn(at int64, d *durable) bool { return d.version > 0 && d.version <= at }

// shows reports whether a tab shows what it ought to if it has heard of those, and of any of others.
func (m *twoTabs) shows(t *tab, at int64, others []*durable, heard map[*durable]bool, got things) bool {
	if maps.Equal(got, m.law(t, at, heard)) {
		return true
	}
	if len(others) == 0 {
		return false
	}
	with := maps.Clone(heard)
	with[others[0]] = true
	return m.shows(t, at, others[1:], heard, got) || m.shows(t, at, others[1:], with, got)
}

func (m *twoTabs) law(t *tab, at int64, heard map[*durable]bool) things {
	want := maps.Clone(m.server.states[at])
	for _, d := range m.made {
		if !m.isIn(at, d) && (t.own[d.id] || heard[d]) {
			x := want[d.of]
			d.edit(&x)
			want[d.of] = x
		}
	}
	return want
}

func openTabs(t fataler) *twoTabs {
	m := &twoTabs{server: newServer(t), memory: outbox.NewMemory()}
	m.first = openPage(t, m.server)
	opened = m
	for n := range m.tabs {
		m.open(n)
	}
	return m
}

func (m *twoTabs) closeAll() {
	for n := range m.tabs {
		m.close(n)
	}
	m.first.stop()
	m.server.sleep(2 * time.Hour)
}

// What the base has already when another tab's change is heard of is not shown on top of it:
// the event that brought it is known, and about what a load has brought the server is asked.
func TestAChangeThatIsHeardOfLateShowsOnce(t *testing.T) {
	for _, by := range []string{"an event", "a load", "nothing"} {
		t.Run(by, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := openTabs(t)
				defer m.closeAll()
				first, second := m.tabs[0], m.tabs[1]
				m.server.sleep(time.Second)
				first.late.Store(int64(3 * time.Second))
				d := m.change(first, durableInput{Of: "a"})
				if by != "nothing" {
					m.server.commit("a", d.id, increment)
				}
				switch by {
				case "an event":
					m.server.sendOn(m.server.second)
					m.server.down = true // it need not be asked
				case "a load":
					second.all.Refresh(second.store)
				}
				before := map[string]int{"nothing": 0}
				if by != "nothing" {
					before[by] = 1
				}
				second.shows(thing{before[by], "a"}, "before it is heard of")
				m.server.sleep(3 * time.Second)
				if waiting := saga.OutboxOf(second.store).State().Get(second.store).Waiting; waiting != 1-before[by] {
					t.Errorf("%d wait in the other tab", waiting)
				}
				second.shows(thing{1, "a"}, "when it is")
				if m.server.down = false; by == "nothing" {
					m.server.commit("a", d.id, increment)
				}
				m.end(nil, func(*tabAttempt) bool { return true })
				m.server.sendAll()
				m.server.sleep(time.Minute)
				second.shows(thing{1, "a"}, "when it is done")
			})
		})
	}
}

// TestEveryTabShowsTheLaw checks the Law in two tabs after every step.
func TestEveryTabShowsTheLaw(t *testing.T) {
	inBubbles(t, func(rt *rapid.T) {
		m := openTabs(rt)
		m.rt = rt
		defer m.closeAll()
		rt.Repeat(m.steps())
		m.calm()
		m.over()
	})
}
