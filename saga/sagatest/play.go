package sagatest

import (
	"context"
	"errors"
	"fmt"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

var errDecreed = errors.New("sagatest: failed by decree")

// A play is a set of steps on one root atom.
type play[T any] struct {
	root  *atom.Atom[T]
	start T
	steps []Step
	laws  map[string]T // what the Law says after the events of those that live
}

// A stage is a store on which a history is played.
type stage struct {
	steps   []Step
	root    atom.Target
	store   *atom.Store
	effects *Effects
	tasks   []*saga.Task // by step; nil when it was not dispatched, or only stands for another
}

func (p *play[T]) begin() *stage {
	s := atom.NewStore()
	p.root.Sync(s, p.start) // a root is never missing
	return &stage{p.steps, p.root, s, Hold(s), make([]*saga.Task, len(p.steps))}
}

func (x *stage) on(e event) {
	if e.what == dispatched {
		before := atom.Pending(x.store, x.root)
		task := x.steps[e.step].Run(x.store)
		for _, other := range x.tasks {
			if other == task && atom.Pending(x.store, x.root) <= before {
				return // another one runs in its place
			}
		}
		x.tasks[e.step] = task
		return
	}
	if task := x.tasks[e.step]; task != nil {
		x.effects.Of(task).settle(map[what]error{succeeds: nil, fails: errDecreed}[e.what])
	}
}

func (x *stage) end() {
	for _, t := range x.tasks {
		if t != nil {
			t.Cancel()
		}
	}
}

// A fault is a history whose last event leaves a wrong value.
type fault[T any] struct {
	history   history
	got, want T
}

// fault plays a history, and compares after every event.
func (p *play[T]) fault(h history) *fault[T] {
	x := p.begin()
	defer x.end()
	for i, e := range h {
		x.on(e)
		got, states := p.seen(x)
		if want := p.law(h[:i+1], x, states); !same(got, want) {
			return &fault[T]{h[:i+1], got, want}
		}
	}
	return nil
}

// seen is the value, and how far the tasks are at the same moment.
func (p *play[T]) seen(x *stage) (value T, states []saga.State) {
	states = make([]saga.State, len(x.tasks))
	x.store.Batch(func(b *atom.Batch) {
		value = p.root.Get(b)
		for i, t := range x.tasks {
			if t != nil {
				states[i] = t.State()
			}
		}
	})
	return value, states
}

// law is the value of a store on which only those were ever dispatched that
// live, so that nothing had to be taken back in it.
func (p *play[T]) law(h history, x *stage, states []saga.State) T {
	var lived history
	for _, e := range h {
		switch state := states[e.step]; {
		case state == saga.Succeeded, state == saga.Running && e.what == dispatched:
			lived = append(lived, e)
		}
	}
	key := fmt.Sprint(lived)
	if value, known := p.laws[key]; known {
		return value
	}
	y := p.begin()
	defer y.end()
	for _, e := range lived {
		y.on(e)
	}
	for i, t := range y.tasks {
		if t != nil && states[i] == saga.Succeeded {
			t.Wait(context.Background())
		}
	}
	value := p.root.Get(y.store)
	p.laws[key] = value
	return value
}
