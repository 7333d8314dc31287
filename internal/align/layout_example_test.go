package align

import "fmt"

// From A B C D E to B D A E C the pieces have the ranks 0 to 4 of the old order. B, D and E
// stay: they are a longest increasing run. A and C move, so each of them has two slots.
func Example_layOut() {
	order := []int{1, 3, 0, 4, 2}    // B D A E C, by rank
	elements := []int{0, 1, 2, 3, 4} // their positions in the new sequence
	l := layOut(order, elements)

	old, now := [7]string{}, [7]string{}
	for rank, name := range []string{"A", "B", "C", "D", "E"} {
		old[l.from[rank]], now[l.to[rank]] = name, name
	}
	fmt.Printf("before %q\n", old)
	fmt.Printf("after  %q\n", now)
	fmt.Println("from", l.from, "to", l.to)
	fmt.Println("elements", l.element)
	for _, m := range sortMoves(order, elements, func(int) int { return 1 }) {
		fmt.Printf("move %d to %d, from behind %d to behind %d of the new sequence\n", m.From, m.At, m.OldPredecessor, m.NewPredecessor)
	}
	// Output:
	// before ["A" "B" "C" "D" "" "E" ""]
	// after  ["" "B" "" "D" "A" "E" "C"]
	// from [0 1 2 3 5] to [4 1 6 3 5]
	// elements [2 0 4 1 2 3 4]
	// move 0 to 3, from behind -1 to behind 1 of the new sequence
	// move 1 to 4, from behind 0 to behind 3 of the new sequence
}
