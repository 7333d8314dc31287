package saga

import "errors"

// State tells how far a task is. It changes once, from Running to another.
type State string

const (
	Running   State = "running"
	Succeeded State = "succeeded" // the effect has worked, or there was none
	Failed    State = "failed"    // the effect has not worked; the change is taken back
	Cancelled State = "cancelled" // by [Task.Cancel] or the saga's context; the change is taken back

	// Superseded by a newer run of the saga ([Saga.Latest]); the change is taken back.
	Superseded State = "superseded"

	// Conflict: the change could not be re-applied, and is taken back.
	Conflict State = "conflict"
)

var (
	// ErrTimeout is the error of a task whose effect took longer than [Saga.Timeout]
	// allows.
	ErrTimeout = errors.New("saga: the effect took too long")

	// ErrCancelled is wrapped by the error of a task that was cancelled.
	ErrCancelled = errors.New("saga: cancelled")

	// ErrSuperseded is the error of a task that a newer one has superseded.
	ErrSuperseded = errors.New("saga: superseded by a newer one")

	// ErrConflict is wrapped by the error of a task whose change could not be re-applied
	// when something below it changed.
	ErrConflict = errors.New("saga: the change could not be re-applied")

	// ErrEffectPanicked is wrapped by the error of a task whose effect panicked. The text
	// of that error has the value and the stack.
	ErrEffectPanicked = errors.New("saga: the effect panicked")

	// ErrNoResult is for an effect to return, wrapped or not, that has worked and has no
	// result to hand on. The task succeeds, and the post-effect that [New] was given, which
	// would write a value that nobody has given it, is not called.
	ErrNoResult = errors.New("saga: the effect has worked, without a result")

	// ErrEnded is wrapped by the error of [Task.PinPatch] and [Task.PatchSent] when the
	// task has ended and its patch was not asked for before.
	ErrEnded = errors.New("saga: the task has ended")

	// ErrEffectExited is wrapped by the error of a task whose effect has ended its
	// goroutine ([runtime.Goexit], as a test's FailNow does) and so can return nothing. It
	// is not tried again.
	ErrEffectExited = errors.New("saga: the effect has ended its goroutine (runtime.Goexit)")
)
