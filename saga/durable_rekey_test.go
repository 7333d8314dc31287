package saga_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A page's row has a temporary key until the server has given it one.
var renamedDesk = atom.New(doc{})

type mark struct{ Row, Mark string }

var markRow = saga.Define("test.markRow",
	func(in mark) *atom.Atom[row] { return rowOf(renamedDesk, in.Row) },
	func(in mark) saga.Saga[row] {
		return saga.Update(func(r *row) { r.Name += in.Mark }).Effect(func(ctx context.Context, _ row) error {
			_, err := serverOfRename(ctx, rename{in.Row, in.Mark})
			return err
		})
	})

func openDesk(t *testing.T, memory *outbox.Memory, key string) (s *atom.Store, rekey, close func()) {
	s = atom.NewStore()
	renamedDesk.Set(s, list(key))
	page := memory.Open()
	stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
	synctest.Wait()
	return s, func() {
		rows := atom.Focus(renamedDesk, func(d *doc) *[]row { return &d.Rows })
		if err := atom.Rekey(s, rows, "tmp", "2"); err != nil {
			t.Fatal(err)
		}
	}, func() { page.Close(); stop(); time.Sleep(time.Hour) }
}

// What is run on a row under the key that it had, and under the one that it has, is about
// the same thing: it is sent one after the other.
func TestDurableChangesOfARowThatWasRenamedWaitForEachOther(t *testing.T) {
	for _, test := range []struct {
		name        string
		first, then string
	}{{"the old key, then the new", "tmp", "2"}, {"the new key, then the old", "2", "tmp"}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := holdServer(t)
				s, rekey, close := openDesk(t, outbox.NewMemory(), "tmp")
				defer close()
				before := markRow.Run(s, mark{"tmp", "1"})
				synctest.Wait()
				rekey()
				first, then := markRow.Run(s, mark{test.first, "2"}), markRow.Run(s, mark{test.then, "3"})
				server.expect(t, ": tmp=1")
				for n, want := range []string{": " + test.first + "=2", ": " + test.then + "=3"} {
					server.answers(nil)
					server.expect(t, want)
					if n == 0 && then.State() != saga.Running {
						t.Errorf("the last is %s", then.State())
					}
				}
				server.answers(errRefused)
				if before.State() != saga.Succeeded || first.State() != saga.Succeeded || then.State() != saga.Failed {
					t.Errorf("they are %s, %s, %s", before.State(), first.State(), then.State())
				}
				expect(t, s, renamedDesk, doc{Rows: []row{{"2", "tmp12"}}})
			})
		})
	}
}

// What waits is in the order of the outbox, also when it is known only later to be about the
// same thing.
func TestARowThatIsRenamedBringsItsChangesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory, server := outbox.NewMemory(), holdServer(t)
		s, rekey, close := openDesk(t, memory, "tmp")
		other, _, closeOther := openDesk(t, memory, "2") // it has loaded the row after the others
		third, rekeyThird, closeThird := openDesk(t, memory, "tmp")
		defer closeThird()
		defer close()
		defer closeOther()
		markRow.Run(s, mark{"tmp", "1"})
		server.answers(errModelLost)
		markRow.Run(other, mark{"2", "2"})
		synctest.Wait()
		markRow.Run(third, mark{"tmp", "3"})
		synctest.Wait()
		rekey()
		rekeyThird()
		saga.OutboxOf(s).Resume()
		server.expect(t, ": tmp=1", ": tmp=1")
		for _, x := range []*atom.Store{s, third} {
			expect(t, x, renamedDesk, doc{Rows: []row{{"2", "tmp123"}}})
		}
		server.answers(nil)
		server.expect(t, ": 2=2")
		server.answers(nil)
		server.expect(t, ": tmp=3")
		server.answers(nil)
	})
}
