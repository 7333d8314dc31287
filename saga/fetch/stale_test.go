package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// Two rows are deleted. The first is refused: so the second is sent with the position of
// another row, which the server must not delete.
func TestARefusalDoesNotHaveAnotherRowDeleted(t *testing.T) {
	withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
		first := saga.Run(s, a, d.change(deleting("A")))
		second := saga.Run(s, a, d.change(deleting("C")))
		delA, delC := d.next(), d.next()
		if strings.Contains(string(delA.Body), `"C"`) {
			delA, delC = delC, delA
		}
		if want := `[{"op":"test","path":"/rows/1/id","value":"C"},{"op":"remove","path":"/rows/1"}]`; string(delC.Body) != want {
			t.Errorf("sent %s, want %s", delC.Body, want)
		}
		delA.with(403)
		if status := d.answer(delC); status != 409 || d.sheet().String() != "ABC" {
			t.Fatalf("answered %d, and has %v", status, d.sheet())
		}
		again := d.next()
		if want := `[{"op":"test","path":"/rows/2/id","value":"C"},{"op":"remove","path":"/rows/2"}]`; string(again.Body) != want {
			t.Errorf("sent %s, want %s", again.Body, want)
		}
		d.answer(again)
		second.Wait(t.Context())
		if first.State() != saga.Failed || second.State() != saga.Succeeded {
			t.Errorf("%v, %v", first.State(), second.State())
		}
		same(t, s, a, d, "AB")
	})
}

// The refused one has not been answered when the second comes back: that waits for it,
// however long it takes.
func TestAStalePatchWaitsForTheEarlierChangesThatItWasMadeOf(t *testing.T) {
	for _, accepted := range []bool{true, false} {
		withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
			saga.Run(s, a, d.change(adding("X", "A")))
			add := d.next()
			task := saga.Run(s, a, d.change(naming("C", "renamed")))
			if status := d.answer(d.next()); status != 409 {
				t.Fatalf("answered %d", status)
			}
			time.Sleep(time.Hour)
			synctest.Wait()
			if len(d.requests) > 0 || task.State() != saga.Running || !task.Waiting() {
				t.Fatalf("%d requests, the task is %v", len(d.requests), task.State())
			}
			want := "ABC"
			if accepted {
				d.answer(add)
				want = "AXBC"
			} else {
				add.with(403)
			}
			if status := d.answer(d.next()); status != 204 || task.State() != saga.Succeeded {
				t.Errorf("answered %d, the task is %v", status, task.State())
			}
			same(t, s, a, d, want)
			if rows := d.sheet().Rows; rows[len(rows)-1].Name != "renamed" || rows[0].Name != "row A" {
				t.Errorf("%v", rows)
			}
		})
	}
}

// Another device has put a row in front. The page learns of it after the refusal.
func TestAStalePatchIsMadeAnewOfWhatHasComeMeanwhile(t *testing.T) {
	for _, status := range []int{409, 412, 422} {
		for name, change := range map[string]func(saga.Saga[sheet]) saga.Saga[sheet]{
			"every":  func(x saga.Saga[sheet]) saga.Saga[sheet] { return x },
			"serial": func(x saga.Saga[sheet]) saga.Saga[sheet] { return x.Serial() },
		} {
			t.Run(fmt.Sprint(status, name), func(t *testing.T) {
				withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
					d.status = status
					d.put(sheetOf("X", "A", "B", "C"))
					task := saga.Run(s, a, change(d.change(deleting("B"))))
					d.answer(d.next())
					a.Sync(s, sheetOf("X", "A", "B", "C"))
					time.Sleep(time.Second)
					d.answer(d.next())
					if task.State() != saga.Succeeded || task.Attempts() != 2 {
						t.Errorf("%v after %d attempts", task.State(), task.Attempts())
					}
					same(t, s, a, d, "XAC")
				})
			})
		}
	}
}

