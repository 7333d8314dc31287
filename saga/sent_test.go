package saga_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// What was sent is what is re-applied: the page shows what the server was told.
func TestAsSent(t *testing.T) {
	for _, test := range []struct {
		reason  string
		asSent  bool
		below   func(*doc) // what changes under the saga
		update  func(*doc)
		visible doc
	}{
		{
			reason: "an intent counts on from the new value",
			below:  func(d *doc) { d.Count = 10 },
			update: func(d *doc) { d.Count++ }, visible: doc{Count: 11, Rows: list("x", "y").Rows},
		},
		{
			reason: "a patch says what it said", asSent: true,
			below:  func(d *doc) { d.Count = 10 },
			update: func(d *doc) { d.Count++ }, visible: doc{Count: 1, Rows: list("x", "y").Rows},
		},
		{
			reason: "an element is found by its identity, not by its position", asSent: true,
			below:   func(d *doc) { d.Rows = slices.Insert(d.Rows, 0, row{ID: "new", Name: "new"}) },
			update:  func(d *doc) { d.Rows[1].Name = "renamed" },
			visible: doc{Rows: []row{{"new", "new"}, {"x", "x"}, {"y", "renamed"}}},
		},
	} {
		t.Run(test.reason, func(t *testing.T) {
			s, a := atom.NewStore(), atom.New(list("x", "y"))
			h := &sagatest.Hand{}
			sg := saga.Update(test.update).Effect(sagatest.Effect[doc](h))
			if test.asSent {
				sg = sg.PinPatch()
			}
			h.Task = saga.Run(s, a, sg)
			before := h.Task.Patch().String()
			if err := a.SyncUpdate(s, test.below); err != nil {
				t.Fatal(err)
			}
			expect(t, s, a, test.visible)
			if got := h.Task.Patch().String(); got != before {
				t.Errorf("the task's patch has become %q, it was %q", got, before)
			}
			h.Fail(errServer)
			want := list("x", "y")
			test.below(&want)
			expect(t, s, a, want)
		})
	}
}

func TestAsSentThatFindsNoPlaceIsAConflict(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x", "y"))
	h := &sagatest.Hand{}
	h.Task = saga.Run(s, a, saga.Update(func(d *doc) { d.Rows[1].Name = "renamed" }).Effect(sagatest.Effect[doc](h)).PinPatch())
	a.SyncUpdate(s, remove("y"))
	h.Task.Wait(t.Context())
	if h.Task.State() != saga.Conflict {
		t.Errorf("the task is %v", h.Task.State())
	}
	expect(t, s, a, list("x"))
}

// Latest takes back the old one in the batch in which the new one enters: what
// the new one has sent is what it changes without it.
func TestAsSentOfTheLatest(t *testing.T) {
	s, a := atom.NewStore(), atom.New(0)
	set := saga.Update(func(n *int) { *n = 1 }).
		Effect(func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }).Latest().PinPatch()
	saga.Run(s, a, set)
	second := saga.Run(s, a, set)
	if a.Get(s) != 1 || second.Patch().Empty() {
		t.Errorf("the value is %d, the patch %s", a.Get(s), second.Patch())
	}
	second.Cancel()
	if a.Get(s) != 0 {
		t.Errorf("the value is %d", a.Get(s))
	}
}

// An effect that asks for the patch to send it has it re-applied from then on.
func TestAsSentOfATask(t *testing.T) {
	s, a := atom.NewStore(), atom.New(list("x", "y"))
	h := sagatest.Run(s, a, func(d *doc) { d.Count++; d.Rows[1].Name += "!" })
	a.SyncUpdate(s, func(d *doc) { d.Count = 10 })
	expect(t, s, a, doc{Count: 11, Rows: []row{{"x", "x"}, {"y", "y!"}}})
	patch, err := h.Task.PinPatch()
	if err != nil || patch.String() != h.Task.Patch().String() {
		t.Errorf("%s, %v", patch, err)
	}
	a.SyncUpdate(s, func(d *doc) { d.Count = 20; slices.Reverse(d.Rows); d.Rows[0].Name = "z" })
	expect(t, s, a, doc{Count: 11, Rows: []row{{"y", "y!"}, {"x", "x"}}})
	if again, _ := h.Task.PinPatch(); again.String() != patch.String() {
		t.Errorf("another attempt would send %s, not %s", again, patch)
	}
	h.Fail(errServer)
	expect(t, s, a, doc{Count: 20, Rows: []row{{"y", "z"}, {"x", "x"}}})
	if _, err := h.Task.PinPatch(); err != nil {
		t.Error(err)
	}
}

func TestAsSentOfABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(list("x"))
		var sent draft.Changes
		more := func(of string) saga.Saga[doc] {
			return saga.Update(func(d *doc) { d.Count++; d.Title += of }).Effect(func(ctx context.Context, _ doc) (err error) {
				sent, err = saga.TaskFrom(ctx).PinPatch()
				<-ctx.Done()
				return errors.Join(err, ctx.Err())
			}).Debounce(time.Second)
		}
		task := saga.Run(s, a, more("a"))
		saga.Run(s, a, more("b"))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		a.Sync(s, doc{Count: 100, Title: "theirs"})
		told, err := draft.Apply(doc{}, sent)
		if err != nil || told.Count != 2 || told.Title != "ab" {
			t.Errorf("the server was told %+v, %v", told, err)
		}
		expect(t, s, a, told)
		task.Cancel()
		synctest.Wait()
	})
}

// An effect that goes on after its task has ended has nothing to send.
func TestThePatchOfATaskThatHasEndedIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := atom.NewStore(), atom.New(doc{})
		var mu sync.Mutex
		var errs [2]error
		run := func(ask bool) *saga.Task {
			return saga.Run(s, a, saga.Update(func(d *doc) { d.Count++ }).Effect(func(ctx context.Context, _ doc) error {
				task := saga.TaskFrom(ctx)
				if ask {
					task.PinPatch()
				}
				time.Sleep(time.Hour)
				mu.Lock()
				defer mu.Unlock()
				_, errs[0] = task.PinPatch()
				_, errs[1] = task.PatchSent()
				return nil
			}).Timeout(time.Minute))
		}
		run(false).Wait(t.Context())
		time.Sleep(2 * time.Hour)
		mu.Lock()
		for _, err := range errs {
			if !errors.Is(err, saga.ErrEnded) {
				t.Errorf("the error is %v", err)
			}
		}
		mu.Unlock()
		run(true).Wait(t.Context())
		time.Sleep(2 * time.Hour)
		mu.Lock()
		defer mu.Unlock()
		if errs != [2]error{} {
			t.Errorf("what was sent before is known: %v", errs)
		}
	})
}
