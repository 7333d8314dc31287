package atom_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

type task struct {
	ID   string `atom:"key"`
	Name string
	Done bool
}

// liveEntries is a List of n elements, with a live entry on each.
func liveEntries(b *testing.B, n int) (*atom.Store, []*atom.Entry) {
	s, list := atom.NewStore(), atom.New(draft.List[task]{})
	must(b, list.Sync(s, tasks(n)))
	entries := make([]*atom.Entry, n)
	for i := range entries {
		entries[i] = dispatched(b, s, atom.ListAt(list, strconv.Itoa(i)), func(t *task) { t.Done = !t.Done })
	}
	return s, entries
}

func tasks(n int) (all draft.List[task]) {
	for i := range n {
		all.Append(task{ID: strconv.Itoa(i), Name: "a task"})
	}
	return all
}

// BenchmarkInOrder has as many entries live as its name says: each time a new
// one is dispatched, and the oldest settled.
func BenchmarkInOrder(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(n, "-live"), func(b *testing.B) {
			s, list := atom.NewStore(), atom.New(draft.List[task]{})
			must(b, list.Sync(s, tasks(n)))
			one := atom.ListAt(list, "7")
			var live []*atom.Entry
			for range n {
				live = append(live, dispatched(b, s, one, func(t *task) { t.Done = !t.Done }))
			}
			b.ReportAllocs()
			for b.Loop() {
				live = append(live[1:], dispatched(b, s, one, func(t *task) { t.Done = !t.Done }))
				must(b, live[0].Succeed(s))
			}
		})
	}
}

// BenchmarkDropOldest takes back the oldest of 1,000 live entries on one List.
func BenchmarkDropOldest(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s, entries := liveEntries(b, 1000)
		b.StartTimer()
		must(b, entries[0].Drop(s))
	}
}
