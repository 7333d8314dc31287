package saga

import "github.com/atomsaga/atomsaga/atom"

// durable is what the outbox does for a task whose saga was made with [Define]; an item is
// one. The methods that take a batch are called with the store's lock.
type durable interface {
	id() string

	// makeRoom prepares the log for the dispatch of the task's update, in the same batch.
	// restore is called after it.
	makeRoom(*atom.Batch, *Task) (restore func())

	// entered is called when the update is in the log, in the same batch.
	entered(*atom.Batch, *Task)

	// canWait reports whether the task goes on although its change cannot be applied: what
	// is in its way may be taken back. wentAway is called then, without the lock.
	canWait(*Task) bool
	wentAway(*Task)

	// reenter enters a change that is away from the log where it belongs, if it can be
	// applied.
	reenter(*atom.Batch, *Task)

	// perform makes one attempt.
	perform(*Task)

	// patchToSend returns what the first attempt has sent, or patch if this is the first.
	// patchRefused says that a server has refused that: the next attempt sends another.
	patchToSend(patch []byte) []byte
	patchRefused()

	// ended is called when the task has ended, in the same batch.
	ended(*atom.Batch, *Task)

	// dismissed says that somebody has dismissed the failure; retry runs the saga again.
	dismissed()
	retry() *Task
}
