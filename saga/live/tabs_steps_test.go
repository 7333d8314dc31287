package live

import (
	"context"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// make has a tab make a change.
func (m *twoTabs) make(t *tab) {
	in := durableInput{Of: names.Draw(m.rt, "of")}
	if rapid.IntRange(0, 3).Draw(m.rt, "rename") == 0 {
		in.Name = rapid.SampledFrom([]string{"x", "y", "z"}).Draw(m.rt, "name")
	}
	if t.all.Get(t.store).Loaded {
		m.change(t, in)
	}
}

func (m *twoTabs) change(t *tab, in durableInput) (d *durable) {
	d = &durable{of: in.Of, edit: in.edit()}
	m.server.rest(func() {
		task := changeDurably.Run(t.store, in)
		m.server.mu.Lock()
		defer m.server.mu.Unlock()
		d.id = task.ID()
		d.sent = slices.ContainsFunc(m.attempts, func(a *tabAttempt) bool { return a.id == d.id })
		t.own[d.id] = true
		m.made = append(m.made, d)
	})
	return d
}

func (m *twoTabs) which(is func(*durable) bool) (d *durable, ok bool) {
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

func (m *twoTabs) isUnderWay(d *durable) bool {
	return slices.ContainsFunc(m.attempts, func(a *tabAttempt) bool { return a.id == d.id })
}

func (m *twoTabs) arrive() {
	if d, ok := m.which(func(d *durable) bool { return d.sent && d.version == 0 }); ok {
		d.version = m.server.commit(d.of, d.id, d.edit)
	}
}

func (m *twoTabs) answer() {
	if d, ok := m.which(func(d *durable) bool { return m.isUnderWay(d) && d.version > 0 }); ok {
		m.end(nil, func(a *tabAttempt) bool { return a.id == d.id })
	}
}

func (m *twoTabs) steps() map[string]func(*rapid.T) {
	steps := map[string]func(*rapid.T){"": func(*rapid.T) { m.check() }}
	which := func() int { return rapid.IntRange(0, 1).Draw(m.rt, "tab") }
	seconds := func(most int) time.Duration {
		return time.Duration(rapid.IntRange(0, most).Draw(m.rt, "seconds")) * time.Second
	}
	for name, action := range map[string]func(){
		"make":    func() { m.make(m.tabs[which()]) },
		"more":    func() { m.make(m.tabs[which()]) },
		"arrive":  m.arrive,
		"arrives": m.arrive,
		"answer":  m.answer,
		"reload": func() {
			n := which()
			m.close(n)
			m.open(n)
		},
		"others":   func() { m.server.commit(names.Draw(m.rt, "of"), "", edits.Draw(m.rt, "edit")) },
		"send":     func() { m.server.sendOn(m.stream(which())) },
		"send all": m.server.sendAll,
		"cut":      func() { m.server.cutOff(m.stream(which())) },
		"forget":   func() { m.server.kept = m.server.version() },
		"refetch":  func() { t := m.tabs[which()]; t.all.Refresh(t.store) },
		"late":     func() { m.tabs[which()].late.Store(int64(seconds(3))) },
		"slow":     func() { m.server.loading = seconds(2) },
		"think":    func() { m.server.telling = seconds(1) },
		"time":     func() { m.server.sleep(seconds(4)) },
	} {
		steps[name] = func(*rapid.T) {
			action()
			m.server.wait()
		}
	}
	return steps
}

// calm has everything arrive and settle.
func (m *twoTabs) calm() {
	m.server.loading, m.server.telling = 0, 0
	for _, t := range m.tabs {
		t.late.Store(0)
	}
	for range 2*len(m.made) + 10 {
		m.server.sleep(maxBackoff + gapGrace)
		for _, d := range m.made {
			if m.isUnderWay(d) {
				if d.version == 0 {
					d.version = m.server.commit(d.of, d.id, d.edit)
				}
				m.end(nil, func(a *tabAttempt) bool { return a.id == d.id })
			}
		}
		m.server.sendAll()
		m.check()
	}
	m.server.sleep(time.Minute)
}

// over checks that every change was made once, and nothing is left of it.
func (m *twoTabs) over() {
	for _, t := range m.tabs {
		if got := t.all.Get(t.store).Value; !maps.Equal(got, m.server.state) {
			m.rt.Fatalf("at the end tab %d shows\n     %v\nwant %v", t.number, got, m.server.state)
		}
		if n := t.all.Value().Pending(t.store); n > 0 {
			m.rt.Fatalf("at the end tab %d has %d pending", t.number, n)
		}
	}
	for _, d := range m.made {
		if d.version == 0 {
			m.rt.Fatalf("a change has never arrived")
		}
	}
	if left, err := m.memory.Open().All(context.Background()); err != nil || len(left) > 0 {
		m.rt.Fatalf("%d are in the outbox, %v", len(left), err)
	}
}
