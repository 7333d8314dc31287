package align

// sortMoves returns the moves that bring pieces into another order: order[k] is the rank of
// the piece that comes k-th, items[k] the element that it is in the new sequence.
//
// The pieces on a longest increasing run stay. Every other one goes right behind the
// one before it in the new order. Where that is depends on the moves before, so both
// orders are laid out on one line of slots, which never change: each piece that stays has
// a slot, each that moves has two, where it is and where it goes. From A B C to B A C, where
// A and C stay:
//
//	slot      0    1    2    3
//	before         A    B    C
//	after     B    A         C
//
// How many elements are in front of a slot is then counted by a Fenwick tree.
func sortMoves(order, items []int, size func(item int) int) (moves []Edit) {
	l := layOut(order, items)
	present := make(fenwick, len(l.item)+1) // how many elements are in front of a slot
	for k, r := range order {
		present.add(l.from[r], size(items[k]))
	}
	behind := func(position int) int {
		if position == 0 {
			return None
		}
		return l.item[present.find(position-1)]
	}
	for k, r := range order {
		if l.from[r] == l.to[r] {
			continue
		}
		from := present.below(l.from[r])
		before := behind(from)
		present.add(l.from[r], -size(items[k]))
		to := present.below(l.to[r])
		after := behind(to)
		present.add(l.to[r], size(items[k]))
		if from != to {
			moves = append(moves, Edit{Op: Move, At: to, From: from, Element: items[k], OldPredecessor: before, NewPredecessor: after})
		}
	}
	return moves
}

// A layout is the slots of two orders of the same pieces on one line.
type layout struct {
	from, to []int // by rank: the slots where a piece is before and after; one slot when it stays
	item     []int // by slot: the element that is there, before or after
}

func layOut(order, items []int) layout {
	n := len(order)
	stays, itemOf := make([]bool, n), make([]int, n) // by rank
	for k, marked := range LongestIncreasing(order, nil) {
		stays[order[k]], itemOf[order[k]] = marked, items[k]
	}
	l := layout{from: make([]int, n), to: make([]int, n), item: make([]int, 0, 2*n)}
	slot := func(rank int) int {
		l.item = append(l.item, itemOf[rank])
		return len(l.item) - 1
	}
	next := 0
	arrive := func() { // those that move behind the last one that stays
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
