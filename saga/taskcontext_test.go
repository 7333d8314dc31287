package saga_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

func TestTheContextOfASaga(t *testing.T) {
	type user struct{}
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(0)
		ctx, leave := context.WithCancelCause(context.WithValue(t.Context(), user{}, "ada"))
		aborted := false
		sg := saga.Update(func(n *int) { *n++ }).Effect(func(ctx context.Context, _ int) error {
			if ctx.Value(user{}) != "ada" || saga.TaskFrom(ctx) == nil {
				t.Error("the effect's context has neither value")
			}
			<-ctx.Done()
			aborted = true
			return ctx.Err()
		}).Context(ctx)
		task := saga.Run(s, a, sg)
		synctest.Wait()
		leave(errors.New("the user has left the page"))
		synctest.Wait()
		if task.State() != saga.Cancelled || !errors.Is(task.Err(), saga.ErrCancelled) || !aborted || a.Get(s) != 0 {
			t.Errorf("the task is %v: %v; the value %d", task.State(), task.Err(), a.Get(s))
		}
		if task.Err().Error() != "saga: cancelled: the user has left the page" {
			t.Errorf("err %v", task.Err())
		}
		late := saga.Run(s, a, sg)
		if late.State() != saga.Cancelled || a.Get(s) != 0 || late.Attempts() != 0 {
			t.Errorf("one that came late is %v", late.State())
		}
	})
}

func TestADeadlineOfTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		task := saga.Run(s, a, saga.Update(func(n *int) { *n++ }).
			Effect(func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }).Context(ctx))
		task.Wait(t.Context())
		if task.State() != saga.Cancelled || !errors.Is(task.Err(), context.DeadlineExceeded) {
			t.Errorf("the task is %v: %v", task.State(), task.Err())
		}
	})
}

// The same saga a thousand times leaves nothing in its context.
func TestTheContextKeepsNoTasks(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	ctx := &counting{Context: t.Context(), done: make(chan struct{})}
	saga.Run(s, a, saga.Update(func(n *int) { *n++ }).Effect(func(context.Context, int) error { return nil }).Context(ctx)).Wait(t.Context())
	if ctx.after != 0 {
		t.Errorf("%d functions are left", ctx.after)
	}
}
