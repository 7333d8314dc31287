package saga

import "time"

// A policy says what becomes of sagas that are run on the same atom while one
// of them is not over: see the package documentation.
type policy struct {
	kind  policyKind
	key   any
	every time.Duration
}

type policyKind uint8

const (
	every policyKind = iota
	latest
	leading
	serial
	debounce
	throttle
)

// Every lets all runs go their own way. It is the default. This and the other
// policies are a table in the package documentation.
func (s Saga[T]) Every() Saga[T] { return s.with(policy{}) }

// Latest supersedes the one that runs.
func (s Saga[T]) Latest(key ...any) Saga[T] { return s.with(policy{latest, keyOf(key), 0}) }

// Leading does not run while one runs; [Run] returns that one's task.
func (s Saga[T]) Leading(key ...any) Saga[T] { return s.with(policy{leading, keyOf(key), 0}) }

// Serial has its effect wait until those before it are over.
func (s Saga[T]) Serial(key ...any) Saga[T] { return s.with(policy{serial, keyOf(key), 0}) }

// Debounce has one effect for all that are run in a row with less than d
// between them.
func (s Saga[T]) Debounce(d time.Duration, key ...any) Saga[T] {
	return s.with(policy{debounce, keyOf(key), d})
}

// Throttle has at most one effect begin in a time of d, the first one at once.
func (s Saga[T]) Throttle(d time.Duration, key ...any) Saga[T] {
	return s.with(policy{throttle, keyOf(key), d})
}

func (s Saga[T]) with(p policy) Saga[T] {
	s.policy = p
	return s
}

// keyOf makes several keys one.
func keyOf(key []any) any {
	switch len(key) {
	case 0:
		return nil
	case 1:
		return key[0]
	}
	return [2]any{key[0], keyOf(key[1:])}
}
