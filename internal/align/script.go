package align

import "slices"

// Op is what an [Edit] does.
type Op uint8

const (
	Remove Op = iota // remove the element at At
	Move             // move the element at From to At
	Add              // insert an element at At
)

// Edit is one step from one sequence of elements to another. Positions are those at the moment
// of the step, as in RFC 6902.
type Edit struct {
	Op      Op
	At      int // where an element is added or removed, or where it moves to
	From    int // of a move: where the element was
	Element int // the piece: its position in the old sequence for Remove, in the new one otherwise

	// The pieces in front of it before and after the edit, counted as Element is, or None.
	OldPredecessor, NewPredecessor int
}

// None is the position of no element.
const None = -1

// maxMoves is the largest number of moves in a script. A sequence that needs more has been
// shuffled, and is better replaced as a whole.
const maxMoves = 1000

// Script returns the edits that lead from a sequence of pieces to another one. A piece is one
// element, or several that stay together. sizes has the number of elements of each old piece,
// and match, for each new piece, the old piece that it is, or None if it is added; an added
// piece is one element.
//
// The removals come first, from the back; then the moves, as few as possible; then the
// additions, from the front. Script returns nil, false if there would be too many moves.
func Script(sizes []int, match []int) (edits []Edit, ok bool) {
	rank := make([]int, len(sizes)) // of an old piece: 1 if it is matched, and later its rank among those
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
	elements := make([]int, 0, kept)
	for j, i := range match {
		if i != None {
			order, elements = append(order, rank[i]), append(elements, j)
		}
	}
	if !slices.IsSorted(order) {
		moves := sortMoves(order, elements, func(element int) int { return sizes[match[element]] })
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
