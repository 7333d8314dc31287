package saga_test

import (
	"errors"
	"slices"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/history"
)

// leave tells the oracle that a task was dropped.
func (m *machine) leave(r *running) {
	m.sides[0].law.Settle(r.k, false)
	m.end(r)
}

func (m *machine) end(r *running) {
	m.runs = slices.DeleteFunc(m.runs, func(other *running) bool { return other == r })
	m.ended = append(m.ended, r)
}

// pick returns one of the running tasks whose effect has begun, nil when there
// is none.
func (m *machine) pick() *running {
	var begun []*running
	for _, r := range m.runs {
		if !r.task.Waiting() {
			begun = append(begun, r)
		}
	}
	if len(begun) == 0 {
		return nil
	}
	return rapid.SampledFrom(begun).Draw(m.t, "task")
}

func (m *machine) settle() {
	if r := m.pick(); r != nil {
		m.settles(r, rapid.Bool().Draw(m.t, "ok"))
	}
}

// settles has the effect work, or fail.
func (m *machine) settles(r *running, ok bool) {
	if !ok {
		m.effects.Of(r.task).Fail(errServer)
		if r.retries > 0 {
			r.retries--
			return
		}
		m.leave(r)
		return
	}
	m.effects.Of(r.task).Succeed()
	m.sides[0].law.Settle(r.k, true)
	if made := r.post == nil || r.post(); made != (r.task.PostErr() == nil) {
		m.t.Fatalf("the post-effect: %v", r.task.PostErr())
	}
	m.end(r)
}

// cancel takes one back, from outside or in its effect.
func (m *machine) cancel() {
	if len(m.runs) == 0 {
		return
	}
	r := rapid.SampledFrom(m.runs).Draw(m.t, "task")
	if !r.task.Waiting() && rapid.Bool().Draw(m.t, "in the effect") {
		m.effects.Of(r.task).Release()
		synctest.Wait()
	} else {
		r.task.Cancel()
	}
	m.leave(r)
}

// send has an effect ask for the patch to be sent.
func (m *machine) send() {
	r := m.pick()
	if r == nil {
		return
	}
	if r.several || !m.sides[0].law.Sendable(r.k) {
		return
	}
	if _, err := r.task.PinPatch(); err == nil {
		m.sides[0].law.Send(r.k)
	} else if len(r.changes) == 1 || !errors.Is(err, draft.ErrPath) {
		m.t.Fatal(err)
	}
}

// again runs something that has ended once more.
func (m *machine) again() {
	if len(m.ended) == 0 {
		return
	}
	old := rapid.SampledFrom(m.ended[max(0, len(m.ended)-4):]).Draw(m.t, "ended")
	if rapid.Bool().Draw(m.t, "dismissed") {
		old.task.Dismiss()
	}
	r := &running{on: old.on, key: old.key, policy: old.policy, timeout: old.timeout, post: old.post, several: old.several}
	r.changes = []map[*history.Law]history.Change{{}}
	for _, changes := range old.changes {
		for law, change := range changes {
			before := r.changes[0][law]
			r.changes[0][law] = func(s *history.State) bool { return (before == nil || before(s)) && change(s) }
		}
	}
	r.retries = old.task.Retries()
	m.enter(r, old.task.Retry)
}

func (m *machine) write() {
	at, op := m.side(), operations.Draw(m.t, "operation")
	m.writeTo(m.store, at, op)
}

func (m *machine) writeTo(w atom.Writer, at *side, op history.Operation) {
	where := m.part(op)
	var err error
	switch {
	case where == onItem:
		err = at.itemByID.Of(op.ID).Update(w, op.ApplyItem)
	case where == onMeta && rapid.Bool().Draw(m.t, "set"):
		to := history.Meta{N: op.By, Title: op.Title}
		m.must(at.meta.Set(w, to))
		at.law.Plain(history.Always(func(s *history.State) { s.Meta = to }))
		return
	case where == onMeta:
		err = at.meta.Update(w, op.ApplyMeta)
	default:
		err = at.root.Update(w, once(op))
	}
	if made := at.law.Plain(where.of(op)); made != (err == nil) || err != nil && !errors.Is(err, atom.ErrMissing) {
		m.t.Fatalf("the write: %v", err)
	}
}

func (m *machine) server() { m.serverTo(m.store) }

func (m *machine) serverTo(w atom.Writer) {
	at, op := m.side(), operations.Draw(m.t, "operation")
	m.must(at.root.SyncUpdate(w, once(op)))
	at.law.Server(once(op))
}

func (m *machine) refetch() {
	at := m.side()
	if id := ids.Draw(m.t, "id"); rapid.Bool().Draw(m.t, "of one item") {
		it := history.Item{ID: id, Name: "refetched"}
		if err := at.itemByID.Of(id).Sync(m.store, it); at.law.Base.Has(id) != (err == nil) {
			m.t.Fatalf("the server's %s: %v", id, err)
		}
		at.law.Server(func(s *history.State) { history.OfItem(id, func(to *history.Item) { *to = it })(s) })
		return
	}
	items := drawItems(m.t)
	m.must(at.items.Sync(m.store, items))
	at.law.Server(func(s *history.State) { s.Items = slices.Clone(items) })
}

// batch makes several writes, and the server's, at once.
func (m *machine) batch() {
	m.store.Batch(func(b *atom.Batch) {
		for range rapid.IntRange(2, 4).Draw(m.t, "writes") {
			if rapid.IntRange(0, 3).Draw(m.t, "whose") == 0 {
				m.serverTo(b)
			} else {
				m.writeTo(b, m.side(), operations.Draw(m.t, "operation"))
			}
		}
	})
}

// elapse lets time pass: bursts become due, retries begin, effects time out.
func (m *machine) elapse() {
	time.Sleep(time.Duration(rapid.SampledFrom([]int{1, 4, 6, 11, 25}).Draw(m.t, "ms")) * time.Millisecond)
}
