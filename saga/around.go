package saga

import (
	"context"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// Around has every attempt of every effect in the store go through wrap, until
// remove is called: wrap calls effect, or does not, and what it returns is the
// effect's outcome. For what is the same for all of them (a token, a limit, a
// spinner), for panels that hold effects back, and for tests. Those set later
// are inside of those set earlier; [TaskFrom] has the task.
func Around(s *atom.Store, wrap func(ctx context.Context, effect func(context.Context) error) error) (remove func()) {
	r := registryOf(s)
	p := &wrap
	r.mu.Lock()
	defer r.mu.Unlock()
	r.around = append(slices.Clip(r.around), p)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.around = slices.DeleteFunc(slices.Clone(r.around), func(q *wrapper) bool { return q == p })
	}
}

type wrapper = func(ctx context.Context, effect func(context.Context) error) error

func (r *registry) wrapped(effect func(context.Context) error) func(context.Context) error {
	r.mu.Lock()
	around := r.around
	r.mu.Unlock()
	for _, wrap := range slices.Backward(around) {
		inner := effect
		effect = func(ctx context.Context) error { return (*wrap)(ctx, inner) }
	}
	return effect
}
