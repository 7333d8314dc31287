package draft

import (
	"slices"
	"unsafe"
)

// piece is a part of a tree that is compared with another tree: one box, or a node with all
// the boxes below it.
type piece struct {
	node *treeNode
	box  unsafe.Pointer
}

// unsharedPieces splits two trees into pieces, in order. A node that both trees have is one
// piece; only nodes that one of them has are split.
func unsharedPieces(x, y *treeNode) (xs, ys []piece) {
	xs, ys = wholeTree(x), wholeTree(y)
	height := max(height(x), height(y))
	for h := height; h >= 0; h-- {
		shared := map[unsafe.Pointer]bool{}
		for _, p := range xs {
			if p.node != nil && int(p.node.height) == h {
				shared[unsafe.Pointer(p.node)] = false
			}
		}
		for _, p := range ys {
			if _, ok := shared[unsafe.Pointer(p.node)]; ok {
				shared[unsafe.Pointer(p.node)] = true
			}
		}
		xs, ys = expandNodes(xs, h, shared), expandNodes(ys, h, shared)
	}
	return xs, ys
}

// wholeTree returns t as one piece.
func wholeTree(t *treeNode) []piece {
	if t == nil {
		return nil
	}
	return []piece{{node: t}}
}

// height returns the height of t, -1 if it is empty.
func height(t *treeNode) int {
	if t == nil {
		return -1
	}
	return int(t.height)
}

// expandNodes splits the nodes of height h that are not shared.
func expandNodes(l []piece, h int, shared map[unsafe.Pointer]bool) []piece {
	out := l[:0:0]
	for _, p := range l {
		if p.node == nil || int(p.node.height) != h || shared[unsafe.Pointer(p.node)] {
			out = append(out, p)
			continue
		}
		out = slices.Grow(out, int(p.node.n))
		for _, s := range p.node.slots[:p.node.n] {
			if h > 0 {
				out = append(out, piece{node: (*treeNode)(s)})
			} else {
				out = append(out, piece{box: s})
			}
		}
	}
	return out
}

// expandFirst splits the first piece of l into boxes.
//
//go:noinline
func expandFirst(l []piece) []piece {
	if l[0].node == nil {
		return l
	}
	return append(l[0].appendBoxes(nil), l[1:]...)
}

// appendBoxes appends the boxes of p to l, a piece for each.
func (p piece) appendBoxes(l []piece) []piece {
	if p.node == nil {
		return append(l, p)
	}
	p.node.each(func(box unsafe.Pointer) bool {
		l = append(l, piece{box: box})
		return true
	})
	return l
}

// size returns the number of elements.
func (p piece) size() int {
	if p.node != nil {
		return int(p.node.size)
	}
	return 1
}

// identity returns the address of the node or box: equal pieces are the same one.
func (p piece) identity() unsafe.Pointer {
	if p.node != nil {
		return unsafe.Pointer(p.node)
	}
	return p.box
}

// lastBox returns the box of the last element.
func (p piece) lastBox() unsafe.Pointer {
	if p.node != nil {
		return p.node.at(p.node.len() - 1)
	}
	return p.box
}
