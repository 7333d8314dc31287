package fetch_test

import (
	"context"
	"fmt"
	"slices"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/saga"
)

// draw draws a change of a wall.
func (w *wire) draw(x *wall) (m move) {
	w.number++
	m.N, m.Text = w.number, fmt.Sprint("v", w.number)
	m.In = rapid.SampledFrom([]string{"cards", "cards", "cards", "notes", "k", "table", "words", "texts", "pairs", "title"}).Draw(w.T, "in")
	var l []card
	var names []string
	switch m.In {
	case "cards":
		l = x.Cards
	case "notes":
		l = slices.Collect(x.Notes.Values())
	case "k":
		l = x.ByKey["k"]
	case "table":
		l = slices.Collect(x.Table.Values())
	case "words":
		names = x.Words
	case "texts":
		names = slices.Collect(x.Texts.Values())
	case "pairs":
		for _, p := range x.Pairs {
			names = append(names, p.A)
		}
	default:
		return m
	}
	some := func(names []string) string {
		return rapid.SampledFrom(append([]string{""}, names...)).Draw(w.T, "which")
	}
	words := rapid.SampledFrom([]string{"come", "become", "go"})
	if l == nil {
		m.Op, m.Behind = words.Draw(w.T, "op"), some(names)
		return m
	}
	for _, c := range l {
		names = append(names, c.ID)
	}
	m.Op = rapid.SampledFrom([]string{"add", "remove", "remove", "move", "name", "name", "tags", "sub", "add sub", "remove sub"}).Draw(w.T, "op")
	if m.ID = some(names); m.Op == "add" || m.ID == "" {
		m.Op, m.ID = "add", fmt.Sprint("a", w.number)
	}
	switch m.Op {
	case "add", "move":
		m.Behind = some(slices.DeleteFunc(names, func(id string) bool { return id == m.ID }))
	case "tags":
		m.Op, m.Behind = words.Draw(w.T, "op"), some(l[slices.IndexFunc(l, func(c card) bool { return c.ID == m.ID })].Tags)
	}
	return m
}

// overwrites reports whether one of the page's changes that are under way writes what m
// does: which of two is the last one is for the order in which they arrive.
func (w *wire) overwrites(m move) bool {
	return slices.ContainsFunc(w.tasks, func(t *wireTask) bool {
		return t.State() == saga.Running && slices.ContainsFunc(t.moves, func(n move) bool {
			return n.In == m.In && n.ID == m.ID && n.Op == m.Op && (m.Op == "name" || m.Op == "sub" || m.In == "title")
		})
	})
}

func (w *wire) dispatch() {
	if len(w.tasks) > 5 {
		return
	}
	x := wallRoot.Get(w.store)
	m := w.draw(&x)
	if w.overwrites(m) {
		return
	}
	var t *saga.Task
	how := rapid.SampledFrom([]string{"every", "every", "every", "durable", "latest", "leading", "serial", "debounce", "throttle"}).Draw(w.T, "policy")
	retries := rapid.IntRange(0, 2).Draw(w.T, "retries")
	switch onCard := m.In == "cards" && m.ID != "" && m.Op != "add" && m.Op != "remove" && m.Op != "move"; {
	case how == "durable":
		t = changeWall.Run(w.store, m)
	case onCard && rapid.Bool().Draw(w.T, "on the card"):
		send := wiring("/" + m.ID)
		t = saga.Run(w.store, cardByID.Of(m.ID), policy(saga.Update(m.editCard).Effect(func(ctx context.Context, _ card) error { return send(ctx) }), how).Retry(saga.Backoff{Retries: retries}))
	default:
		send := wiring("/wall")
		t = saga.Run(w.store, wallRoot, policy(saga.Update(m.apply).Effect(func(ctx context.Context, _ wall) error { return send(ctx) }), how).Retry(saga.Backoff{Retries: retries}))
	}
	i := slices.IndexFunc(w.tasks, func(x *wireTask) bool { return x.Task == t })
	if i >= 0 && how == "leading" {
		return // it was not run
	}
	if i < 0 {
		i = len(w.tasks)
		w.tasks = append(w.tasks, &wireTask{Task: t, durable: how == "durable"})
	}
	w.tasks[i].moves = append(w.tasks[i].moves, m)
	if w.about[t.ID()] == nil {
		w.about[t.ID()] = map[string]bool{}
	}
	for _, name := range m.abouts() {
		w.about[t.ID()][name] = true
	}
	synctest.Wait()
}

func policy[T any](s saga.Saga[T], how string) saga.Saga[T] {
	switch how {
	case "latest":
		return s.Latest()
	case "leading":
		return s.Leading()
	case "serial":
		return s.Serial()
	case "debounce":
		return s.Debounce(time.Second)
	case "throttle":
		return s.Throttle(time.Second)
	}
	return s
}

func (w *wire) someRequest() *wireRequest {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.requests) == 0 {
		return nil
	}
	return w.requests[rapid.IntRange(0, len(w.requests)-1).Draw(w.T, "request")]
}

// deliver has a request arrive and be answered.
func (w *wire) deliver() {
	if q := w.someRequest(); q != nil {
		if q.status == 0 {
			w.arrive(q)
		}
		w.answer(q, q.status)
	}
}

// half has a request arrive, and not be answered yet.
func (w *wire) half() {
	if q := w.someRequest(); q != nil && q.status == 0 && w.live {
		w.arrive(q)
	}
}

func (w *wire) refuse() {
	if q := w.someRequest(); q != nil && q.status == 0 && !w.done[q.Header["Idempotency-Key"]] {
		w.answer(q, rapid.SampledFrom([]int{400, 403, 409, 422}).Draw(w.T, "refusal"))
	}
}

// lose loses a request, or, of those that are made up for, its answer.
func (w *wire) lose() {
	if q := w.someRequest(); q != nil && (q.status == 0 || w.live) {
		w.answer(q, 0)
	}
}

func (w *wire) cancel() {
	if len(w.tasks) > 0 {
		w.tasks[rapid.IntRange(0, len(w.tasks)-1).Draw(w.T, "task")].Cancel()
		synctest.Wait()
	}
}

func (w *wire) othersChange() {
	x := w.wallOf(w.doc)
	w.draw(&x).apply(&x)
	w.commit(&x, "")
	w.others = w.others || !w.live
}

func (w *wire) reload() {
	w.close()
	w.open()
	w.others = !w.live // what is made again may be there already
}

func (w *wire) pass(most int) {
	time.Sleep(time.Duration(rapid.IntRange(0, most).Draw(w.T, "ms")) * time.Millisecond)
	synctest.Wait()
}
