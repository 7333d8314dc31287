package saga_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// addRow is about the whole, of which setName is about a part.
var addRow = saga.Define("test.addRow",
	func(string) *atom.Atom[map[string]string] { return names },
	func(row string) saga.Saga[map[string]string] {
		return saga.Update(func(m *map[string]string) {
			if *m == nil {
				*m = map[string]string{}
			}
			(*m)[row] = "added"
		}).Effect(func(ctx context.Context, _ map[string]string) error {
			_, err := serverOfRename(ctx, rename{row, "added"})
			return err
		})
	})

// A change of a part is not sent before an earlier one of the whole has its answer, in
// whichever page either was made, offline, and after a reload.
func TestAPartWaitsForTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errModelLost }
		owner, closeOwner := d.open()
		other, closeOther := d.open()
		addRow.Run(owner, "x")
		synctest.Wait()
		setName.Run(other, rename{"x", "new"})
		setName.Run(other, rename{"a", "new"})
		time.Sleep(time.Hour)
		synctest.Wait()
		if slices.ContainsFunc(d.asked, func(asked string) bool { return asked != "x=added" }) {
			t.Errorf("offline the server was asked %v", d.asked)
		}
		closeOwner()
		closeOther()
		synctest.Wait()
		d.asked, d.answer = nil, func(in rename) (string, error) { return in.To, nil }
		next, close := d.open()
		defer close()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(d.asked) != 3 || d.asked[0] != "x=added" {
			t.Errorf("after a reload the server was asked %v", d.asked)
		}
		if got := names.Get(next); got["x"] != "new" || got["a"] != "new" {
			t.Errorf("the page shows %v", got)
		}
	})
}

// What needs a change that has failed becomes a conflict, which the user sees.
func TestWhatNeedsAFailedChangeIsAConflictThatStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(in rename) (string, error) {
			if in.To == "added" {
				return "", errRefused
			}
			return in.To, nil
		}
		s, close := d.open()
		added := addRow.Run(s, "x")
		renamed := setName.Run(s, rename{"x", "new"})
		time.Sleep(time.Minute)
		if _, ok := renamed.Conflict(); added.State() != saga.Failed || !ok {
			t.Errorf("they have ended as %s and %s", added.State(), renamed.State())
		}
		if len(d.asked) != 1 {
			t.Errorf("the server was asked %v", d.asked)
		}
		close()
		s, close = d.open()
		defer close()
		var aside []string
		for _, r := range saga.OutboxOf(s).State().Get(s).Aside {
			aside = append(aside, r.ID)
		}
		if want := []string{added.ID(), renamed.ID()}; !slices.Equal(aside, want) {
			t.Errorf("after a reload %v are set aside, want %v", aside, want)
		}
	})
}

// What was cancelled in a tab that was closed before it could tell is not taken for
// saved by another.
func TestACancelledChangeWhoseTabIsGoneIsNotSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errModelLost }
		mute := &mutePage{Page: d.memory.Open()}
		s := atom.NewStore()
		names.Set(s, map[string]string{"a": "old", "b": "old"})
		stop := saga.UseOutbox(s, mute, func(atom.Reader) bool { return true })
		synctest.Wait()
		other, close := d.open()
		defer close()
		task := setName.Run(s, rename{"a", "new"})
		time.Sleep(10 * time.Second)
		running := saga.Tasks().Get(other).Running
		if len(running) != 1 || running[0].ID() != task.ID() {
			t.Fatalf("in the other tab %d run", len(running))
		}
		mute.mute = true
		task.Cancel()
		time.Sleep(100 * time.Millisecond)
		mute.Close()
		stop()
		time.Sleep(time.Hour)
		if state := running[0].State(); state != saga.Cancelled || nameOf.Of("a").Get(other) != "old" {
			t.Errorf("in the other tab it has %s, the name is %q", state, nameOf.Of("a").Get(other))
		}
	})
}

// A mutePage's messages do not arrive.
type mutePage struct {
	*outbox.Page
	mute bool
}

func (p *mutePage) Tell(message []byte) {
	if !p.mute {
		p.Page.Tell(message)
	}
}

// A record that is not there any more, as when the browser has cleared its storage, says
// nothing: the change goes on, and is written again.
func TestAMissingRecordIsWrittenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errModelLost }
		owner, close1 := d.open()
		defer close1()
		other, close2 := d.open()
		defer close2()
		task := setName.Run(owner, rename{"a", "new"})
		time.Sleep(10 * time.Second)
		if err := d.memory.Open().Remove(t.Context(), d.records()[0].Order); err != nil {
			t.Fatal(err)
		}
		_, close3 := d.open() // has the owner look
		defer close3()
		time.Sleep(time.Minute)
		_, close4 := d.open()
		defer close4()
		time.Sleep(time.Minute)
		if left := d.records(); task.State() != saga.Running || len(left) != 1 || left[0].ID != task.ID() || nameOf.Of("a").Get(other) != "new" {
			t.Errorf("the task has %s, the records are %v", task.State(), left)
		}
	})
}

