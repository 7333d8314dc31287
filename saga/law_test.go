package saga_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/history"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// The atoms of a history, as an application would have them.
type atoms struct {
	root     *atom.Atom[history.State]
	items    *atom.Atom[[]history.Item]
	meta     *atom.Atom[history.Meta]
	itemByID *atom.Family[string, atom.Atom[history.Item]]
	done     *atom.Derived[int]
}

func newAtoms() *atoms {
	a := &atoms{root: atom.New(history.State{})}
	a.items = atom.Focus(a.root, func(s *history.State) *[]history.Item { return &s.Items })
	a.meta = atom.Focus(a.root, func(s *history.State) *history.Meta { return &s.Meta })
	a.itemByID = atom.NewFamily(func(id string) *atom.Atom[history.Item] { return atom.At(a.items, id) })
	a.done = atom.Derive(func(r atom.Reader) int { return countDone(a.items.Get(r)) })
	return a
}

func countDone(items []history.Item) (n int) {
	for _, it := range items {
		if it.Done {
			n++
		}
	}
	return n
}

// onRoot runs an operation on the one root atom.
func (a *atoms) onRoot(s *atom.Store, op history.Operation) (*sagatest.Hand, bool) {
	return sagatest.Run(s, a.root, op.Apply), false
}

// onParts runs an operation on the atom that fits it, where there is one.
func (a *atoms) onParts(s *atom.Store, op history.Operation) (*sagatest.Hand, bool) {
	switch {
	case op.OnMeta():
		return sagatest.Run(s, a.meta, op.ApplyMeta), false
	case op.OnItem() && a.root.Get(s).Has(op.ID):
		return sagatest.Run(s, a.itemByID.Of(op.ID), op.ApplyItem), true
	}
	return a.onRoot(s, op)
}

// plain writes at once, on the same atom as onParts would.
func (a *atoms) plain(s *atom.Store, op history.Operation, parts bool) (onItem bool, err error) {
	switch {
	case parts && op.OnMeta():
		return false, a.meta.Update(s, op.ApplyMeta)
	case parts && op.OnItem() && a.root.Get(s).Has(op.ID):
		return true, a.itemByID.Of(op.ID).Update(s, op.ApplyItem)
	}
	return false, a.root.Update(s, op.Apply)
}

// check compares everything that can be seen with what the Law says.
func (a *atoms) check(s *atom.Store, law *history.Law) error {
	want := law.Value()
	if got := a.root.Get(s); !got.Equal(want) {
		return fmt.Errorf("the root atom shows\n     %+v\nwant %+v", got, want)
	}
	if got := a.items.Get(s); !slices.Equal(got, want.Items) {
		return fmt.Errorf("the list shows\n     %+v\nwant %+v", got, want.Items)
	}
	for _, it := range want.Items {
		if got := a.itemByID.Of(it.ID).Get(s); got != it {
			return fmt.Errorf("the item shows\n     %+v\nwant %+v", got, it)
		}
	}
	if got := a.meta.Get(s); got != want.Meta {
		return fmt.Errorf("what is beside the list shows %+v, want %+v", got, want.Meta)
	}
	if got := a.done.Get(s); got != countDone(want.Items) {
		return fmt.Errorf("the derived count shows %d, want %d", got, countDone(want.Items))
	}
	return nil
}

// TestRecordedHistories counts the histories that are wrong. With a file name in
// ATOMSAGA_BENCH_OUT it writes the counts there, for the table of the peers.
func TestRecordedHistories(t *testing.T) {
	var total tally
	histories, err := history.Recorded()
	if err != nil {
		t.Fatal(err)
	}
	a := newAtoms()
	for _, way := range []struct {
		name  string
		start func(*atom.Store, history.Operation) (*sagatest.Hand, bool)
		parts bool
	}{
		{"the list in one root atom", a.onRoot, false},
		{"every operation through the atom of its item", a.onParts, true},
	} {
		t.Run(way.name, func(t *testing.T) {
			var wrong tally
			for _, h := range histories {
				s := atom.NewStore()
				a.root.Sync(s, h.Start)
				law := history.Laws(h.Start)[0]
				running := map[int]*sagatest.Hand{}
				fault := ""
				for i, e := range h.Events {
					onItem := false
					switch e.Ev {
					case "start":
						running[e.K], onItem = way.start(s, e.Op)
					case "plain":
						onItem, err = a.plain(s, e.Op, way.parts)
					case "server":
						err = a.root.SyncUpdate(s, e.Op.Apply)
					case "settle":
						if e.OK {
							running[e.K].Succeed()
						} else {
							running[e.K].Fail(errServer)
						}
					}
					if err != nil {
						t.Fatalf("history %d, event %d: %v", h.ID, i, err)
					}
					law.Handle(e, onItem)
					if err := a.check(s, law); err != nil && fault == "" {
						fault = fmt.Sprintf("history %d, after event %d %+v: %v", h.ID, i, e, err)
					}
				}
				if got, want := a.root.Get(s), h.Final(); !got.Equal(want) {
					fault = fmt.Sprintf("history %d ends as\n     %+v\nwant %+v", h.ID, got, want)
					wrong.Final++
				}
				if fault != "" {
					wrong.OnScreen++
					t.Error(fault)
				}
			}
			t.Logf("%d of %d histories wrong at any event", wrong.OnScreen, len(histories))
			total.Final = max(total.Final, wrong.Final)
			total.OnScreen = max(total.OnScreen, wrong.OnScreen)
		})
	}
	total.Histories = len(histories)
	if file := os.Getenv("ATOMSAGA_BENCH_OUT"); file != "" {
		out, err := json.Marshal(total)
		if err == nil {
			err = os.WriteFile(file, out, 0o644)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// tally counts histories, the worse of the two ways.
type tally struct {
	Histories int `json:"histories"`
	Final     int `json:"wrongFinal"`
	OnScreen  int `json:"wrongOnScreen"`
}
