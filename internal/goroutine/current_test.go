package goroutine

import (
	"sync"
	"testing"
)

func TestEveryGoroutineHasItsOwnIDAndKeepsIt(t *testing.T) {
	const n = 100
	ids := make([]ID, n)
	var ready, group sync.WaitGroup
	ready.Add(n)
	for i := range n {
		group.Go(func() {
			ids[i] = Current()
			ready.Done()
			ready.Wait() // all of them run
			deep(1000)   // the stack grows, and moves
			if got := Current(); got != ids[i] {
				t.Errorf("the ID was %d and is %d", ids[i], got)
			}
		})
	}
	group.Wait()
	seen := map[ID]bool{0: true, Current(): true}
	for _, id := range ids {
		if seen[id] {
			t.Errorf("%d is none, or that of another goroutine", id)
		}
		seen[id] = true
	}
}

//go:noinline
func deep(n int) (sum int) {
	var pad [64]int
	pad[n%64] = n
	if n > 0 {
		sum = deep(n - 1)
	}
	return sum + pad[n%64]
}

func BenchmarkCurrent(b *testing.B) {
	for b.Loop() {
		Current()
	}
}
