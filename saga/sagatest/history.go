package sagatest

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/atomsaga/atomsaga/atom/draft"
)

// An event is what happens to one step in a history.
type event struct {
	step int
	what what
}

type what string

const (
	dispatched what = "is dispatched"
	succeeds   what = "succeeds"
	fails      what = "fails"
)

type history []event

// everySettling yields the histories in which all steps are dispatched, and then
// settle: in every order, with every set of failures.
func (p *play[T]) everySettling() iter.Seq[history] {
	return func(yield func(history) bool) {
		n := len(p.steps)
		for order := range permutations(n) {
			for failing := range 1 << n {
				h := make(history, 0, 2*n)
				for i := range n {
					h = append(h, event{i, dispatched})
				}
				for _, i := range order {
					h = append(h, event{i, outcome(failing&(1<<i) == 0)})
				}
				if !yield(h) {
					return
				}
			}
		}
	}
}

func outcome(ok bool) what {
	if ok {
		return succeeds
	}
	return fails
}

// permutations yields the orders of n numbers, in place.
func permutations(n int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		var from func(int) bool
		from = func(i int) bool {
			if i == n {
				return yield(order)
			}
			for j := i; j < n; j++ {
				order[i], order[j] = order[j], order[i]
				if !from(i + 1) {
					return false
				}
				order[i], order[j] = order[j], order[i]
			}
			return true
		}
		from(0)
	}
}

// drawn is a history in which steps are dispatched while others have settled.
func (p *play[T]) drawn(draw *rand.Rand) history {
	var h history
	next, running := 0, []int(nil)
	for next < len(p.steps) || len(running) > 0 {
		if next < len(p.steps) && (len(running) == 0 || draw.IntN(2) == 0) {
			h = append(h, event{next, dispatched})
			running = append(running, next)
			next++
			continue
		}
		at := draw.IntN(len(running))
		h = append(h, event{running[at], outcome(draw.IntN(2) == 0)})
		running = slices.Delete(running, at, at+1)
	}
	return h
}

// judge plays a history, and reports the shortest one that is wrong like it.
func (p *play[T]) judge(h history) error {
	found := p.fault(h)
	if found == nil {
		return nil
	}
	for i := 0; i < len(p.steps); i++ {
		shorter := slices.DeleteFunc(slices.Clone(found.history), func(e event) bool { return e.step == i })
		if len(shorter) == len(found.history) {
			continue
		}
		if f := p.fault(shorter); f != nil {
			found, i = f, -1
		}
	}
	var b strings.Builder
	width := 0
	for _, e := range found.history {
		width = max(width, len(p.steps[e.step].Name))
	}
	for _, e := range found.history {
		fmt.Fprintf(&b, "\n\t%-*s %s", width, p.steps[e.step].Name, e.what)
	}
	return fmt.Errorf("sagatest: a wrong value after%s\nit is\n\t%s\nand should be\n\t%s", b.String(), text(found.got), text(found.want))
}

// text is a value as it is shown to people.
func text(v any) string {
	if b, err := json.Marshal(v); err == nil {
		return string(b)
	}
	return fmt.Sprintf("%+v", v)
}

// same compares two values as an atom does.
func same[T any](a, b T) bool {
	_, c, err := draft.Update(a, func(draft *T) { *draft = b })
	return err == nil && c.Empty()
}
