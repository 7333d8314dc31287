package atom_test

import (
	"errors"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

type register struct {
	N    int
	Rows []tally
}

type tally struct {
	ID string `atom:"key"`
	N  int
}

func registers(ids ...string) register {
	var c register
	for _, id := range ids {
		c.Rows = append(c.Rows, tally{ID: id})
	}
	return c
}

// An entry that was sent is what it said, on whatever comes below it.
func TestAnEntryAsSent(t *testing.T) {
	for _, test := range []struct {
		reason string
		edit   func(*register)
		below  func(*register)
		want   register
		gone   bool
	}{
		{"what it made, not how", func(c *register) { c.N++ }, func(c *register) { c.N = 10 },
			register{N: 1, Rows: registers("a", "b").Rows}, false},
		{"nothing stays nothing", func(c *register) { c.N = 0 }, func(c *register) { c.N = 10 },
			register{N: 10, Rows: registers("a", "b").Rows}, false},
		{"an element wherever it is", func(c *register) { c.Rows[1].N = 7 }, func(c *register) { c.Rows = append(registers("new").Rows, c.Rows...) },
			register{Rows: []tally{{"new", 0}, {"a", 0}, {"b", 7}}}, false},
		{"an element that is gone has no place", func(c *register) { c.Rows[1].N = 7 }, func(c *register) { c.Rows = c.Rows[:1] },
			registers("a"), true},
	} {
		s, a := atom.NewStore(), atom.New(registers("a", "b"))
		e, err := atom.Dispatch(s, a.Edit(test.edit))
		if err != nil {
			t.Fatal(err)
		}
		e.PinPatch(s)
		e.PinPatch(s)
		if err := a.SyncUpdate(s, test.below); err != nil {
			t.Fatal(err)
		}
		if got := a.Get(s); !applyAgain(got, test.want) || e.Live(s) == test.gone {
			t.Errorf("%s: %+v, want %+v; live %v", test.reason, got, test.want, e.Live(s))
		}
		if err := e.Drop(s); errors.Is(err, atom.ErrDropped) != test.gone {
			t.Errorf("%s: dropped: %v", test.reason, err)
		}
		want := registers("a", "b")
		test.below(&want)
		if got := a.Get(s); !applyAgain(got, want) {
			t.Errorf("%s: afterwards %+v, want %+v", test.reason, got, want)
		}
	}
}

func applyAgain(a, b register) bool {
	_, c, err := draft.Update(a, func(draft *register) { *draft = b })
	return err == nil && c.Empty()
}

func TestStatesOfAnEntry(t *testing.T) {
	s, a, other := atom.NewStore(), atom.New(registers("a")), atom.New(100)
	rows := atom.Focus(a, func(c *register) *[]tally { return &c.Rows })
	n := atom.Focus(a, func(c *register) *int { return &c.N })
	add := func(by int) func(*int) { return func(n *int) { *n += by } }
	first, _ := atom.Dispatch(s, n.Edit(add(1)))
	both, err := atom.Dispatch(s, other.Edit(add(5)), n.Edit(add(10)), atom.At(rows, "a").Edit(func(r *tally) { r.N = 3 }))
	if err != nil {
		t.Fatal(err)
	}
	atom.Dispatch(s, n.Edit(add(100)))
	value := func(p any) any {
		switch p := p.(type) {
		case *int:
			return *p
		case *tally:
			return *p
		}
		return p
	}
	expect := func(e *atom.Entry, i int, below, above any) {
		t.Helper()
		if b, a := e.Around(s, i); value(b) != below || value(a) != above {
			t.Errorf("edit %d is between %v and %v, want %v and %v", i, value(b), value(a), below, above)
		}
	}
	expect(first, 0, 0, 1)
	expect(both, 0, 100, 105)
	expect(both, 1, 1, 11)
	expect(both, 2, tally{ID: "a"}, tally{"a", 3})
	if err := first.Drop(s); err != nil {
		t.Fatal(err)
	}
	expect(first, 0, nil, nil)
	expect(both, 1, 0, 10)
	if first.Live(s) || !both.Live(s) {
		t.Error("the first has left, and the other has not")
	}
	if err := both.Succeed(s); err != nil {
		t.Fatal(err)
	}
	expect(both, 1, nil, nil) // folded
}