// The page never learns what the server has: the change fails, after some attempts.
func TestAStalePatchThatStaysTheSameFailsInTheEnd(t *testing.T) {
	withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
		d.put(sheetOf("X", "A", "B", "C"))
		task := saga.Run(s, a, d.change(deleting("B")))
		for range 5 {
			time.Sleep(time.Minute)
			d.answer(d.next())
		}
		var p *fetch.Problem
		if task.State() != saga.Failed || !errors.As(task.Err(), &p) || p.Status != 409 || len(d.bodies) != 5 {
			t.Errorf("%v, %v, after %d attempts", task.State(), task.Err(), len(d.bodies))
		}
		if page := a.Get(s).String(); page != "ABC" || d.sheet().String() != "XABC" {
			t.Errorf("the page shows %s, the server has %s", page, d.sheet())
		}
	})
}

// What was refused for what it says, and not for what it is about, is not sent again.
func TestARefusalThatIsNotAboutTheListIsFinal(t *testing.T) {
	for name, row := range map[string]struct {
		update func(*sheet)
		answer fetch.Response
	}{
		"forbidden":               {deleting("B"), fetch.Response{Status: 403}},
		"nothing in it to differ": {func(s *sheet) { *s = sheet{Rows: s.Rows, Words: s.Words} }, fetch.Response{Status: 409}},
		"a value that is not valid": {naming("B", ""), fetch.Response{
			Status: 422, Header: map[string]string{"content-type": "application/problem+json"}, Body: []byte(`{"path":"/rows/1/name"}`),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
				task := saga.Run(s, a, d.change(row.update))
				d.next().answer <- row.answer
				time.Sleep(time.Hour)
				synctest.Wait()
				if task.State() != saga.Failed || len(d.bodies) != 1 {
					t.Errorf("%v after %d attempts", task.State(), len(d.bodies))
				}
			})
		})
	}
}

// The row is gone: that is a conflict. Others have done the same: there is nothing left to
// change, which the server is told, too.
func TestAStalePatchOfWhichNothingIsLeft(t *testing.T) {
	withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
		d.put(sheetOf("A", "C"))
		gone := saga.Run(s, a, d.change(naming("B", "renamed")))
		d.answer(d.next())
		a.Sync(s, sheetOf("A", "C"))
		synctest.Wait()
		if gone.State() != saga.Conflict {
			t.Errorf("the row is gone: %v", gone.State())
		}
		theirs := sheetOf("X", "A", "C")
		theirs.Rows[2].Name = "renamed"
		d.put(theirs)
		done := saga.Run(s, a, d.change(naming("C", "renamed")))
		d.answer(d.next())
		a.Sync(s, theirs)
		time.Sleep(time.Second)
		last := d.next()
		d.answer(last)
		if done.State() != saga.Succeeded || string(last.Body) != "[]" {
			t.Errorf("others have done the same: %v, sent %s", done.State(), last.Body)
		}
		same(t, s, a, d, "XAC")
	})
}

// Of a lost answer nothing is known: the same is sent again, byte by byte.
func TestALostAnswerDoesNotHaveThePatchMadeAnew(t *testing.T) {
	withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
		task := saga.Run(s, a, d.change(deleting("B")).Retry(saga.Backoff{Retries: 1}))
		d.next().with(0)
		a.SyncUpdate(s, func(s *sheet) { *s = sheetOf("X", "A", "B", "C") })
		time.Sleep(time.Second)
		d.next().with(204)
		if d.bodies[0] != d.bodies[1] || task.State() != saga.Succeeded {
			t.Errorf("%v, sent\n%s", task.State(), strings.Join(d.bodies, "\n"))
		}
	})
}

