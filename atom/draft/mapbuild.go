package draft

import (
	"iter"
	"maps"
	"reflect"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/sorting"
)

// MapOf returns a Map with the elements of m. It panics with an error that wraps [ErrType] if
// K or V cannot be drafted.
func MapOf[K comparable, V any](m map[K]V) Map[K, V] { return CollectMap(maps.All(m)) }

// CollectMap returns a Map with the elements of seq. If a key occurs several times, its last
// element counts. CollectMap is the fastest way to build a large Map, above all if the keys
// come in their order. It panics as [MapOf] does.
func CollectMap[K comparable, V any](seq iter.Seq2[K, V]) Map[K, V] {
	var boxes []unsafe.Pointer
	p, w := mustPlan(reflect.TypeFor[Map[K, V]]()), walk{}
	for k, v := range seq {
		box := &mapBox[K, V]{k, v}
		if p.elem.hasSharedMemory {
			w.detach(p.elem, unsafe.Pointer(&box.value))
		}
		boxes = append(boxes, unsafe.Pointer(box))
	}
	if w.err != nil {
		panic(w.err)
	}
	return Map[K, V]{header{tree: buildTree(p.sortBoxes(boxes))}}
}

// sortBoxes sorts boxes by their keys, and keeps the last one of each key.
func (p *plan) sortBoxes(boxes []unsafe.Pointer) []unsafe.Pointer {
	for i := 1; i < len(boxes); i++ {
		if p.compareKeys(boxes[i-1], boxes[i]) >= 0 {
			return p.sortAndCompact(boxes)
		}
	}
	return boxes
}

// sortAndCompact is sortBoxes for boxes that are not sorted.
func (p *plan) sortAndCompact(boxes []unsafe.Pointer) []unsafe.Pointer {
	type placed struct {
		box unsafe.Pointer
		at  int
	}
	all := make([]placed, len(boxes))
	for i, box := range boxes {
		all[i] = placed{box, i}
	}
	sorting.By(all, func(x, y *placed) bool {
		c := p.compareKeys(x.box, y.box)
		return c < 0 || c == 0 && x.at < y.at
	})
	boxes = boxes[:0]
	for i, e := range all {
		if i+1 == len(all) || p.compareKeys(e.box, all[i+1].box) != 0 {
			boxes = append(boxes, e.box)
		}
	}
	return boxes
}

// Merge sets every element of other in m. If other is not small beside m, that is much faster
// than to call [Map.Set] for each: both are traversed once, and the elements of other are
// shared rather than copied, if other was made by [CollectMap].
func (m *Map[K, V]) Merge(other Map[K, V]) {
	if m.header.journal != nil || other.Len() < m.Len()/8 {
		for k, v := range other.All() {
			m.Set(k, v)
		}
		return
	}
	p, w := mustPlan(reflect.TypeFor[Map[K, V]]()), walk{}
	tree := other.header.snapshot()
	if other.header.journal != nil {
		tree = other.header.sealed(false, func(box unsafe.Pointer) unsafe.Pointer { return w.detachedBox(p, box) })
	}
	if w.err != nil {
		panic(w.err)
	}
	if tree != nil {
		m.header = header{tree: buildTree(p.mergeBoxes(m.header.tree, tree))}
	}
}

// mergeBoxes returns the boxes of two trees, sorted by key. If both have a key, the box of
// the second is taken.
func (p *plan) mergeBoxes(first, second *treeNode) []unsafe.Pointer {
	xs, all := first.boxes(), make([]unsafe.Pointer, 0, first.len()+second.len())
	second.each(func(y unsafe.Pointer) bool {
		for len(xs) > 0 {
			c := p.compareKeys(xs[0], y)
			if c < 0 {
				all = append(all, xs[0])
			}
			if c > 0 {
				break
			}
			xs = xs[1:]
		}
		all = append(all, y)
		return true
	})
	return append(all, xs...)
}

// boxes returns all boxes, in order.
func (t *treeNode) boxes() []unsafe.Pointer {
	all := make([]unsafe.Pointer, 0, t.len())
	t.each(func(box unsafe.Pointer) bool {
		all = append(all, box)
		return true
	})
	return all
}
