package saga_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
)

// A newcomer is a row that a page has added under a temporary key, and named; its effects
// are held. The server's list comes with every commit.
type newcomer struct {
	*testing.T
	store     *atom.Store
	rows      *atom.Atom[[]row]
	server    []row
	add, name *saga.Task
	answer    chan error // to add
	send      chan error // to name
	sent      []string   // what was sent for it
}

func eachAnswer(t *testing.T, f func(*newcomer)) {
	synctest.Test(t, func(t *testing.T) {
		n := &newcomer{T: t, store: atom.NewStore(), rows: atom.New([]row{{"1", "one"}}), server: []row{{"1", "one"}}, answer: make(chan error), send: make(chan error)}
		stop := saga.FollowServer(n.store, saga.ServerBase{Atom: n.rows})
		n.add = saga.Run(n.store, n.rows, saga.Update(func(all *[]row) { *all = append(*all, row{"tmp", "new"}) }).
			Effect(func(context.Context, []row) error { return <-n.answer }).Serial("all"))
		n.name = saga.Run(n.store, n.row("tmp"), saga.Update(func(r *row) { r.Name += "!" }).
			Effect(func(ctx context.Context, _ row) error {
				patch, err := saga.TaskFrom(ctx).PatchSent()
				n.sent = append(n.sent, string(patch))
				return errors.Join(err, <-n.send)
			}).Serial("all"))
		n.shows(row{"tmp", "new!"})
		f(n)
		close(n.answer)
		close(n.send)
		stop()
		synctest.Wait()
	})
}

func (n *newcomer) row(id string) *atom.Atom[row] { return atom.At(n.rows, id) }

// commit brings what the server has now, with what tasks have changed.
func (n *newcomer) commit(tasks ...*saga.Task) {
	n.Helper()
	var ids []string
	for _, t := range tasks {
		ids = append(ids, t.ID())
	}
	n.store.Batch(func(b *atom.Batch) {
		if err := saga.RebaseWith(b, ids, func(contained ...*atom.Entry) error {
			if slices.ContainsFunc(n.server, func(r row) bool { return r.ID == "2" }) {
				if err := atom.Rekey(b, n.rows, "tmp", "2"); err != nil {
					return err
				}
			}
			return n.rows.SyncFunc(b, func([]row) ([]row, error) { return n.server, nil }, contained...)
		}); err != nil {
			n.Fatal(err)
		}
	})
	synctest.Wait()
}

func (n *newcomer) shows(want ...row) {
	n.Helper()
	if got := fmt.Sprint(n.rows.Get(n.store)[1:]); got != fmt.Sprint(want) {
		n.Errorf("shown are %s, want %v", got, want)
	}
}

// The feed brings the row that was added under its real key, while its name is pending.
func TestARowThatIsEditedUnderATemporaryKeyGoesOnUnderItsRealOne(t *testing.T) {
	for _, answer := range []error{nil, errServer} {
		eachAnswer(t, func(n *newcomer) {
			n.server = append(n.server, row{"2", "New"})
			n.commit(n.add)
			n.answer <- nil
			synctest.Wait()
			n.shows(row{"2", "New!"})
			if got := n.row("tmp").Get(n.store); got != (row{"2", "New!"}) {
				t.Errorf("under its old key the row is %v", got)
			}
			if a := n.row("tmp").Pending(n.store); a != 1 || n.row("2").Pending(n.store) != 1 {
				t.Errorf("%d pending", a)
			}
			if want := `[{"op":"replace","path":"/Name","value":"New!"}]`; len(n.sent) != 1 || n.sent[0] != want {
				t.Errorf("sent %v, want %s", n.sent, want)
			}
			n.send <- answer
			synctest.Wait()
			if answer != nil {
				n.shows(row{"2", "New"})
				if n.name.State() != saga.Failed {
					t.Error(n.name.State(), n.name.Err())
				}
				return
			}
			n.shows(row{"2", "New!"})
			n.server[1].Name = "New!"
			n.commit(n.name)
			n.shows(row{"2", "New!"})
		})
	}
}

// A transaction on the list names the row in what it sends: under its real key, once that
// is known.
func TestAPatchThatIsSentNamesTheRealKey(t *testing.T) {
	eachAnswer(t, func(n *newcomer) {
		mark := saga.Run(n.store, n.rows, saga.Update(func(all *[]row) {
			if i := slices.IndexFunc(*all, func(r row) bool { return r.ID == "tmp" }); i >= 0 {
				(*all)[i].Name += "?"
			}
		}).Effect(func(ctx context.Context, _ []row) error {
			patch, err := saga.TaskFrom(ctx).PatchSent()
			n.sent = append(n.sent, string(patch))
			return errors.Join(err, <-n.send)
		}).Serial("all"))
		n.shows(row{"tmp", "new!?"})
		n.server = append(n.server, row{"2", "new"})
		n.commit(n.add)
		n.answer <- nil
		n.send <- errServer
		synctest.Wait()
		n.shows(row{"2", "new?"})
		if want := `[{"op":"test","path":"/1/ID","value":"2"},{"op":"replace","path":"/1/Name","value":"new?"}]`; n.sent[1] != want {
			t.Errorf("sent %s, want %s", n.sent[1], want)
		}
		n.send <- errServer
		synctest.Wait()
		n.shows(row{"2", "new"})
		if mark.State() != saga.Failed {
			t.Error(mark.State())
		}
	})
}

// When the row itself is taken back, so are its edits, whatever it was called.
func TestARowThatWasRenamedIsTakenBack(t *testing.T) {
	eachAnswer(t, func(n *newcomer) {
		if err := atom.Rekey(n.store, n.rows, "tmp", "2"); err != nil {
			t.Fatal(err)
		}
		n.shows(row{"2", "new!"})
		n.answer <- errServer
		synctest.Wait()
		n.shows()
		if c, is := n.name.Conflict(); n.name.State() != saga.Conflict || !is || c.Path != "/2" || c.Mine != (row{"2", "new!"}) {
			t.Errorf("%v, %+v", n.name.State(), c)
		}
	})
}

// Runs on a row meet under the key that it had and the one that it has.
func TestRunsOnARowThatWasRenamedMeet(t *testing.T) {
	eachPolicy(t, func(d *boards) {
		x1 := d.onCard("x", "1")
		rows := atom.Focus(d.board, func(b *doc) *[]row { return &b.Rows })
		if err := atom.Rekey(d.store, rows, "x", "real"); err != nil {
			d.Fatal(err)
		}
		x2, x3 := d.onCard("real", "2"), d.onCard("x", "3")
		want := map[string]string{"Latest": "supersededsuperseded+", "Leading": "+++", "Serial": "+--", "Debounce": "+++", "Throttle": "+--"}[d.name]
		d.begun(want, x1, x2, x3)
		one := d.name == "Leading" || d.name == "Debounce" || d.name == "Throttle" // which has begun the first already
		if (x3 == x2) != one || (x2 == x1) != (one && d.name != "Throttle") {
			d.Errorf("the tasks are %p, %p, %p", x1, x2, x3)
		}
	})
}
