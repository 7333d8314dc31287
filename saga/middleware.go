package saga

import (
	"context"
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// middleware is a function that was passed to [Wrap].
type middleware = func(ctx context.Context, effect func(context.Context) error) error

// Wrap has every attempt of every effect in the store go through wrap, until remove is
// called. wrap may call effect or not; what it returns is the outcome of the attempt. It is
// the place for what all effects share (a token, a limit, a spinner), for panels that hold
// effects back, and for tests. wrap runs on the effect's goroutine, and [TaskFrom] of its
// ctx returns the task. A function that is set later is called inside of those set earlier.
func Wrap(s *atom.Store, wrap func(ctx context.Context, effect func(context.Context) error) error) (remove func()) {
	r := registryOf(s)
	p := &wrap
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wraps = append(slices.Clip(r.wraps), p)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.wraps = slices.DeleteFunc(slices.Clone(r.wraps), func(q *middleware) bool { return q == p })
	}
}

// wrapped returns effect inside of the store's middleware.
func (r *registry) wrapped(effect func(context.Context) error) func(context.Context) error {
	r.mu.Lock()
	wraps := r.wraps
	r.mu.Unlock()
	for _, wrap := range slices.Backward(wraps) {
		inner := effect
		effect = func(ctx context.Context) error { return (*wrap)(ctx, inner) }
	}
	return effect
}
