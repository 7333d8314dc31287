package saga

import (
	"context"
	"time"

	"github.com/atomsaga/atomsaga/internal/wait"
)

// taskContext is the context of a task's effects. It ends with the task. Of the saga's own
// context it has only the values: when that context ends, the task is cancelled.
type taskContext Task

type taskKey struct{}

// The end of the context is that of the one that newTask makes of it.
func (*taskContext) Deadline() (deadline time.Time, ok bool) { return }
func (*taskContext) Done() <-chan struct{}                   { return nil }
func (*taskContext) Err() error                              { return nil }

func (c *taskContext) Value(key any) any {
	switch key {
	case taskKey{}:
		return (*Task)(c)
	case wait.Effect{}:
		return true
	}
	if ctx := (*Task)(c).effectSpec().ctx; ctx != nil {
		return ctx.Value(key)
	}
	return nil
}

// TaskFrom returns the task of the context that an effect was called with, and nil for any
// other context.
func TaskFrom(ctx context.Context) *Task {
	t, _ := ctx.Value(taskKey{}).(*Task)
	return t
}
