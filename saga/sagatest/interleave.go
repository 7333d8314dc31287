package sagatest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A Step is one of the sagas that [Interleave] runs. Run is called many times, for many stores,
// and has to do the same each time: an id or a time that the saga needs is made outside of it.
// It runs one saga, or one transaction.
type Step struct {
	Name string
	Run  func(*atom.Store) *saga.Task
}

const maxExhaustive = 5 // steps of which all histories are run

var samples = 1000 // random histories that are run; fewer in this package's own tests

// Interleave runs the steps in histories that differ in the order in which their effects settle,
// and in which of them fail: for up to five steps all histories in which they are dispatched
// first, and for any number a thousand random ones, in which some settle before others are
// dispatched. After each event the value of root has to be what the Law says: as if the steps
// that have failed had never been dispatched. Before that each update is run twice on the same
// value, to find those that are not pure.
//
// The error has the shortest history that leaves a wrong value. The effects are not run. Effects
// that have not begun, because they wait for others or for the end of a burst, settle when they
// begin; if one waits for time, call Interleave in a bubble of testing/synctest. A saga that is
// marked by PinPatch shows what it has once sent, whatever is below it: leave the mark out here.
func Interleave[T any](root *atom.Atom[T], start T, steps ...Step) error {
	c := &checker[T]{root: root, start: start, steps: steps, expected: map[string]T{}}
	if err := c.checkPure(); err != nil {
		return err
	}
	if len(steps) <= maxExhaustive {
		for h := range allHistories(len(steps)) {
			if err := c.check(h); err != nil {
				return err
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	known := map[string]bool{}
	for range samples {
		h := randomHistory(len(steps), r)
		if key := h.key(); !known[key] {
			known[key] = true
			if err := c.check(h); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkPure finds updates that do not do the same each time.
func (c *checker[T]) checkPure() error {
	first, second := c.newPage(), c.newPage()
	defer first.close()
	defer second.close()
	for i, step := range c.steps {
		first.apply(event{i, dispatched})
		second.apply(event{i, dispatched})
		a, b := c.root.Get(first.store), c.root.Get(second.store)
		if !equal(a, b) {
			return fmt.Errorf("sagatest: %s is not the same each time: run on two stores it makes\n\t%s\nof one, and of the other\n\t%s\n"+
				"make ids and times outside of Run", step.Name, format(a), format(b))
		}
		if !first.repeat(i) {
			continue
		}
		if again := c.root.Get(first.store); !equal(a, again) {
			return fmt.Errorf("sagatest: the update of %s is not pure: run twice on the same value it makes\n\t%s\nand\n\t%s",
				step.Name, format(a), format(again))
		}
	}
	return nil
}

// repeat takes step i back, which was dispatched last, and runs its update once more on the same
// value. It reports whether that is possible: not for a plain write, for a step that was refused,
// and for one that has joined another.
func (p *page) repeat(i int) bool {
	t := p.tasks[i]
	if t == nil || t.State() != saga.Running || slices.Contains(p.tasks[:i], t) {
		return false
	}
	t.Cancel()
	p.tasks[i] = t.Retry()
	return true
}
