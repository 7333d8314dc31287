package align_test

import (
	"fmt"

	"github.com/atomsaga/atomsaga/internal/align"
)

// From A B C D E to B F E A D: C goes, B and D stay, and A and E move to where they are
// wanted, each right behind the one before it in the new order.
func ExampleScript() {
	sizes := []int{1, 1, 1, 1, 1}
	match := []int{1, align.None, 4, 0, 3}
	edits, _ := align.Script(sizes, match)
	for _, e := range edits {
		switch e.Op {
		case align.Remove:
			fmt.Printf("remove %d\n", e.At)
		case align.Move:
			fmt.Printf("move %d to %d\n", e.From, e.At)
		case align.Add:
			fmt.Printf("add at %d the new element %d\n", e.At, e.Element)
		}
	}
	// Output:
	// remove 2
	// move 1 to 0
	// move 3 to 1
	// add at 1 the new element 1
}
