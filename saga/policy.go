package saga

import "time"

// A policy says what becomes of sagas that are run on the same atom while one
// of them is not over. Without one (Every) they do not know of each other. In
// any case the Law holds for what shows; the policy is about effects:
//
//	policy    the running one     the waiting ones        the new one
//	Every     goes on             -                       starts at once
//	Latest    superseded          -                       starts at once
//	Leading   goes on             -                       is not run: Run returns the running task
//	Serial    goes on             keep their turn         shows at once; its effect waits for its turn
//	Debounce  goes on             the new one joins it    shows at once; one effect once all is quiet
//	Throttle  goes on             the new one joins it    shows at once; one effect each interval
//
// Superseded means: taken back in the same batch in which the new one enters,
// so that nobody sees the value in between, and its effect cancelled.
//
// Sagas that have joined are one task: one effect, with the value after all of
// them and one merged [Task.Patch], whose inverse leads back to what was there
// before the first. They settle together. Its effect starts after the running
// one's is over.
//
// Policies work among sagas on the same atom that have the same policy and the
// same key. Give keys when sagas of different kinds run on one atom: one that
// renames is no reason to supersede one that toggles.
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

// Every lets all runs go their own way. It is the default.
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
