package draft

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The tree itself: it holds what a slice would, it stays a tree, and versions
// do not see each other's edits.
func TestTreesAgainstSlices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
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

// checkTree checks what must hold of a node and all below it.
func checkTree(t failer, n *treeNode, top bool) {
	t.Helper()
	if n == nil {
		return
	}
	if n.n == 0 || top && n.height > 0 && n.n < 2 {
		t.Fatalf("a node of height %d has %d slots", n.height, n.n)
	}
	size := int32(0)
	for i, s := range n.slots {
		switch {
		case i >= int(n.n):
			if s != nil || n.writableBits>>i&1 == 1 {
				t.Fatalf("slot %d of %d is in use", i, n.n)
			}
		case n.height == 0:
			size++
		default:
			if n.child(i).height != n.height-1 {
				t.Fatalf("a node of height %d in one of height %d", n.child(i).height, n.height)
			}
			checkTree(t, n.child(i), false)
			size += n.child(i).size
		}
	}
	if size != n.size {
		t.Fatalf("a node of %d elements counts %d", size, n.size)
	}
}
