package saga_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/saga"
)

// Pages put rows into a table, edit them and remove them, by durable sagas on the table and
// on its rows, while they are closed at any moment, the network comes and goes, answers
// are lost, and changes are refused. A page always shows what it has done itself, or what comes
// after that. In the end the server has made every change once, in the order of the
// outbox where they are about the same thing, or everyone is told that it has
// not, and every page shows what the server has.
func TestOutboxModel(t *testing.T) {
	cases.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		steps := rapid.SliceOfN(modelSteps, 60, 60).Draw(rt, "steps")
		var wrong []string
		synctest.Test(t, func(*testing.T) { wrong = newModel(seed).play(steps) })
		if len(wrong) > 0 {
			rt.Fatalf("%s", strings.Join(wrong, "\n"))
		}
	})
}

// A modelStep is what happens next. The zero step is that nothing does.
type modelStep struct {
	What    string
	On, Row int           // page and row
	Then    time.Duration // passes
}

var modelSteps = rapid.Custom(func(t *rapid.T) modelStep {
	return modelStep{
		What: rapid.SampledFrom([]string{
			"nothing", "set", "set", "set", "put", "put", "put", "remove", "refused set", "refused put", "refused remove",
			"reload", "crash", "cut", "busy", "wait",
		}).Draw(t, "what"),
		On:   rapid.IntRange(0, modelPages-1).Draw(t, "page"),
		Row:  rapid.IntRange(0, modelRowCount-1).Draw(t, "row"),
		Then: time.Duration(rapid.IntRange(0, 5000).Draw(t, "then")) * time.Microsecond,
	}
})

const (
	modelPages    = 3
	modelRowCount = 3
)

// A modelChange is the input of each. Value names it.
type modelChange struct{ Row, Value int }

var (
	modelTable = atom.New(map[int]int{})
	modelRows  = atom.NewFamily(func(row int) *atom.Atom[int] { return atom.Key(modelTable, row) })
)

func wholeTable(modelChange) *atom.Atom[map[int]int] { return modelTable }

var (
	setModelRow = saga.Define("model.set",
		func(in modelChange) *atom.Atom[int] { return modelRows.Of(in.Row) },
		func(in modelChange) saga.Saga[int] {
			return saga.New(
				func(v *int) struct{} { *v = in.Value; return struct{}{} },
				func(ctx context.Context, _ int, _ struct{}) (int, error) {
					return in.Value, sendModelChange(ctx, "set", in)
				},
				func(v *int, answer int) {
					if *v == in.Value {
						*v = answer
					}
				},
			).Timeout(time.Minute)
		})
	putModelRow = saga.Define("model.put", wholeTable, func(in modelChange) saga.Saga[map[int]int] {
		return saga.Update(func(table *map[int]int) { (*table)[in.Row] = in.Value }).
			Effect(func(ctx context.Context, _ map[int]int) error { return sendModelChange(ctx, "put", in) }).Timeout(time.Minute)
	})
	removeModelRow = saga.Define("model.remove", wholeTable, func(in modelChange) saga.Saga[map[int]int] {
		return saga.Update(func(table *map[int]int) { delete(*table, in.Row) }).
			Effect(func(ctx context.Context, _ map[int]int) error { return sendModelChange(ctx, "remove", in) }).Timeout(time.Minute)
	})
)

// run runs a change of the whole table.
func (m *model) run(p *modelPage, what *saga.Definition[modelChange, map[int]int], row int, refused bool) {
	in := m.next(row, refused)
	p.ran(in, what.Run(p.store, in))
}

func (m *model) next(row int, refused bool) modelChange {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.value++
	m.refuse[m.value] = refused
	return modelChange{row, m.value}
}

