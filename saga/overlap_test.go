package saga_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// A policied is a policy under any key, for sagas on a board and on its cards.
type policied struct {
	name  string
	board func(saga.Saga[doc], ...any) saga.Saga[doc]
	card  func(saga.Saga[row], ...any) saga.Saga[row]
}

var allPolicies = []policied{
	{"Latest", saga.Saga[doc].Latest, saga.Saga[row].Latest},
	{"Leading", saga.Saga[doc].Leading, saga.Saga[row].Leading},
	{"Serial", saga.Saga[doc].Serial, saga.Saga[row].Serial},
	{"Debounce",
		func(s saga.Saga[doc], key ...any) saga.Saga[doc] { return s.Debounce(time.Second, key...) },
		func(s saga.Saga[row], key ...any) saga.Saga[row] { return s.Debounce(time.Second, key...) }},
	{"Throttle",
		func(s saga.Saga[doc], key ...any) saga.Saga[doc] { return s.Throttle(time.Second, key...) },
		func(s saga.Saga[row], key ...any) saga.Saga[row] { return s.Throttle(time.Second, key...) }},
}

// A boards value runs sagas on a board of cards x and y under one policy, and holds their
// effects.
type boards struct {
	*testing.T
	policied
	store   *atom.Store
	board   *atom.Atom[doc]
	effects *sagatest.Effects
}

func eachPolicy(t *testing.T, f func(*boards)) {
	for _, p := range allPolicies {
		t.Run(p.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &boards{T: t, policied: p, store: atom.NewStore(), board: atom.New(list("x", "y", "z"))}
				d.effects = sagatest.Hold(d.store)
				f(d)
				for _, task := range saga.Tasks().Get(d.store).Running {
					task.Cancel()
				}
				time.Sleep(time.Hour)
				if n := saga.Lanes(d.store); n != 0 {
					t.Errorf("%d lanes are left", n)
				}
			})
		})
	}
}

func (d *boards) onBoard(mark string, key ...any) *saga.Task {
	return saga.Run(d.store, d.board, d.policied.board(saga.Update(func(b *doc) { b.Title += mark }).
		Effect(func(context.Context, doc) error { return nil }), key...))
}

func (d *boards) onCard(id, mark string, key ...any) *saga.Task {
	return saga.Run(d.store, rowOf(d.board, id), d.card(saga.Update(func(r *row) { r.Name += mark }).
		Effect(func(context.Context, row) error { return nil }), key...))
}

// begun looks which effects have begun, once no policy asks for more time: a + for each
// that has to, a - for one that has to wait.
func (d *boards) begun(want string, tasks ...*saga.Task) {
	d.Helper()
	time.Sleep(2 * time.Second)
	synctest.Wait()
	got := ""
	for _, task := range tasks {
		switch {
		case task.State() != saga.Running:
			got += string(task.State())
		case task.Waiting():
			got += "-"
		default:
			got += "+"
		}
	}
	if got != want {
		d.Errorf("begun %s, want %s", got, want)
	}
}

// A change of a part waits for every earlier one of the whole, and one of the whole
// for every earlier one of a part; cards do not wait for each other. Nothing is
// superseded, left out or joined that is not about the same.
func TestOnABoardAndItsCardsEffectsWaitForWhatOverlaps(t *testing.T) {
	eachPolicy(t, func(d *boards) {
		x, y := d.onCard("x", "1", "all"), d.onCard("y", "1", "all")
		board := d.onBoard("2", "all")
		z := d.onCard("z", "3", "all")
		expect(d.T, d.store, d.board, doc{Title: "2", Rows: []row{{"x", "x1"}, {"y", "y1"}, {"z", "z3"}}})
		d.begun("++--", x, y, board, z)

		d.effects.Of(y).Succeed()
		d.begun("+--", x, board, z)
		d.effects.Of(x).Fail(errServer)
		d.begun("+-", board, z)
		expect(d.T, d.store, d.board, doc{Title: "2", Rows: []row{{"x", "x"}, {"y", "y1"}, {"z", "z3"}}})
		d.effects.Of(board).Succeed()
		d.begun("+", z)
		d.effects.Of(z).Succeed()
		expect(d.T, d.store, d.board, doc{Title: "2", Rows: []row{{"x", "x"}, {"y", "y1"}, {"z", "z3"}}})
	})
}

