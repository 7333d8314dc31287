package atom

import (
	"runtime"
	"strconv"
	"testing"

	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/cases"
)

// bytesOf is how much memory f takes, garbage included, in the best of a few
// runs: what else the process does at the time is not f's.
func bytesOf(f func()) (least uint64) {
	var before, after runtime.MemStats
	for range 5 {
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; least == 0 || n < least {
			least = n
		}
	}
	return least
}

// What an edit costs grows with the logarithm of the collection's size, whatever
// leads to the element: 100,000 elements take some nodes more than 100, and not a
// thousand times as much.
func TestCostOfAnEditThroughLensesAndTheLog(t *testing.T) {
	type family = Family[string, Atom[task]]
	done := func(d *task) { d.Done = !d.Done }
	type state struct {
		list     *Atom[draft.List[task]]
		families map[string]*family
	}
	states := map[int]state{}
	many := cases.Of(100_000)
	for _, n := range []int{100, many} {
		root := New(*newBoard(n))
		list := Focus(root, func(b *board) *draft.List[task] { return &b.List })
		table := Focus(root, func(b *board) *draft.Map[string, task] { return &b.Map })
		states[n] = state{list, map[string]*family{
			"ListAt": NewFamily(func(id string) *Atom[task] { return ListAt(list, id) }),
			"MapKey": NewFamily(func(id string) *Atom[task] { return MapKey(table, id) }),
		}}
	}
	for _, row := range []struct {
		reason string
		run    func(*Store, *Atom[draft.List[task]], *family) error
	}{
		{"an update of one element", func(s *Store, _ *Atom[draft.List[task]], f *family) error { return f.Of("task-7").Update(s, done) }},
		{"reading one element", func(s *Store, _ *Atom[draft.List[task]], f *family) error { f.Of("task-8").Get(s); return nil }},
		{"an entry that fails while later ones are live", func(s *Store, _ *Atom[draft.List[task]], f *family) (err error) {
			var entries [4]*Entry
			for i, id := range []string{"task-1", "task-2", "task-3", "task-2"} {
				if entries[i], err = Dispatch(s, f.Of(id).Edit(done)); err != nil {
					return err
				}
			}
			for _, i := range []int{1, 0, 2, 3} {
				if err := entries[i].Drop(s); err != nil {
					return err
				}
			}
			return nil
		}},
		{"a server's value of one element under a live entry", func(s *Store, _ *Atom[draft.List[task]], f *family) error {
			e, err := Dispatch(s, f.Of("task-4").Edit(done))
			if err != nil {
				return err
			}
			if err := f.Of("task-5").SyncUpdate(s, done); err != nil {
				return err
			}
			return e.Succeed(s)
		}},
		{"a move, and an update of what is behind it", func(s *Store, list *Atom[draft.List[task]], f *family) error {
			if err := list.Update(s, func(l *draft.List[task]) { l.Delete(l.Index("task-9")); l.Insert(0, task{ID: "task-9"}) }); err != nil {
				return err
			}
			return f.Of("task-50").Update(s, done)
		}},
	} {
		for _, through := range []string{"ListAt", "MapKey"} {
			cost := map[int]uint64{}
			for n, state := range states {
				s, f := NewStore(), state.families[through]
				var held []*Atom[task]
				for i := range 50 {
					held = append(held, f.Of("task-"+strconv.Itoa(i*n/100)))
					defer s.Subscribe(held[i], func() {})()
				}
				if err := row.run(s, state.list, f); err != nil { // the first one indexes the List
					t.Fatal(err)
				}
				cost[n] = bytesOf(func() {
					if err := row.run(s, state.list, f); err != nil {
						t.Fatal(err)
					}
				})
				runtime.KeepAlive(held)
			}
			if cost[many] > 3*cost[100]+2000 {
				t.Errorf("%s through %s takes %d bytes in 100 elements and %d in %d", row.reason, through, cost[100], cost[many], many)
			}
		}
	}
}