func (m *model) step(s modelStep) {
	p := m.pages[s.On]
	refused := len(s.What) > 7 && s.What[:7] == "refused"
	switch s.What {
	case "set", "refused set":
		in := m.next(s.Row, refused)
		p.ran(in, setModelRow.Run(p.store, in))
	case "put", "refused put":
		m.run(p, putModelRow, s.Row, refused)
	case "remove", "refused remove":
		m.run(p, removeModelRow, s.Row, refused)
	case "reload", "crash":
		p.close(s.What == "crash")
		m.pages[s.On] = m.open(s.On)
	case "cut":
		m.set(func() { m.down = !m.down })
	case "busy":
		m.set(func() { m.busy = !m.busy })
	case "wait":
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(s.Then)
}

func (m *model) play(steps []modelStep) []string {
	defer saga.Play(m.newID, func(err error) { m.wrong("%v", err) })()
	for n := range m.pages {
		m.pages[n] = m.open(n)
	}
	for _, s := range steps {
		m.step(s)
		m.checkPages()
	}
	m.set(func() { m.down, m.busy = false, false })
	time.Sleep(2 * time.Hour)
	synctest.Wait()
	m.checkPages()
	m.checkEnd()
	for _, p := range m.pages {
		p.close(true)
	}
	time.Sleep(time.Second)
	return m.faults
}

// checkPages checks that each page shows its own last change of a row, or one that comes
// after it in the outbox.
func (m *model) checkPages() {
	synctest.Wait()
	for _, p := range m.pages {
		table := modelTable.Get(p.store)
		m.set(func() {
			for row, own := range p.last() {
				shows, there := table[row]
				if !there || shows == own.Value {
					continue // it may have been removed since
				}
				if last, shown := m.placeOf(own.Value), m.placeOf(shows); shown < last {
					m.wrong("page %d shows %d in row %d, which comes before its own %d: %d, %d", p.number, shows, row, own.Value, shown, last)
				}
			}
		})
	}
}

// checkEnd checks what has come of everything.
func (m *model) checkEnd() {
	records, _ := m.pages[0].All(context.Background())
	aside := map[string]bool{}
	for _, r := range records {
		if aside[r.ID] = r.State == saga.RecordRefused; !aside[r.ID] {
			m.wrong("%v is still in the outbox", r)
		}
	}
	made := map[string]int{}
	for at, id := range m.made {
		made[id]++
		for _, before := range m.made[:at] {
			x, y := m.kept[before], m.kept[id]
			if x.Order > y.Order && y.Order > 0 && x.overlaps(y) {
				m.wrong("the server was sent %d before %d", x.in.Value, y.in.Value)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.kept)) {
		in := m.kept[id].in
		switch {
		case made[id] > 1, m.refuse[in.Value] && made[id] > 0:
			m.wrong("%d was made %d times", in.Value, made[id])
		case made[id] == 0 && !aside[id]:
			m.wrong("%d was not made, and nobody is told", in.Value)
		case made[id] == 1 && aside[id]:
			m.wrong("%d was made, and is set aside", in.Value)
		}
	}
	for _, p := range m.pages {
		if state := saga.OutboxOf(p.store).State().Get(p.store); state.Waiting != 0 || state.Paused || state.Err != "" || len(state.Aside) != len(records) {
			m.wrong("page %d says %d wait, paused %v, %d aside, want %d; %s", p.number, state.Waiting, state.Paused, len(state.Aside), len(records), state.Err)
		}
		if n := modelTable.Pending(p.store); n != 0 {
			m.wrong("page %d has %d pending", p.number, n)
		}
		if table := modelTable.Get(p.store); !maps.Equal(table, m.rows) {
			m.wrong("page %d shows %v, want %v", p.number, table, m.rows)
		}
		for _, c := range p.changes {
			id := c.task.ID()
			if ok := c.task.State() == saga.Succeeded; c.task.State() == saga.Running || ok != (made[id] == 1) {
				m.wrong("page %d says of %d: %v", p.number, c.in.Value, c.task.State())
			}
		}
	}
	if len(m.faults) > 0 {
		for _, p := range m.pages {
			m.faults = append(m.faults, saga.DumpOutbox(p.store))
		}
	}
}

func (k modelRecord) overlaps(other modelRecord) bool {
	return k.whole || other.whole || k.in.Row == other.in.Row
}

// placeOf returns the place of a change in the outbox, by its value.
func (m *model) placeOf(value int) int64 {
	return cmp.Or(m.places[value], 1<<40+int64(value))
}

func (m *model) wrong(format string, args ...any) {
	m.telling.Lock()
	defer m.telling.Unlock()
	m.faults = append(m.faults, fmt.Sprintf(format, args...))
}
