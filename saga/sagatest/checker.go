package sagatest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A checker runs histories of steps on one root atom, and compares the value after each event
// with what the Law says.
type checker[T any] struct {
	root     *atom.Atom[T]
	start    T
	steps    []Step
	expected map[string]T // by the events that count, see expect
}

// A wrongValue is a history whose last event leaves a wrong value.
type wrongValue[T any] struct {
	history   history
	got, want T
}

// check runs a history. Its error has the shortest history that is wrong after leaving steps out.
func (c *checker[T]) check(h history) error {
	wrong := c.run(h)
	if wrong == nil {
		return nil
	}
	for i := 0; i < len(c.steps); i++ {
		shorter := wrong.history.without(i)
		if len(shorter) == len(wrong.history) {
			continue
		}
		if w := c.run(shorter); w != nil {
			wrong, i = w, -1
		}
	}
	var b strings.Builder
	width := 0
	for _, e := range wrong.history {
		width = max(width, len(c.steps[e.step].Name))
	}
	for _, e := range wrong.history {
		fmt.Fprintf(&b, "\n\t%-*s %s", width, c.steps[e.step].Name, e.action)
	}
	return fmt.Errorf("sagatest: a wrong value after%s\nit is\n\t%s\nand should be\n\t%s", b.String(), format(wrong.got), format(wrong.want))
}

// run runs a history until a value is wrong. It returns nil when none is.
func (c *checker[T]) run(h history) *wrongValue[T] {
	p := c.newPage()
	defer p.close()
	for i, e := range h {
		p.apply(e)
		got, states := c.observe(p)
		if want := c.expect(h[:i+1], states); !equal(got, want) {
			return &wrongValue[T]{h[:i+1], got, want}
		}
	}
	return nil
}

// observe returns the value and the states of the tasks at one moment.
func (c *checker[T]) observe(p *page) (value T, states []saga.State) {
	states = make([]saga.State, len(p.tasks))
	p.store.Batch(func(b *atom.Batch) {
		value = c.root.Get(b)
		for i, t := range p.tasks {
			if t != nil {
				states[i] = t.State()
			}
		}
	})
	return value, states
}

// expect returns the value that a history has to leave: that of a page on which only the steps
// were dispatched that have not failed, so that nothing had to be taken back.
func (c *checker[T]) expect(h history, states []saga.State) T {
	var counts history
	for _, e := range h {
		switch state := states[e.step]; {
		case state == saga.Succeeded, state == saga.Running && e.action == dispatched:
			counts = append(counts, e)
		}
	}
	key := counts.key()
	if value, known := c.expected[key]; known {
		return value
	}
	p := c.newPage()
	defer p.close()
	for _, e := range counts {
		p.apply(e)
	}
	for i, t := range p.tasks {
		if t != nil && states[i] == saga.Succeeded {
			t.Wait(context.Background())
		}
	}
	value := c.root.Get(p.store)
	c.expected[key] = value
	return value
}

// A page is a store on which a history is run.
type page struct {
	steps   []Step
	root    atom.Target
	store   *atom.Store
	effects *Effects
	tasks   []*saga.Task // by step; nil when it was not dispatched, or has joined another one
}

func (c *checker[T]) newPage() *page {
	s := atom.NewStore()
	c.root.Sync(s, c.start)
	return &page{c.steps, c.root, s, Hold(s), make([]*saga.Task, len(c.steps))}
}

var errFailed = errors.New("sagatest: the history has it fail")

func (p *page) apply(e event) {
	if e.action == dispatched {
		before := p.root.Pending(p.store)
		task := p.steps[e.step].Run(p.store)
		for _, other := range p.tasks {
			if other == task && p.root.Pending(p.store) <= before {
				return // it has joined a task that runs already
			}
		}
		p.tasks[e.step] = task
		return
	}
	if task := p.tasks[e.step]; task != nil {
		p.effects.Of(task).settleAttempt(map[action]error{succeeds: nil, fails: errFailed}[e.action])
	}
}

func (p *page) close() {
	for _, t := range p.tasks {
		if t != nil {
			t.Cancel()
		}
	}
}
