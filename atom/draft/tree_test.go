package draft

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/cases"
)

// The tree itself: it holds what a slice would, it stays a tree, and versions
// do not see each other's edits.
func TestTreesAgainstSlices(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		type version struct {
			list  List[int]
			model []int
		}
		start := rapid.IntRange(0, 2000).Draw(t, "start")
		var v version
		for i := range start {
			v.model = append(v.model, i)
		}
		v.list = ListOf(v.model...)
		versions := []version{v}
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			v := versions[rapid.IntRange(0, len(versions)-1).Draw(t, "version")]
			v.model = slices.Clone(v.model)
			edits := rapid.SliceOfN(rapid.IntRange(0, 1<<30), 1, 200).Draw(t, "edits")
			for _, e := range edits {
				n := len(v.model)
				switch at := e / 4; {
				case e%4 == 0 || n == 0:
					at %= n + 1
					v.model = slices.Insert(v.model, at, e)
					v.list.Insert(at, e)
				case e%4 == 1:
					v.model[at%n] = e
					v.list.Set(at%n, e)
				default: // twice as many, so that trees shrink
					v.model = slices.Delete(v.model, at%n, at%n+1)
					v.list.Delete(at % n)
				}
			}
			versions = append(versions, v)
		}
		for i, v := range versions {
			if got := slices.Collect(v.list.Values()); !slices.Equal(got, v.model) {
				t.Fatalf("version %d is %v, want %v", i, got, v.model)
			}
			checkTree(t, v.list.header.current(), true)
		}
	})
}

// A node that is full is not split when an element is appended, so its new neighbour has one
// element. Without that nothing is left of the neighbour.
func TestAnAppendedElementIsRemovedAgain(t *testing.T) {
	for _, n := range []int{1, fanout, fanout * fanout, fanout * fanout * fanout} {
		var m Map[int, int]
		for i := range n {
			m.Set(i, i)
		}
		m, err := Apply(m, Changes{})
		if err != nil {
			t.Fatal(err)
		}
		edited(t, &m, func(d *Map[int, int]) {
			d.Set(n, n)
			d.Delete(n)
			checkTree(t, d.header.current(), true)
			d.Set(n+1, n+1)
			d.Delete(n - 1)
		})
		l := longList(n)
		edited(t, l, func(d *List[item]) {
			d.Append(item{ID: "new"})
			d.Delete(n)
			checkTree(t, d.header.current(), true)
			d.Append(item{ID: "newer"})
		})
	}
}
