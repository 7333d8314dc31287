package saga_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

func TestADurableSagaOutlivesItsPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		s, close := d.open()
		task := setName.Run(s, rename{"a", "new"})
		synctest.Wait() // it is on its way
		close()
		id := task.ID()

		s, close = d.open()
		defer close()
		running := saga.Tasks().Get(s).Running
		if got := nameOf.Of("a").Get(s); got != "new" || len(running) != 1 || running[0].ID() != id {
			t.Fatalf("after the reload the name is %q; %d tasks run", got, len(running))
		}
		if err := running[0].Wait(t.Context()); err != nil {
			t.Error(err)
		}
		if got := strings.Join(d.asked, " "); got != "a=new a=new" {
			t.Errorf("the server was asked %s", got)
		}
		if left := d.records(); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	})
}

func TestSagasOnOneAtomAreSentInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		s, close := d.open()
		defer close()
		for _, to := range []string{"1", "2"} {
			setName.Run(s, rename{"a", to})
			setName.Run(s, rename{"b", to})
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		at := map[string]int{}
		for n, asked := range d.asked {
			at[asked] = n
		}
		if len(d.asked) != 4 || at["a=1"] > 1 || at["b=1"] > 1 {
			t.Errorf("the server was asked %v: the first of both, then the second", d.asked)
		}
	})
}

func TestAnotherPageShowsWhatWaitsAndWhatItBecame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(in rename) (string, error) {
			if in.Row == "b" {
				return "", errServer
			}
			return strings.ToUpper(in.To), nil
		}
		owner, close1 := d.open()
		defer close1()
		other, close2 := d.open()
		defer close2()
		setName.Run(other, rename{"a", "new"})
		refused := setName.Run(owner, rename{"b", "new"})
		synctest.Wait()
		for _, s := range []*atom.Store{owner, other} {
			if a, b := nameOf.Of("a").Get(s), nameOf.Of("b").Get(s); a != "new" || b != "new" {
				t.Errorf("while they are on their way: %s, %s", a, b)
			}
		}
		time.Sleep(time.Minute)
		for _, s := range []*atom.Store{owner, other} {
			if a, b := nameOf.Of("a").Get(s), nameOf.Of("b").Get(s); a != "NEW" || b != "old" {
				t.Errorf("afterwards: %s, %s", a, b)
			}
			if state := saga.OutboxOf(s).State().Get(s); state.Waiting != 0 || len(state.Aside) != 1 || state.Aside[0].Reason != errServer.Error() {
				t.Errorf("afterwards the outbox is %+v", state)
			}
		}
		if len(d.asked) != 2 {
			t.Errorf("the server was asked %v", d.asked)
		}
		refused.Dismiss()
		time.Sleep(time.Minute)
		for _, s := range []*atom.Store{owner, other} {
			if state := saga.OutboxOf(s).State().Get(s); len(state.Aside) != 0 {
				t.Errorf("once dismissed the outbox is %+v", state)
			}
		}
		if left := d.records(); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	})
}

// A result that the effect does not have, no page makes a post-effect of.
func TestADurableSagaWithoutAResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", saga.ErrNoResult }
		one, closeOne := d.open()
		two, closeTwo := d.open()
		for _, s := range []*atom.Store{one, two} {
			saga.OnError(s, func(task *saga.Task) { t.Errorf("told of %v, %v", task.Err(), task.PostErr()) })
		}
		setName.Run(two, rename{"a", "new"})
		time.Sleep(time.Minute)
		for _, s := range []*atom.Store{one, two} {
			if got := nameOf.Of("a").Get(s); got != "new" || len(d.records()) != 0 {
				t.Errorf("it shows %q, and the outbox has %v", got, d.records())
			}
		}
		closeOne()
		closeTwo()
	})
}

func TestWhatIsTakenUp(t *testing.T) {
	for _, row := range []struct {
		reason string
		record saga.Record
		a      string // the name of row a in the end
		aside  string // part of the reason
	}{
		{"as it was written", saga.Record{Name: "test.rename", Version: 2, Input: `{"Row":"a","To":"new"}`}, "new", ""},
		{"an earlier version, migrated", saga.Record{Name: "test.rename", Version: 1, Input: `"a=new"`}, "new", ""},
		{"an earlier version, which migration does not take", saga.Record{Name: "test.rename", Version: 1, Input: `"a"`}, "old", "no ="},
		{"a later version", saga.Record{Name: "test.rename", Version: 3, Input: `{}`}, "old", "newer version"},
		{"an input that does not decode", saga.Record{Name: "test.rename", Version: 2, Input: `{"Row":1}`}, "old", "cannot be read"},
		{"a definition that is gone", saga.Record{Name: "test.gone", Version: 1, Input: `{}`}, "old", "does not know"},
		{"a target that is gone", saga.Record{Name: "test.rename", Version: 2, Input: `{"Row":"c","To":"new"}`}, "old", "no such element"},
		{"a failure of before", saga.Record{Name: "test.rename", Version: 2, Input: `{"Row":"a","To":"new"}`, Reason: "no"}, "old", "no"},
	} {
		t.Run(row.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newRenamePages(t)
				row.record.ID = "1"
				d.put(row.record)
				s, close := d.open()
				time.Sleep(time.Minute)
				if got := nameOf.Of("a").Get(s); got != row.a {
					t.Errorf("the name is %q, want %q", got, row.a)
				}
				state := saga.OutboxOf(s).State().Get(s)
				if row.aside == "" && (len(state.Aside) > 0 || len(d.records()) > 0) {
					t.Errorf("the outbox is %+v, %v", state, d.records())
				}
				if row.aside != "" && (len(state.Aside) != 1 || !strings.Contains(state.Aside[0].Reason, row.aside)) {
					t.Errorf("the outbox is %+v, want it aside: %s", state, row.aside)
				}
				close()

				s, close = d.open() // it is still there at the next start, until it is discarded
				defer close()
				if again := saga.OutboxOf(s).State().Get(s); len(again.Aside) != len(state.Aside) {
					t.Errorf("at the next start the outbox is %+v", again)
				}
				saga.OutboxOf(s).Discard("1")
				time.Sleep(time.Minute)
				if left := d.records(); len(left) > 0 {
					t.Errorf("left are %v", left)
				}
			})
		})
	}
}

func TestAFailureOutlivesThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errServer }
		s, close := d.open()
		setName.Run(s, rename{"a", "new"}).Wait(t.Context())
		close()
		d.answer = func(in rename) (string, error) { return in.To, nil }

		s, close = d.open()
		defer close()
		var failed []*saga.Task
		defer saga.OnError(s, func(t *saga.Task) { failed = append(failed, t) })()
		if len(failed) != 1 || failed[0].Err().Error() != errServer.Error() || nameOf.Of("a").Get(s) != "old" {
			t.Fatalf("at the next start %d have failed, the name is %q", len(failed), nameOf.Of("a").Get(s))
		}
		if err := failed[0].Retry().Wait(t.Context()); err != nil || nameOf.Of("a").Get(s) != "new" {
			t.Errorf("tried again: %v, %q", err, nameOf.Of("a").Get(s))
		}
		time.Sleep(time.Minute)
		if left := d.records(); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	})
}

func TestAServerThatCannotBeReachedIsProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errModelLost }
		page := d.memory.Open()
		s := atom.NewStore()
		names.Set(s, map[string]string{"a": "old", "b": "old"})
		defer useOutbox(s, page)()
		synctest.Wait()
		task := setName.Run(s, rename{"a", "new"})
		setName.Run(s, rename{"b", "new"})
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(d.asked); task.State() != saga.Running || n < 60 || n > 400 {
			t.Errorf("after an hour the task is %s; the server was asked %d times", task.State(), n)
		}
		if state := saga.OutboxOf(s).State().Get(s); state.Waiting != 2 || !state.Paused {
			t.Errorf("the outbox is %+v", state)
		}
		d.answer = func(in rename) (string, error) { return in.To, nil }
		before := len(d.asked)
		page.Online()
		time.Sleep(5 * time.Second) // an effect takes one, and the one that had begun to find out is still to fail
		if state := saga.OutboxOf(s).State().Get(s); state.Waiting != 0 || state.Paused || len(d.asked) > before+3 {
			t.Errorf("back online the outbox is %+v", state)
		}
	})
}

func TestAnOutboxWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		s, close := d.open()
		defer close()
		full := errors.New("no room")
		d.memory.Fail(full)
		task := setName.Run(s, rename{"a", "new"})
		synctest.Wait()
		if state := saga.OutboxOf(s).State().Get(s); state.Err != full.Error() {
			t.Errorf("the outbox is %+v", state)
		}
		if err := task.Wait(t.Context()); err != nil || nameOf.Of("a").Get(s) != "new" {
			t.Errorf("it goes on without: %v", err)
		}
		d.memory.Fail(nil)
		setName.Run(s, rename{"a", "newer"}).Wait(t.Context())
		if state := saga.OutboxOf(s).State().Get(s); state.Err != "" || state.Waiting != 0 {
			t.Errorf("with room again the outbox is %+v", state)
		}
	})
}

func TestCancellingADurableSagaTakesItOutEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errModelLost }
		owner, close1 := d.open()
		defer close1()
		other, close2 := d.open()
		defer close2()
		setName.Run(owner, rename{"a", "new"})
		time.Sleep(10 * time.Second)
		saga.Tasks().Get(other).Running[0].Cancel()
		time.Sleep(time.Minute)
		for _, s := range []*atom.Store{owner, other} {
			if state := saga.OutboxOf(s).State().Get(s); nameOf.Of("a").Get(s) != "old" || state.Waiting != 0 || len(state.Aside) > 0 {
				t.Errorf("the name is %q, the outbox %+v", nameOf.Of("a").Get(s), state)
			}
		}
		if left := d.records(); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	})
}

func TestAnInputThatCannotBeEncodedFails(t *testing.T) {
	s := atom.NewStore()
	names.Set(s, map[string]string{"a": "old"})
	task := unencodable.Run(s, func() {})
	if task.State() != saga.Failed || task.Err() == nil {
		t.Errorf("the task has %s: %v", task.State(), task.Err())
	}
	if again := task.Retry(); again.State() != saga.Failed {
		t.Errorf("tried again it has %s", again.State())
	}
}

var unencodable = saga.Define("test.unencodable",
	func(func()) *atom.Atom[string] { return nameOf.Of("a") },
	func(func()) saga.Saga[string] { return saga.Effect(func(context.Context, string) error { return nil }) })

func TestTwoDefinitionsOfOneName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	saga.Define("test.rename", func(rename) *atom.Atom[string] { return nil }, func(rename) saga.Saga[string] { return saga.Saga[string]{} })
}
