package atom_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
)

// Two stores that lock each other: one of the two is told, and both go on.
func TestTwoStoresThatWaitForEachOtherAreADeadlockThatSaysSo(t *testing.T) {
	for place, call := range inside {
		x, y, a := atom.NewStore(), atom.NewStore(), atom.New(0)
		var both sync.WaitGroup
		both.Add(2)
		meet := sync.OnceFunc(func() { both.Done(); both.Wait() })
		var reasons [2]any
		var group sync.WaitGroup
		group.Go(func() { reasons[0] = call(x, func() { meet(); a.Get(y) }) })
		group.Go(func() {
			reasons[1] = panicOf(func() { y.Batch(func(*atom.Batch) { both.Done(); both.Wait(); a.Get(x) }) })
		})
		group.Wait()
		n := 0
		for _, r := range reasons {
			if isError(r, atom.ErrDeadlock) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: %v, want one ErrDeadlock", place, reasons)
		}
		free(t, x)
		free(t, y)
	}
}

func TestADerivedAtomIsComputedAgainAfterADeadlock(t *testing.T) {
	x, y, a := atom.NewStore(), atom.NewStore(), atom.New(7)
	d := atom.Derive(func(atom.Reader) int { return a.Get(y) })
	inX, inY := make(chan bool), make(chan bool)
	waits := atom.Derive(func(r atom.Reader) int {
		if inX != nil {
			inX <- true
			<-inY
			inX = nil
			for !atom.Waits(x) {
				runtime.Gosched()
			}
		}
		return d.Get(r)
	})
	done := make(chan any)
	go func() {
		done <- panicOf(func() {
			y.Batch(func(*atom.Batch) { <-inX; inY <- true; a.Get(x) })
		})
	}()
	if reason := panicOf(func() { waits.Get(x) }); !isError(reason, atom.ErrDeadlock) {
		t.Errorf("%v, want ErrDeadlock", reason)
	}
	if reason := <-done; reason != nil {
		t.Errorf("the other one panicked, too: %v", reason)
	}
	if got := waits.Get(x); got != 7 {
		t.Errorf("%d, want 7", got)
	}
}
