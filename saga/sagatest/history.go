package sagatest

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// A history is a sequence of events.
type history []event

// An event is what happens to one step.
type event struct {
	step   int
	action action
}

// An action is part of what an error says of a history.
type action string

const (
	dispatched action = "is dispatched"
	succeeds   action = "succeeds"
	fails      action = "fails"
)

func settles(ok bool) action {
	if ok {
		return succeeds
	}
	return fails
}

// key returns text that no other history has.
func (h history) key() string {
	b := make([]byte, 0, 3*len(h))
	for _, e := range h {
		b = append(b, byte(e.step), byte(e.step>>8), e.action[0])
	}
	return string(b)
}

// without returns the history without the events of a step.
func (h history) without(step int) history {
	return slices.DeleteFunc(slices.Clone(h), func(e event) bool { return e.step == step })
}

// allHistories yields the histories in which n steps are dispatched, and then settle: in every
// order, with every set of failures.
func allHistories(n int) iter.Seq[history] {
	return func(yield func(history) bool) {
		for order := range permutations(n) {
			for failing := range 1 << n {
				h := make(history, 0, 2*n)
				for i := range n {
					h = append(h, event{i, dispatched})
				}
				for _, i := range order {
					h = append(h, event{i, settles(failing&(1<<i) == 0)})
				}
				if !yield(h) {
					return
				}
			}
		}
	}
}

// permutations yields the permutations of the numbers below n, each in the same slice.
func permutations(n int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		var permute func(int) bool
		permute = func(i int) bool {
			if i == n {
				return yield(order)
			}
			for j := i; j < n; j++ {
				order[i], order[j] = order[j], order[i]
				if !permute(i + 1) {
					return false
				}
				order[i], order[j] = order[j], order[i]
			}
			return true
		}
		permute(0)
	}
}

// randomHistory returns a history of n steps, of which some settle before others are
// dispatched.
func randomHistory(n int, r *rand.Rand) history {
	var h history
	next, running := 0, []int(nil)
	for next < n || len(running) > 0 {
		if next < n && (len(running) == 0 || r.IntN(2) == 0) {
			h = append(h, event{next, dispatched})
			running = append(running, next)
			next++
			continue
		}
		i := r.IntN(len(running))
		h = append(h, event{running[i], settles(r.IntN(2) == 0)})
		running = slices.Delete(running, i, i+1)
	}
	return h
}

// format returns a value as text for a person.
func format(v any) string {
	if b, err := json.Marshal(v); err == nil {
		return string(b)
	}
	return fmt.Sprintf("%+v", v)
}

// equal compares two values as an atom does.
func equal[T any](a, b T) bool {
	_, c, err := draft.Update(a, func(draft *T) { *draft = b })
	return err == nil && c.Empty()
}
