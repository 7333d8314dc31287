package align

// sortMoves returns the moves that bring pieces into another order. order[k] is the rank of the
// piece that comes k-th in the new order, and elements[k] the piece of the new sequence that it
// is.
//
// The pieces of a longest increasing subsequence stay. Each of the others moves right behind
// its predecessor in the new order. The position of that depends on the moves before, so both
// orders are laid out on one line of slots that never changes: a piece that stays has one slot,
// and a piece that moves has two, where it is and where it goes. From A B C to B A C, where A
// and C stay:
//
//	slot      0    1    2    3
//	before         A    B    C
//	after     B    A         C
//
// A Fenwick tree counts the elements in front of a slot. See the example for all arrays.
func sortMoves(order, elements []int, size func(element int) int) (moves []Edit) {
	l := layOut(order, elements)
	present := make(fenwick, len(l.element)+1) // the elements in each slot, at present
	for k, r := range order {
		present.add(l.from[r], size(elements[k]))
	}
	predecessor := func(position int) int {
		if position == 0 {
			return None
		}
		return l.element[present.find(position-1)]
	}
	for k, r := range order {
		if l.from[r] == l.to[r] {
			continue
		}
		from := present.below(l.from[r])
		oldPredecessor := predecessor(from)
		present.add(l.from[r], -size(elements[k]))
		to := present.below(l.to[r])
		newPredecessor := predecessor(to)
		present.add(l.to[r], size(elements[k]))
		if from != to {
			moves = append(moves, Edit{Op: Move, At: to, From: from, Element: elements[k], OldPredecessor: oldPredecessor, NewPredecessor: newPredecessor})
		}
	}
	return moves
}

// layout is two orders of the same pieces on one line of slots.
type layout struct {
	from, to []int // by rank: the slots of a piece before and after; the same if it stays
	element  []int // by slot: the element of the new sequence that is there, before or after
}

// layOut lays out the old order, of ascending ranks, and the new one.
func layOut(order, elements []int) layout {
	n := len(order)
	stays, elementOf := make([]bool, n), make([]int, n) // by rank
	for k, marked := range LongestIncreasing(order, nil) {
		stays[order[k]], elementOf[order[k]] = marked, elements[k]
	}
	l := layout{from: make([]int, n), to: make([]int, n), element: make([]int, 0, 2*n)}
	slot := func(rank int) int {
		l.element = append(l.element, elementOf[rank])
		return len(l.element) - 1
	}
	next := 0
	arrive := func() { // slots for the pieces that move behind the last one that stays
		for ; next < n && !stays[order[next]]; next++ {
			l.to[order[next]] = slot(order[next])
		}
	}
	arrive()
	for r := range n {
		l.from[r] = slot(r)
		if stays[r] {
			l.to[r] = l.from[r]
			next++
			arrive()
		}
	}
	return l
}
