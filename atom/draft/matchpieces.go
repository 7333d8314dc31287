package draft

import (
	"slices"
	"unsafe"

	"github.com/atomsaga/atomsaga/internal/align"
)

// matchPieces returns for each piece of ys the piece of xs that it is the same as, or
// noElement.
func (d *differ) matchPieces(p *plan, xs, ys []piece, v *laterTree) []int {
	originals := map[unsafe.Pointer]unsafe.Pointer{}
	if v.journal != nil {
		originals = v.journal.originalBoxes()
	}
	original := func(y piece) unsafe.Pointer {
		if o, ok := originals[y.identity()]; ok && p.elem.id(o) == p.elem.id(y.box) {
			return o
		}
		return y.identity()
	}
	match, taken := make([]int, len(ys)), make([]bool, len(xs))
	for j := range match {
		match[j] = noElement
	}
	lo, hi := 0, 0
	for ; lo < len(xs) && lo < len(ys) && xs[lo].identity() == original(ys[lo]); lo++ {
		match[lo], taken[lo] = lo, true
	}
	for ; hi < len(xs)-lo && hi < len(ys)-lo && xs[len(xs)-1-hi].identity() == original(ys[len(ys)-1-hi]); hi++ {
		match[len(ys)-1-hi], taken[len(xs)-1-hi] = len(xs)-1-hi, true
	}
	if lo+hi == len(xs) || lo+hi == len(ys) {
		return match
	}
	at := make(map[unsafe.Pointer]int, len(xs)-lo-hi)
	for i := lo; i < len(xs)-hi; i++ {
		at[xs[i].identity()] = i
	}
	for j := lo; j < len(ys)-hi; j++ {
		if i, ok := at[original(ys[j])]; ok && !taken[i] {
			match[j], taken[i] = i, true
		}
	}
	if p.elem.keyed() {
		matchIdentities(p, xs, ys, match, taken)
	} else if slices.IsSorted(matched(match)) {
		d.matchGaps(p, xs, ys, match)
	}
	return match
}

// matched returns the pieces that match has, in order.
//
//go:noinline
func matched(match []int) (l []int) {
	for _, i := range match {
		if i != noElement {
			l = append(l, i)
		}
	}
	return l
}

// matchIdentities matches the remaining boxes by the identities of their elements.
func matchIdentities(p *plan, xs, ys []piece, match []int, taken []bool) {
	at := map[any][]int{}
	for i, x := range xs {
		if !taken[i] && x.node == nil {
			id := p.elem.id(x.box)
			at[id] = append(at[id], i)
		}
	}
	for j, y := range ys {
		if match[j] == noElement && y.node == nil {
			id := p.elem.id(y.box)
			if l := at[id]; len(l) > 0 {
				match[j], at[id] = l[0], l[1:]
				taken[l[0]] = true
			}
		}
	}
}

// matchGaps matches by value the boxes between two pieces that are matched.
func (d *differ) matchGaps(p *plan, xs, ys []piece, match []int) {
	i := 0
	for j := 0; j < len(ys); j++ {
		if match[j] != noElement {
			i = match[j] + 1
			continue
		}
		end, next := j, len(xs)
		for end < len(ys) && match[end] == noElement {
			end++
		}
		if end < len(ys) {
			next = match[end]
		}
		gap := xs[i:next]
		if slices.ContainsFunc(gap, func(p piece) bool { return p.node != nil }) {
			continue
		}
		for k, g := range align.ByValue(len(gap), end-j, func(a, b int) bool {
			return d.equal(p.elem, p.element(gap[a].box), p.element(ys[j+b].box))
		}) {
			if g != noElement {
				match[j+k] = i + g
			}
		}
		j = end - 1
	}
}

// sizes returns how many elements each piece has.
func sizes(l []piece) []int {
	s := make([]int, len(l))
	for i, p := range l {
		s[i] = p.size()
	}
	return s
}

// allBoxes returns the pieces of l as one piece for each box.
func allBoxes(l []piece) (boxes []piece) {
	for _, p := range l {
		boxes = p.appendBoxes(boxes)
	}
	return boxes
}