// A page without a list to go by finds words by what they were.
func TestAChangeOfAListWithoutKeysIsNeverOfAnotherElement(t *testing.T) {
	removing := func(i int) func(*sheet) {
		return func(s *sheet) { s.Words = slices.Delete(s.Words, i, i+1) }
	}
	withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
		saga.Run(s, a, d.change(removing(0)))
		first := d.next()
		saga.Run(s, a, d.change(removing(1))) // C
		second := d.next()
		first.with(403)
		if got := strings.Join(a.Get(s).Words, ""); got != "AB" {
			t.Errorf("the page shows %s", got)
		}
		if status := d.answer(second); status == 204 {
			t.Errorf("the server has taken %s", second.Body)
		}
		d.answer(d.next())
		if page, server := strings.Join(a.Get(s).Words, ""), strings.Join(d.sheet().Words, ""); page != "AB" || server != "AB" {
			t.Errorf("the page shows %s, the server has %s", page, server)
		}
	})
}

// Several runs that have joined are one patch, of what others have done in between, too.
func TestRunsThatHaveJoinedAreMadeAnewTogether(t *testing.T) {
	withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
		task := saga.Run(s, a, d.change(adding("X", "C")).Debounce(time.Second))
		saga.Run(s, a, d.change(naming("B", "renamed")).Debounce(time.Second))
		time.Sleep(2 * time.Second)
		d.put(sheetOf("N", "A", "B", "C"))
		d.answer(d.next())
		a.Sync(s, sheetOf("N", "A", "B", "C"))
		time.Sleep(time.Second)
		if status := d.answer(d.next()); status != 204 || task.State() != saga.Succeeded {
			t.Errorf("answered %d: %v", status, task.State())
		}
		same(t, s, a, d, "NABCX")
		if got := d.sheet().Rows[2]; got != (line{"B", "renamed"}) {
			t.Errorf("%v", got)
		}
	})
}

// What joins says what it was about, too: a position among the words that somebody else has
// changed in between is not one among those that the first has started from.
func TestRunsThatJoinKnowElementsWithoutKeysByWhatTheyWere(t *testing.T) {
	withSheet(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer) {
		word := func(update func(l []string) []string) saga.Saga[sheet] {
			return d.change(func(s *sheet) { s.Words = update(s.Words) }).Debounce(time.Second)
		}
		task := saga.Run(s, a, word(func(l []string) []string { return append(l, "D") }))
		a.Update(s, func(s *sheet) { s.Words = s.Words[1:] })
		saga.Run(s, a, word(func(l []string) []string { return slices.Delete(l, 1, 2) })) // C
		time.Sleep(2 * time.Second)
		if status := d.answer(d.next()); status != 204 || task.State() != saga.Succeeded {
			t.Errorf("answered %d: %v", status, task.State())
		}
		if page, server := strings.Join(a.Get(s).Words, ""), strings.Join(d.sheet().Words, ""); page != "BD" || server != "ABD" {
			t.Errorf("the page shows %s, the server has %s", page, server)
		}
	})
}

func TestEachPatchOfATransactionSaysWhatItMeans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, b := atom.NewStore(), atom.New(sheetOf("A", "B")), atom.New(sheetOf("C", "D"))
		var sent [][]byte
		task := saga.Transact(s, func(tx *saga.Tx) {
			saga.Edit(tx, a, deleting("B"))
			saga.Edit(tx, b, adding("B", "D"))
			saga.Edit(tx, a, deleting("A"))
		}, func(ctx context.Context, _ []draft.Changes) (err error) {
			sent, err = saga.TaskFrom(ctx).PatchesSent()
			return err
		})
		if err := task.Wait(t.Context()); err != nil || len(sent) != 3 {
			t.Fatalf("%v, %d patches", err, len(sent))
		}
		for i, want := range []string{`"/rows/1/id","value":"B"`, `"/rows/1/id","value":"D"`, `"/rows/0/id","value":"A"`} {
			if !strings.Contains(string(sent[i]), want) {
				t.Errorf("sent %s, want %s in it", sent[i], want)
			}
		}
	})
}

func TestStaleOfNoError(t *testing.T) {
	if saga.Stale(nil) != nil {
		t.Error("an error")
	}
	if err := saga.Stale(fetch.ErrNetwork); !errors.Is(err, fetch.ErrNetwork) {
		t.Error("it has lost what it wraps")
	}
}