// What the page says of a change is about that change: no read, and no other page, makes
// an unkept one kept; when there is room again it is.
func TestWhatIsNotKeptIsSaidUntilItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errModelLost }
		s, close := d.open()
		defer close()
		full := errors.New("no room")
		d.memory.Fail(full)
		task := setName.Run(s, rename{"a", "new"})
		time.Sleep(10 * time.Second)
		_, closeOther := d.open() // reads, and has this one read
		defer closeOther()
		time.Sleep(10 * time.Second)
		if state := saga.OutboxOf(s).State().Get(s); len(state.Unkept) != 1 || state.Unkept[0].ID != task.ID() || state.Err != full.Error() {
			t.Errorf("without room the outbox is %+v", state)
		}
		d.memory.Fail(nil)
		time.Sleep(5 * time.Minute)
		if state := saga.OutboxOf(s).State().Get(s); len(state.Unkept) != 0 || state.Err != "" || state.Waiting != 1 {
			t.Errorf("with room again the outbox is %+v", state)
		}
		if left := d.records(); len(left) != 1 || left[0].ID != task.ID() {
			t.Errorf("the records are %v", left)
		}
	})
}

// An errLogin is a server that wants to know first who asks.
type errLogin struct{}

func (errLogin) Error() string      { return "log in first" }
func (errLogin) Unauthorized() bool { return true }

func TestWhatWaitsForALoginGoesOnAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errLogin{} }
		owner, close1 := d.open()
		defer close1()
		other, close2 := d.open()
		defer close2()
		task := setName.Run(owner, rename{"a", "new"})
		setName.Run(owner, rename{"b", "new"})
		time.Sleep(time.Hour)
		for _, s := range []*atom.Store{owner, other} {
			if state := saga.OutboxOf(s).State().Get(s); state.Waiting != 2 || !state.Unauthorized || state.Paused || len(state.Aside) > 0 {
				t.Errorf("before the login the outbox is %+v", state)
			}
		}
		if task.State() != saga.Running {
			t.Errorf("the task has %s", task.State())
		}
		d.answer = func(in rename) (string, error) { return in.To, nil }
		saga.OutboxOf(other).Resume()
		time.Sleep(5 * time.Second)
		for _, s := range []*atom.Store{owner, other} {
			if state := saga.OutboxOf(s).State().Get(s); state.Waiting != 0 || state.Unauthorized {
				t.Errorf("after the login the outbox is %+v", state)
			}
		}
	})
}

// A retry that is cancelled leaves what was refused; one that is refused takes its place.
func TestOnlyARetryThatSucceedsRemovesARefusedRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.answer = func(rename) (string, error) { return "", errRefused }
		s, close := d.open()
		defer close()
		aside := func() (ids []string) {
			for _, r := range saga.OutboxOf(s).State().Get(s).Aside {
				ids = append(ids, r.ID)
			}
			return ids
		}
		refused := setName.Run(s, rename{"a", "new"})
		refused.Wait(t.Context())
		again := refused.Retry()
		again.Cancel()
		time.Sleep(time.Minute)
		if got := aside(); !slices.Equal(got, []string{refused.ID()}) {
			t.Errorf("after a retry that was cancelled %v are set aside", got)
		}
		second := refused.Retry()
		second.Wait(t.Context())
		time.Sleep(time.Minute)
		if got := aside(); !slices.Equal(got, []string{second.ID()}) {
			t.Errorf("after a retry that was refused %v are set aside, want %s", got, second.ID())
		}
		d.answer = func(in rename) (string, error) { return in.To, nil }
		second.Retry().Wait(t.Context())
		time.Sleep(time.Minute)
		if got, left := aside(), d.records(); len(got) > 0 || len(left) > 0 {
			t.Errorf("after a retry that has succeeded %v are set aside, %v are left", got, left)
		}
	})
}

// Records of before there were states wait, or are refused if they have a reason.
func TestRecordsWithoutAState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newRenamePages(t)
		d.put(
			saga.Record{ID: "1", Name: "test.rename", Version: 2, Input: `{"Row":"a","To":"new"}`, Reason: "no"},
			saga.Record{ID: "2", Name: "test.rename", Version: 2, Input: `{"Row":"b","To":"new"}`},
		)
		s, close := d.open()
		defer close()
		time.Sleep(time.Minute)
		if got := strings.Join(d.asked, " "); got != "b=new" {
			t.Errorf("the server was asked %s", got)
		}
		if aside := saga.OutboxOf(s).State().Get(s).Aside; len(aside) != 1 || aside[0].State != saga.RecordRefused {
			t.Errorf("set aside are %v", aside)
		}
	})
}