// What is superseded, or stood for, is what is on the same card, whatever was run on the
// board meanwhile.
func TestLatestAndLeadingAreAboutTheSameAtom(t *testing.T) {
	eachPolicy(t, func(d *boards) {
		x1, board, x3 := d.onCard("x", "1"), d.onBoard("2"), d.onCard("x", "3")
		switch d.name {
		case "Latest":
			d.begun("superseded+-", x1, board, x3)
			x4 := d.onCard("x", "4")
			d.begun("superseded+superseded-", x1, board, x3, x4)
			d.effects.Of(board).Succeed()
			d.begun("+", x4)
			expect(d.T, d.store, d.board, doc{Title: "2", Rows: []row{{"x", "x4"}, {"y", "y"}, {"z", "z"}}})
		case "Leading":
			if x3 != x1 || d.onBoard("4") != board {
				d.Error("the one that runs, or waits, stands for it")
			}
			expect(d.T, d.store, d.board, doc{Title: "2", Rows: []row{{"x", "x1"}, {"y", "y"}, {"z", "z"}}})
		}
	})
}

func TestWhatIsCancelledInFrontIsWaitedForNoMore(t *testing.T) {
	eachPolicy(t, func(d *boards) {
		x, board, y := d.onCard("x", "1"), d.onBoard("2"), d.onCard("y", "3")
		d.begun("+--", x, board, y)
		board.Cancel()
		d.begun("++", x, y)
	})
}

func TestAnotherKeyIsNoReasonToWait(t *testing.T) {
	eachPolicy(t, func(d *boards) {
		d.begun("+++", d.onBoard("1", "a"), d.onCard("x", "2", "b"), d.onCard("x", "3"))
	})
}

// What would join a task in front of one that overlaps would be sent before it.
func TestABurstIsClosedByWhatOverlaps(t *testing.T) {
	eachPolicy(t, func(d *boards) {
		if d.name != "Debounce" && d.name != "Throttle" {
			return
		}
		d.onBoard("0")
		first := d.onCard("x", "1")
		if d.onCard("x", "2") != first {
			d.Error("it must join")
		}
		d.onCard("y", "3")
		if d.onCard("x", "4") != first {
			d.Error("another card is no reason not to join")
		}
		board := d.onBoard("5")
		second := d.onCard("x", "6")
		if second == first || d.onCard("x", "7") != second || d.onBoard("8") == board {
			d.Error("what overlaps was run in between")
		}
		if got := d.board.Get(d.store); got.Title != "058" || got.Rows[0].Name != "x12467" {
			d.Errorf("%+v", got)
		}
	})
}

func TestAScopeIsNotTiedToAnAtom(t *testing.T) {
	eachPolicy(t, func(d *boards) {
		other := atom.New(list("x"))
		here := d.onCard("x", "1", saga.Scope("sync"), "key")
		d.board, other = other, d.board
		elsewhere := d.onBoard("2", saga.Scope("sync"), "key")
		apart := d.onBoard("3", saga.Scope("another"), "key")
		d.begun("")
		switch d.name {
		case "Latest":
			if here.State() != saga.Superseded || other.Get(d.store).Rows[0].Name != "x" {
				d.Errorf("the first is %v", here.State())
			}
			d.begun("++", elsewhere, apart)
		case "Leading":
			if elsewhere != here || d.board.Get(d.store).Title != "3" {
				d.Errorf("the second is another task, the title %q", d.board.Get(d.store).Title)
			}
		default:
			if elsewhere == here {
				d.Error("changes of two atoms cannot be one")
			}
			d.begun("+-+", here, elsewhere, apart)
			d.effects.Of(here).Succeed()
			d.begun("+", elsewhere)
		}
	})
}

