package atom_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/cases"
)

// A logModel draws histories of the log itself: entries on one root or two, with edits
// whose targets overlap or not, which end in every way there is; bases from outside,
// which contain some of them. It compares with the Law after each event, and states
// in the middle only now and then, for to ask for them is to have them made.
type logModel struct {
	*rapid.T
	store *atom.Store
	roots [2]modelRoot
	live  []*modelEntry
	seen  []func() // compare what a watcher has seen last with what is there
}

// A modelEntry is an entry, and what the Law has of it.
type modelEntry struct {
	entry *atom.Entry
	state string // pending, awaiting, succeeded
	moves []*move
}

// A move is an edit, twice: as one of an atom, and as what the Law makes of it.
type move struct {
	rootIndex    int
	target       editTarget
	does         string
	edit         *atom.Edit
	make         func(*plain) bool // false: it cannot be made
	below, above string            // what editTarget.look has returned last
	led          led               // of a target that is a counter, the last time
	sent         *led              // what is made again in place of the edit
}

// led is what a move has made of a counter.
type led struct{ was, is counterValue }

func (e *modelEntry) String() string { return fmt.Sprint(e.moves, e.state) }

func (m *move) String() string { return fmt.Sprintf("%d%s %s", m.rootIndex, m.target.name, m.does) }

// pass folds what is live on a root, and returns those that could not be applied.
func (y *logModel) pass(rootIndex int) (conflicts []*modelEntry) {
	d := &y.roots[rootIndex]
	now := d.base.clone()
	d.over = slices.DeleteFunc(d.over, func(e *modelEntry) bool {
		next := now.clone()
		for _, m := range e.moves {
			if m.rootIndex == rootIndex && !m.make(next) {
				conflicts = append(conflicts, e)
				return true
			}
		}
		for _, m := range e.moves {
			if m.rootIndex == rootIndex {
				m.below, m.above = m.target.look(now), m.target.look(next)
			}
		}
		now = next
		return false
	})
	d.visible = now
	return conflicts
}

// takeOut has entries leave, and those that cannot be applied without them.
func (y *logModel) takeOut(leaving ...*modelEntry) {
	for len(leaving) > 0 {
		e := leaving[0]
		leaving = leaving[1:]
		e.state = "gone"
		for _, i := range e.roots() {
			d := &y.roots[i]
			if at := slices.Index(d.over, e); at >= 0 {
				d.over = slices.Delete(d.over, at, at+1)
				leaving = append(leaving, y.pass(i)...)
			}
		}
	}
}

// fold moves what has succeeded, and is the oldest wherever it is, into the base.
func (y *logModel) fold() {
	for _, e := range y.live {
		if e.state != "succeeded" || slices.ContainsFunc(y.roots[:], func(d modelRoot) bool { return slices.Index(d.over, e) > 0 }) {
			continue
		}
		e.state = "gone"
		for i := range y.roots {
			if d := &y.roots[i]; slices.Contains(d.over, e) {
				for _, m := range e.moves {
					if m.rootIndex == i && !m.make(d.base) {
						y.Fatalf("%v is folded, and cannot be made", m)
					}
				}
				d.over = d.over[1:]
			}
		}
	}
	y.live = slices.DeleteFunc(y.live, func(e *modelEntry) bool { return e.state == "gone" })
}

// roots are the indexes of the roots where an entry has edits, in their order.
func (e *modelEntry) roots() (all []int) {
	for _, m := range e.moves {
		if !slices.Contains(all, m.rootIndex) {
			all = append(all, m.rootIndex)
		}
	}
	return all
}

func (y *logModel) dispatch() {
	e := &modelEntry{state: "pending"}
	var edits []*atom.Edit
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(y.T, "edits") {
		m := y.move()
		e.moves, edits = append(e.moves, m), append(edits, m.edit)
	}
	y.Log("dispatch", e.moves)
	fits := true
	for i, d := range y.roots {
		now := d.visible.clone()
		for _, m := range e.moves {
			fits = fits && (m.rootIndex != i || m.make(now))
		}
	}
	err := errors.New("it has ended the goroutine")
	y.apart(func() { e.entry, err = atom.Dispatch(y.store, edits...) })
	if fits != (err == nil) {
		y.Fatalf("the Law says %v: %v", fits, err)
	}
	if !fits {
		return
	}
	y.live = append(y.live, e)
	for _, i := range e.roots() {
		y.roots[i].over = append(y.roots[i].over, e)
		y.pass(i)
	}
}

// apart runs f on a goroutine that an update may end.
func (y *logModel) apart(f func()) {
	var reason any
	apart(func() { reason = panicOf(f) })
	if reason != nil {
		panic(reason)
	}
}

// states asks for what is below and above an entry.
func (y *logModel) states() {
	e := y.pick()
	for i, m := range e.moves {
		below, above := "null", "null"
		if slices.Contains(y.roots[m.rootIndex].over, e) {
			below, above = m.below, m.above
		}
		b, a := e.entry.Around(y.store, i)
		if asJSON(b) != below || asJSON(a) != above {
			y.Fatalf("%v leads\nfrom %s\n  to %s, want\nfrom %s\n  to %s", m, asJSON(b), asJSON(a), below, above)
		}
	}
}

func (y *logModel) check() {
	y.fold()
	for i := range y.roots {
		d := &y.roots[i]
		if got, want := asJSON(d.root.Get(y.store)), asJSON(d.visible); got != want {
			y.Fatalf("root %d shows\n     %s\nwant %s", i, got, want)
		}
		pending := 0
		for _, e := range d.over {
			if !e.entry.Live(y.store) {
				y.Fatalf("%v has left", e.moves)
			}
			if e.state == "pending" {
				pending++
			}
		}
		if n := d.root.Pending(y.store); n != pending {
			y.Fatalf("on root %d %d are pending, want %d", i, n, pending)
		}
	}
	for _, compare := range y.seen {
		compare()
	}
	y.must(atom.Sane(y.store))
}

func (y *logModel) must(err error) {
	if err != nil {
		y.Fatal(err)
	}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestEveryLogShowsTheLaw checks the Law after every event of histories that rapid
// draws: 100 of them, or as many as -rapid.checks says.
func TestEveryLogShowsTheLaw(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		y := newLogModel(t)
		steps := map[string]func(*rapid.T){}
		for name, step := range map[string]func(){
			"": y.check, "dispatch": y.dispatch, "dispatch 2": y.dispatch, "dispatch 3": y.dispatch, "drop": y.drop, "drop 2": y.drop,
			"succeed": y.succeed, "await": y.await, "as sent": y.asSent, "sync": y.sync, "states": y.states,
		} {
			steps[name] = func(*rapid.T) { step() }
		}
		t.Repeat(steps)
		for len(y.live) > 0 {
			y.drop()
			y.check()
		}
	})
}
