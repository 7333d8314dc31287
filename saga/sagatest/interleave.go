package sagatest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A Step is one of the sagas that [Interleave] runs. Run is called many times, on
// many stores, and does the same each time: an id or a time that a saga needs is
// made outside of it. It runs one saga, or one transaction.
type Step struct {
	Name string
	Run  func(*atom.Store) *saga.Task
}

const (
	exhaustive = 5    // steps of which every history is run
	samples    = 1000 // histories that are drawn, beside them or instead
)

// Interleave runs the steps under histories that differ in the order in which
// their effects settle and in which of them fail: all there are for up to five
// steps, and a sample of a thousand in which steps are dispatched in between as
// well, or for more steps. After every event the value of root must be what the
// Law says: as if what has failed until then had never been dispatched. Before
// that, each update is run twice on the same value, to find those that are not
// pure.
//
// The error shows the shortest history in which a value is wrong. Effects do not
// run: they succeed and fail by decree. Those that wait for their turn, or for a
// burst to be over, settle when they begin; call Interleave inside a bubble of
// testing/synctest when one of them waits for time. A saga that is marked AsSent
// shows what it once sent, whatever is below it: leave the mark out here.
func Interleave[T any](root *atom.Atom[T], start T, steps ...Step) error {
	p := &play[T]{root: root, start: start, steps: steps, laws: map[string]T{}}
	if err := p.pure(); err != nil {
		return err
	}
	if len(steps) <= exhaustive {
		for h := range p.everySettling() {
			if err := p.judge(h); err != nil {
				return err
			}
		}
	}
	draw := rand.New(rand.NewPCG(1, 2))
	for range samples {
		if err := p.judge(p.drawn(draw)); err != nil {
			return err
		}
	}
	return nil
}

// pure looks for updates that do not do the same each time.
func (p *play[T]) pure() error {
	first, second := p.begin(), p.begin()
	defer first.end()
	defer second.end()
	for i, step := range p.steps {
		first.on(event{i, dispatched})
		second.on(event{i, dispatched})
		was, now := p.root.Get(first.store), p.root.Get(second.store)
		if !same(was, now) {
			return fmt.Errorf("sagatest: %s is not the same each time: run on two stores it makes\n\t%s\nof one, and of the other\n\t%s\n"+
				"make ids and times outside of Run", step.Name, text(was), text(now))
		}
		if !first.again(i) {
			continue
		}
		if again := p.root.Get(first.store); !same(was, again) {
			return fmt.Errorf("sagatest: the update of %s is not pure: run twice on the same value it makes\n\t%s\nand\n\t%s",
				step.Name, text(was), text(again))
		}
	}
	return nil
}

// again takes the last step back and runs its update another time, on the value
// that it was run on. False when it is not one to be taken back: it is a plain
// write, was refused, or has joined others.
func (x *stage) again(i int) bool {
	t := x.tasks[i]
	if t == nil || t.State() != saga.Running || slices.Contains(x.tasks[:i], t) {
		return false
	}
	t.Cancel()
	x.tasks[i] = t.Retry()
	return true
}