// A transaction is about all of its atoms.
func TestTransactionsMeetOnEveryAtomOfTheirs(t *testing.T) {
	type account = *atom.Atom[int]
	for _, test := range []struct {
		name   string
		policy func(*saga.Tx)
		twice  string // what becomes of the second of two on the same atoms
	}{
		{"Latest", func(tx *saga.Tx) { tx.Latest() }, "supersedes"},
		{"Leading", func(tx *saga.Tx) { tx.Leading() }, "is the first"},
		{"Serial", func(tx *saga.Tx) { tx.Serial() }, "waits"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := atom.NewStore()
				a, b, c, d := atom.New(10), atom.New(10), atom.New(10), atom.New(10)
				hold := sagatest.Hold(s)
				run := func(from, to account) *saga.Task {
					return saga.Transact(s, func(tx *saga.Tx) {
						saga.Edit(tx, from, func(n *int) { *n-- })
						saga.Edit(tx, to, func(n *int) { *n++ })
						test.policy(tx)
					}, func(context.Context, []draft.Changes) error { return nil })
				}
				first := run(a, b)
				second, apart, sameFirst := run(b, c), run(d, d), run(a, d)
				synctest.Wait()
				if first.Waiting() || !second.Waiting() || apart.Waiting() || !sameFirst.Waiting() {
					t.Errorf("waiting: %v %v %v %v", first.Waiting(), second.Waiting(), apart.Waiting(), sameFirst.Waiting())
				}
				hold.Of(apart).Succeed()
				again := run(a, b)
				synctest.Wait()
				switch got := again; {
				case test.twice == "supersedes" && (first.State() != saga.Superseded || !got.Waiting()),
					test.twice == "is the first" && got != first,
					test.twice == "waits" && (got == first || !got.Waiting()):
					t.Errorf("the second is %v, the first %v", got.State(), first.State())
				}
				for _, task := range []*saga.Task{first, second, sameFirst, again} {
					hold.Of(task).Succeed()
					synctest.Wait()
				}
				if n := saga.Lanes(s); n != 0 || saga.Tasks().Get(s).Running != nil {
					t.Errorf("%d lanes are left, %v run", n, saga.Tasks().Get(s).Running)
				}
			})
		})
	}
}

// One that cannot join goes behind the burst, which keeps its pace.
func TestAThrottledBurstThatIsClosedKeepsItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, w := atom.NewStore(), atom.New(list("x")), &wire{}
		step := func(id string) *saga.Task {
			return saga.Run(s, a, saga.Update(func(d *doc) {
				for i := range d.Rows {
					if d.Rows[i].ID == id {
						d.Rows[i].Name += "!"
					}
				}
				d.Title += id
			}).Effect(w.send).Throttle(10*time.Second))
		}
		start := time.Now()
		step("x").Wait(t.Context())
		second := step("x")
		a.Update(s, push("y"))
		third := step("y")
		second.Wait(t.Context())
		if took := time.Since(start); third == second || took != 11*time.Second {
			t.Errorf("the second effect ends after %v, want 10 s and the one that it takes", took)
		}
		third.Wait(t.Context())
		if took := time.Since(start); took != 21*time.Second {
			t.Errorf("the third effect ends after %v", took)
		}
		if got, want := w.titles(), "begin x, end x, begin xx, end xx, begin xxy, end xxy"; got != want {
			t.Errorf("the server saw %q, want %q", got, want)
		}
	})
}

// The lane of a tenth of a second ago is not in the way of one on the whole.
func TestAThrottlesMemoryIsItsOwnAtoms(t *testing.T) {
	eachPolicy(t, func(d *boards) {
		d.effects.Of(d.onCard("x", "1")).Succeed()
		if d.name == "Throttle" {
			if board := d.onBoard("2"); board.Waiting() {
				d.Error("the board's effect has not been performed before")
			}
			if x := d.onCard("x", "3"); !x.Waiting() {
				d.Error("the card's has")
			}
		}
	})
}
