package align_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/internal/align"
	"github.com/atomsaga/atomsaga/internal/cases"
)

// runEdits carries out edits on x, taking added elements from y.
func runEdits(x, y []int, edits []align.Edit) []int {
	x = slices.Clone(x)
	for _, e := range edits {
		switch e.Op {
		case align.Remove:
			x = slices.Delete(x, e.At, e.At+1)
		case align.Add:
			x = slices.Insert(x, e.At, y[e.Element])
		case align.Move:
			v := x[e.From]
			x = slices.Insert(slices.Delete(x, e.From, e.From+1), e.At, v)
		}
	}
	return x
}

// units is the sizes of n pieces that are one element each.
func units(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

func TestScriptLeadsFromOneOrderToAnother(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfNDistinct(rapid.IntRange(0, 30), 0, 20, rapid.ID[int]).Draw(t, "x")
		y := rapid.SliceOfNDistinct(rapid.IntRange(0, 30), 0, 20, rapid.ID[int]).Draw(t, "y")
		match := make([]int, len(y))
		for j, v := range y {
			match[j] = slices.Index(x, v)
		}
		edits, ok := align.Script(units(len(x)), match)
		if got := runEdits(x, y, edits); !ok || !slices.Equal(got, y) {
			t.Fatalf("%v gives %v, want %v", edits, got, y)
		}
	})
}

func TestFewestMoves(t *testing.T) {
	for _, row := range []struct {
		reason string
		match  []int
		want   int
	}{
		{"first to last", []int{1, 2, 3, 4, 0}, 1},
		{"last to first", []int{4, 0, 1, 2, 3}, 1},
		{"two swapped", []int{0, 3, 2, 1, 4}, 2},
		{"reversed", []int{3, 2, 1, 0}, 3},
	} {
		if edits, _ := align.Script(units(len(row.match)), row.match); len(edits) != row.want {
			t.Errorf("%s: %d edits, want %d: %v", row.reason, len(edits), row.want, edits)
		}
	}
	shuffled := make([]int, 3000)
	for i := range shuffled {
		shuffled[i] = len(shuffled) - 1 - i
	}
	if _, ok := align.Script(units(len(shuffled)), shuffled); ok {
		t.Errorf("a long list that is reversed is told by moves, not as a whole")
	}
}

func TestMatchByValueFindsALongestCommonSubsequence(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		few := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 12)
		x, y := few.Draw(t, "x"), few.Draw(t, "y")
		match := align.ByValue(len(x), len(y), func(i, j int) bool { return x[i] == y[j] })
		last, same := -1, 0
		for j, i := range match {
			if i < 0 {
				continue
			}
			if i <= last || i >= len(x) {
				t.Fatalf("%v matches %d after %d", match, i, last)
			}
			if last = i; x[i] == y[j] {
				same++
			}
		}
		if want := longestCommon(x, y); same < want {
			t.Fatalf("%v and %v have %d in common, matched %v", x, y, want, match)
		}
	})
}

// longestCommon is the length of a longest common subsequence, by definition.
func longestCommon(x, y []int) int {
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	row := make([]int, len(y)+1)
	for _, v := range x {
		diagonal := 0
		for j, w := range y {
			up := row[j+1]
			if v == w {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(up, row[j])
			}
			diagonal = up
		}
	}
	return row[len(y)]
}

func TestLongestIncreasingIsOneAndIncreases(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		values := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 7, 8}).Draw(t, "values")
		var run []int
		for k, marked := range align.LongestIncreasing(values, nil) {
			if marked {
				run = append(run, values[k])
			}
		}
		sorted := slices.Sorted(slices.Values(values))
		if !slices.IsSorted(run) || len(run) != longestCommon(values, sorted) {
			t.Fatalf("%v of %v", run, values)
		}
	})
}
