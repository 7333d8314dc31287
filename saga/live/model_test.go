package live

import (
	"fmt"
	"maps"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/saga"
)

// A model draws what can happen between a page and its server: commits of others
// and of the page's own, events that are sent, lost with the stream, doubled and
// early, loads that take their time, answers that come, fail or are lost, pages
// that are hidden and offline. It knows only the Law: what shows is what the
// server had at the page's position, then the changes that wait, in the order of dispatch.
type model struct {
	*page
	rt *rapid.T
}

var edits = rapid.Custom(func(t *rapid.T) func(*thing) {
	if rapid.Bool().Draw(t, "count") {
		return increment
	}
	return rename(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "name"))
})

var names = rapid.SampledFrom([]string{"a", "b"})

func (m *model) dispatch() {
	m.run(names.Draw(m.rt, "id"), edits.Draw(m.rt, "edit"))
}

// which draws one of the page's changes that a condition is true of.
func (m *model) which(is func(*request) bool) (r *request, ok bool) {
	var some []*request
	for _, r := range m.requests {
		if is(r) {
			some = append(some, r)
		}
	}
	if len(some) == 0 {
		return nil, false
	}
	return rapid.SampledFrom(some).Draw(m.rt, "change"), true
}

func (m *model) arrive() {
	r, ok := m.which(func(r *request) bool {
		return r.version == 0 && r.task.State() != saga.Failed && r.task.State() != saga.Cancelled
	})
	if ok && !m.server.down {
		r.arrives()
	}
}

// answer ends an effect: with success only if the server has done it; and what it
// has done may still look like a failure.
func (m *model) answer() {
	if r, ok := m.which(func(r *request) bool { return r.task.State() == saga.Running }); ok {
		if r.version > 0 && rapid.Bool().Draw(m.rt, "works") {
			r.answered(nil)
		} else {
			r.answered(errDown)
		}
	}
}

func (m *model) cancel() {
	if r, ok := m.which(func(r *request) bool { return r.task.State() == saga.Running }); ok {
		r.task.Cancel()
	}
}

func (m *model) others() { m.server.commit(names.Draw(m.rt, "id"), "", edits.Draw(m.rt, "edit")) }

func (m *model) push() {
	if n := len(m.server.log); n > 0 {
		e := m.server.log[rapid.IntRange(0, n-1).Draw(m.rt, "event")]
		if rapid.IntRange(0, 4).Draw(m.rt, "without patch") == 0 {
			e.Patch = nil
		}
		m.deliver(e)
	}
}

func (m *model) lose() {
	if m.server.open != nil && m.server.open.next < m.server.version() {
		m.server.open.next++
	}
}

// law is what must show: the changes on what the server had.
func (m *model) law() things {
	at := m.session().position().version
	want := maps.Clone(m.server.states[at])
	for _, r := range m.requests {
		contained := r.version > 0 && r.version <= at
		over := r.task.State() == saga.Failed || r.task.State() == saga.Cancelled
		if !contained && !over {
			x := want[r.id]
			r.edit(&x)
			want[r.id] = x
		}
	}
	return want
}

func (m *model) check() {
	if got, want := m.all.Get(m.store).Value, m.law(); !maps.Equal(got, want) {
		m.rt.Fatalf("at %v the page shows\n     %v\nwant %v", m.session().position(), got, want)
	}
	for _, r := range m.requests {
		contained := r.version > 0 && r.version <= m.session().position().version
		if state := r.task.State(); state == saga.Conflict {
			m.rt.Fatalf("a change ended as %s: %v", state, r.task.Err())
		}
		if waits := saga.Unconfirmed(m.store, m.all.Value())[r.task.ID()] != nil; waits && contained {
			m.rt.Fatalf("a change waits that the base contains")
		}
	}
}

// calm has everything arrive and settle.
func (m *model) calm() {
	m.server.down, m.server.loading = false, 0
	m.look(true, true)
	for _, r := range m.requests {
		if r.task.State() == saga.Running {
			if r.version > 0 {
				r.answered(nil)
			} else {
				r.answered(errDown)
			}
		}
	}
	for range 10 {
		m.sleep(maxBackoff + gapGrace)
		m.server.sendAll()
	}
}

// TestEveryHistoryShowsTheLaw checks the Law after every step of histories that
// rapid draws: 100 of them, or as many as -rapid.checks says.
func TestEveryHistoryShowsTheLaw(t *testing.T) {
	inBubbles(t, func(rt *rapid.T) {
		m := &model{page: newPage(rt), rt: rt}
		defer m.stop()
		rt.Repeat(m.steps())
		m.calm()
		m.check()
		m.end()
	})
}

// inBubbles has rapid draw histories, each by a clock of its own.
func inBubbles(t *testing.T, history func(*rapid.T)) {
	cases.Check(t, func(rt *rapid.T) {
		var failure any
		synctest.Test(t, func(*testing.T) {
			defer func() { failure = recover() }()
			history(rt)
		})
		tellRapid(failure)
	})
}

// tellRapid panics again with what was recovered in a bubble: it is how rapid learns
// of a failure, and that there is nothing more to draw. Each has a line of its own,
// by which rapid knows one from the other when it looks for the shortest history.
func tellRapid(failure any) {
	switch {
	case failure == nil:
	case reflect.TypeOf(failure).Name() == "invalidData":
		panic(failure)
	default:
		panic(failure)
	}
}

func (m *model) steps() map[string]func(*rapid.T) {
	steps := map[string]func(*rapid.T){"": func(*rapid.T) { m.check() }}
	for name, action := range map[string]func(){
		"dispatch": m.dispatch,
		"arrive":   m.arrive,
		"answer":   m.answer,
		"cancel":   m.cancel,
		"others":   m.others,
		"send":     func() { m.server.send() },
		"send all": m.server.sendAll,
		"push":     m.push,
		"lose":     m.lose,
		"cut":      m.server.cut,
		"forget":   func() { m.server.kept = m.server.version() },
		"down":     func() { m.server.down = !m.server.down; m.server.cut() },
		"refetch":  func() { m.all.Refresh(m.store) },
		"slow":     func() { m.server.loading = m.seconds(5) },
		"time":     func() { m.sleep(m.seconds(8)) },
		"look":     func() { m.look(rapid.Bool().Draw(m.rt, "seen"), rapid.Bool().Draw(m.rt, "online")) },
	} {
		steps[name] = func(*rapid.T) {
			action()
			m.wait()
		}
	}
	return steps
}

func (m *model) seconds(most int) time.Duration {
	return time.Duration(rapid.IntRange(0, most).Draw(m.rt, "seconds")) * time.Second
}

// end checks that the page has come to rest, on what the server has.
func (m *model) end() {
	if got := m.all.Get(m.store).Value; !maps.Equal(got, m.server.state) {
		m.rt.Fatalf("at the end the page shows\n     %v\nwant %v", got, m.server.state)
	}
	if n, waiting := m.all.Value().Pending(m.store), saga.Unconfirmed(m.store, m.all.Value()); n != 0 || len(waiting) != 0 {
		m.rt.Fatalf("%d entries are pending, %d wait for a base", n, len(waiting))
	}
	// With another base under it, an entry that is left would show.
	err := m.all.Value().SyncFunc(m.store, func(things) (things, error) { return things{"a": {N: 100}}, nil })
	if got := fmt.Sprint(m.all.Get(m.store).Value); err != nil || got != "map[a:{100 }]" {
		m.rt.Fatalf("an entry is left: %s, %v", got, err)
	}
}
