package saga_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		aborted := false
		task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 5 }).
			Effect(func(ctx context.Context, _ doc) error { <-ctx.Done(); aborted = true; return ctx.Err() }).
			Timeout(time.Minute))
		if err := task.Wait(t.Context()); err != saga.ErrTimeout || task.State() != saga.Failed {
			t.Errorf("the task is %v: %v", task.State(), err)
		}
		synctest.Wait()
		if !aborted {
			t.Error("the request was not aborted")
		}
		expect(t, s, a, doc{})
	})
}

func TestTimeoutOfAnEffectThatDoesNotListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 5 }).
			Effect(func(context.Context, doc) error { time.Sleep(time.Hour); return nil }).
			Timeout(time.Minute))
		task.Wait(t.Context())
		if took := task.Ended().Sub(task.Began()); took != time.Minute {
			t.Errorf("it took %v, want a minute", took)
		}
		time.Sleep(2 * time.Hour)
		if task.State() != saga.Failed {
			t.Errorf("a late answer made the task %v", task.State())
		}
		expect(t, s, a, doc{})
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		saga.OnError(s, func(*saga.Task) { t.Error("only the task is told") })
		aborted := false
		task := saga.Run(s, a, saga.Update(func(d *doc) { d.Count = 5 }).
			Effect(func(ctx context.Context, _ doc) error { <-ctx.Done(); aborted = true; return ctx.Err() }))
		later := sagatest.Run(s, a, func(d *doc) { d.Title = "later" })
		synctest.Wait()
		task.Cancel()
		expect(t, s, a, doc{Title: "later"})
		if task.State() != saga.Cancelled || task.Err() != saga.ErrCancelled {
			t.Errorf("the task is %v: %v", task.State(), task.Err())
		}
		synctest.Wait()
		if !aborted {
			t.Error("the request was not aborted")
		}
		task.Cancel()
		later.Succeed()
		later.Task.Cancel()
		expect(t, s, a, doc{Title: "later"})
	})
}

func TestItCannotBeReApplied(t *testing.T) {
	for _, cause := range []struct {
		reason string
		on     func(*atom.Atom[doc]) *atom.Atom[row]
		update func(*row)
		rename func(*doc)
		want   error
	}{
		{
			reason: "its target is gone",
			on:     func(a *atom.Atom[doc]) *atom.Atom[row] { return rowOf(a, "x") },
			update: func(r *row) { r.Name = "mine" },
			rename: remove("x"),
			want:   atom.ErrMissing,
		},
		{
			reason: "its update panics on the new value",
			on:     func(a *atom.Atom[doc]) *atom.Atom[row] { return rowOf(a, "x") },
			update: func(r *row) {
				if r.Name == "theirs" {
					panic("no")
				}
				r.Name = "mine"
			},
			rename: func(d *doc) { d.Rows[0].Name = "theirs" },
			want:   draft.ErrUpdatePanicked,
		},
	} {
		t.Run(cause.reason, func(t *testing.T) {
			s, a := atom.NewStore(), atom.New(list("x", "y"))
			var conflicts []atom.Conflict
			s.OnConflict(func(c atom.Conflict) { conflicts = append(conflicts, c) })
			h := sagatest.Run(s, cause.on(a), cause.update)
			after := sagatest.Run(s, a, func(d *doc) { d.Count++ })
			if err := a.SyncUpdate(s, cause.rename); err != nil {
				t.Fatal(err)
			}
			err := h.Task.Wait(t.Context())
			if h.Task.State() != saga.Conflict || !errors.Is(err, saga.ErrConflict) || !errors.Is(err, cause.want) {
				t.Errorf("the task is %v: %v", h.Task.State(), err)
			}
			if len(conflicts) != 1 {
				t.Fatalf("%d conflicts, want 1", len(conflicts))
			}
			c := conflicts[0]
			if c.Mine.(row).Name != "mine" || c.Base.(row).Name != "x" || !strings.HasSuffix(c.Path, "x") && !strings.Contains(c.Path, "0") {
				t.Errorf("the conflict is %+v", c)
			}
			after.Fail(errServer)
			want := list("x", "y")
			cause.rename(&want)
			expect(t, s, a, want)
		})
	}
}

func rowOf(a *atom.Atom[doc], id string) *atom.Atom[row] {
	return atom.At(atom.Focus(a, func(d *doc) *[]row { return &d.Rows }), id)
}

func TestTheTargetIsGoneWhenThePostEffectRuns(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x"))
	h := runThen(s, rowOf(a, "x"), func(r *row) { r.Name = "A" }, func(r *row) { r.Name = "post" })
	a.Update(s, remove("x"))
	h.Succeed()
	if h.Task.State() != saga.Succeeded || !errors.Is(h.Task.PostErr(), atom.ErrMissing) {
		t.Errorf("the task is %v, PostErr %v", h.Task.State(), h.Task.PostErr())
	}
}

// TestNoFlashBetweenSuccessAndPostEffect watches every notification: the value
// goes from the optimistic one to the final one, and never back.
func TestNoFlashBetweenSuccessAndPostEffect(t *testing.T) {
	s, a := atom.NewStore(), atom.New("old")
	var seen []string
	defer s.Subscribe(a, func() { seen = append(seen, a.Get(s)) })()
	h := runThen(s, a, func(v *string) { *v = "mine" }, func(v *string) { *v = "server's" })
	h.Succeed()
	if got := strings.Join(seen, " "); got != "mine server's" {
		t.Errorf("the values seen were %q", got)
	}
}

// An effect that does not listen to its context may return while the next attempt does.
func TestWhatALateEffectMakesIsNobodys(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			s, a := atom.NewStore(), atom.New("")
			var attempts atomic.Int32
			again := make(chan struct{})
			task := saga.Run(s, a, saga.New(
				func(*string) struct{} { return struct{}{} },
				func(context.Context, string, struct{}) (string, error) {
					if attempts.Add(1) == 1 {
						<-again
						return "late", nil
					}
					close(again)
					return "answer", nil
				},
				func(draft *string, made string) { *draft = made },
			).Timeout(time.Second).Retry(saga.Backoff{Retries: 1}))
			if err := task.Wait(t.Context()); err != nil || a.Get(s) != "answer" {
				t.Errorf("%q, %v", a.Get(s), err)
			}
		})
	}
}
