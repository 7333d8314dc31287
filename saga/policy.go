package saga

import (
	"slices"
	"time"
)

// policy says what becomes of sagas that are run on the same atom while one of them runs.
// See the package documentation and Saga.
type policy struct {
	kind     policyKind
	key      any
	interval time.Duration // of debounce and throttle
	scoped   bool          // one of the keys is a Scope
}

type policyKind uint8

const (
	every policyKind = iota // no policy: each goes its own way
	latest
	leading
	serial
	debounce
	throttle
)

// Scope is a key of a policy that is not tied to an atom: in it all sagas of a store meet
// that have the same policy and the same keys, whatever they are run on.
//
//	sync.Serial(saga.Scope("sync")) // one after the other in the whole store
type Scope string

// Latest has a run supersede the one before it. This and the other policies are a table in
// the package documentation. The last policy that a saga is given counts.
func (s Saga[T]) Latest(key ...any) Saga[T] { return s.withPolicy(policyOf(latest, 0, key)) }

// Leading lets no run begin while one runs; [Run] returns the task of that one.
func (s Saga[T]) Leading(key ...any) Saga[T] { return s.withPolicy(policyOf(leading, 0, key)) }

// Serial has an effect wait until those before it are over.
func (s Saga[T]) Serial(key ...any) Saga[T] { return s.withPolicy(policyOf(serial, 0, key)) }

// Debounce has one effect for all runs that follow each other in less than d.
func (s Saga[T]) Debounce(d time.Duration, key ...any) Saga[T] {
	return s.withPolicy(policyOf(debounce, d, key))
}

// Throttle lets at most one effect begin in a time of d, the first one at once. Runs that come
// meanwhile share the next one.
func (s Saga[T]) Throttle(d time.Duration, key ...any) Saga[T] {
	return s.withPolicy(policyOf(throttle, d, key))
}

func (s Saga[T]) withPolicy(p policy) Saga[T] {
	s.policy = p
	return s
}

func policyOf(kind policyKind, d time.Duration, keys []any) policy {
	return policy{kind, keyOf(keys), d, slices.ContainsFunc(keys, isScope)}
}

func isScope(key any) bool { _, is := key.(Scope); return is }

// keyOf returns one comparable key for several.
func keyOf(keys []any) any {
	switch len(keys) {
	case 0:
		return nil
	case 1:
		return keys[0]
	}
	return [2]any{keys[0], keyOf(keys[1:])}
}
