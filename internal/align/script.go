package align

import "slices"

// An Op is what an [Edit] does.
type Op uint8

const (
	Remove Op = iota
	Move
	Add
)

// An Edit is one step on the way from one sequence of elements to another. Positions are
// those at the moment of the step, as in RFC 6902.
type Edit struct {
	Op      Op
	At      int // the position added to, removed from, or moved to
	From    int // of a move: the position it is taken from
	Element int // the element meant: its position in the old sequence for Remove, in the new one otherwise

	// The elements in front of it before and after, as Item, or None.
	OldPredecessor, NewPredecessor int
}

// None is the position of no element.
const None = -1

// maxMoves bounds the moves of one script. Beyond it a sequence was shuffled,
// and is better told as a whole.
const maxMoves = 1000

// Script returns the edits that lead from a sequence of pieces to another. sizes are how
// many elements each old piece has; match[j] is the old piece that the new piece j is, or
// None for an added one, which is one element. The removals come first, from the back; then
// the moves, as few as there can be; then the additions, from the front. Script returns
// nil, false when there would be too many moves.
func Script(sizes []int, match []int) (edits []Edit, ok bool) {
	rank := make([]int, len(sizes)) // 1 for a matched old piece, then its rank among them
	for _, i := range match {
		if i != None {
			rank[i] = 1
		}
	}
	at := 0
	for _, n := range sizes {
		at += n
	}
	for i := len(sizes) - 1; i >= 0; i-- {
		if at -= sizes[i]; rank[i] == 0 {
			edits = append(edits, Edit{Op: Remove, At: at, Element: i, OldPredecessor: i - 1, NewPredecessor: None})
		}
	}
	kept := 0
	for i, matched := range rank {
		rank[i] = kept
		kept += matched
	}
	order := make([]int, 0, kept) // ranks in the new order
	items := make([]int, 0, kept)
	for j, i := range match {
		if i != None {
			order, items = append(order, rank[i]), append(items, j)
		}
	}
	if !slices.IsSorted(order) {
		moves := sortMoves(order, items, func(item int) int { return sizes[match[item]] })
		if len(moves) > maxMoves {
			return nil, false
		}
		edits = append(edits, moves...)
	}
	at = 0
	for j, i := range match {
		if i == None {
			edits = append(edits, Edit{Op: Add, At: at, Element: j, OldPredecessor: None, NewPredecessor: j - 1})
			at++
		} else {
			at += sizes[i]
		}
	}
	return edits, true
}
