package saga

import (
	"slices"
	"time"
)

// A policy says what becomes of sagas that are run on the same atom while one
// of them is not over: see the package documentation.
type policy struct {
	kind   policyKind
	key    any
	every  time.Duration
	scoped bool // one of the keys is a Scope
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

// A Scope is a key of a policy that is not tied to an atom: all sagas of a store that
// have the same policy and the same keys meet in it, whatever they are run on.
//
//	sync.Serial(saga.Scope("sync")) // one after the other in the whole store
type Scope string

// Every lets all runs go their own way. It is the default. This and the other
// policies are a table in the package documentation.
func (s Saga[T]) Every() Saga[T] { return s.with(policy{}) }

// Latest supersedes the one that runs.
func (s Saga[T]) Latest(key ...any) Saga[T] { return s.with(policyOf(latest, 0, key)) }

// Leading does not run while one runs; [Run] returns that one's task.
func (s Saga[T]) Leading(key ...any) Saga[T] { return s.with(policyOf(leading, 0, key)) }

// Serial has its effect wait until those before it are over.
func (s Saga[T]) Serial(key ...any) Saga[T] { return s.with(policyOf(serial, 0, key)) }

// Debounce has one effect for all that are run in a row with less than d
// between them.
func (s Saga[T]) Debounce(d time.Duration, key ...any) Saga[T] {
	return s.with(policyOf(debounce, d, key))
}

// Throttle has at most one effect begin in a time of d, the first one at once.
func (s Saga[T]) Throttle(d time.Duration, key ...any) Saga[T] {
	return s.with(policyOf(throttle, d, key))
}

func (s Saga[T]) with(p policy) Saga[T] {
	s.policy = p
	return s
}

func policyOf(kind policyKind, d time.Duration, keys []any) policy {
	return policy{kind, keyOf(keys), d, slices.ContainsFunc(keys, isScope)}
}

func isScope(key any) bool { _, is := key.(Scope); return is }

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
