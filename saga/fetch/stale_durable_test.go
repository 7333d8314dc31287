package fetch_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

var (
	sheetAtom  = atom.New(sheetOf("A", "B", "C"))
	sheetPages sync.Map // *atom.Store -> sheetPage
)

var deleteLine = saga.Define("sheet.delete",
	func(string) *atom.Atom[sheet] { return sheetAtom },
	func(id string) saga.Saga[sheet] {
		return saga.Update(deleting(id)).Effect(func(ctx context.Context, _ sheet) error {
			x, _ := sheetPages.Load(saga.TaskFrom(ctx).Store())
			page := x.(sheetPage)
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			context.AfterFunc(page.open, cancel)
			_, err := fetch.Patch[struct{}](fetch.WithTransport(ctx, page.server.send), "/sheet")
			return err
		})
	})

// A sheetPage is a page of a server, until it is closed.
type sheetPage struct {
	server *sheetServer
	open   context.Context
}

// openSheet opens a page that takes up what is in the outbox.
func openSheet(d *sheetServer, box *outbox.Memory) (*atom.Store, func()) {
	s, page := atom.NewStore(), box.Open()
	open, closed := context.WithCancel(context.Background())
	sheetPages.Store(s, sheetPage{d, open})
	stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
	return s, func() {
		page.Close()
		stop()
		closed()
		synctest.Wait()
		sheetPages.Delete(s)
	}
}

// A durable change keeps its words through a lost answer and a reload, until the server
// has refused them; then it has others, under the same id.
func TestADurableChangeIsMadeAnewOnlyAfterARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, box := newSheetServer(t, sheetOf("A", "B", "C")), outbox.NewMemory()
		s, end := openSheet(d, box)
		deleteLine.Run(s, "B")
		first := d.next()
		end()
		s, end = openSheet(d, box)
		defer func() { end() }()
		sheetAtom.Sync(s, sheetOf("X", "A", "B", "C")) // what others have done while it was closed
		d.put(sheetOf("X", "A", "B", "C"))
		second := d.next()
		if string(first.Body) != string(second.Body) {
			t.Errorf("after the reload it has sent %s, before %s", second.Body, first.Body)
		}
		d.answer(second)
		third := d.next()
		if third.Header["Idempotency-Key"] != first.Header["Idempotency-Key"] || !strings.Contains(string(third.Body), "/rows/2/id") {
			t.Errorf("after the refusal it has sent %v %s", third.Header, third.Body)
		}
		end() // its words are the new ones now
		s, end = openSheet(d, box)
		sheetAtom.Sync(s, sheetOf("Y", "X", "A", "B", "C"))
		if last := d.next(); string(last.Body) != string(third.Body) {
			t.Errorf("after another reload it has sent %s, want %s", last.Body, third.Body)
		} else {
			d.answer(last)
		}
		if got := d.sheet().String(); got != "XAC" {
			t.Errorf("the server has %s", got)
		}
	})
}

// The server has the change, its answer is lost, and the base that contains it comes while
// the page waits for the network: the change goes on to its end.
func TestADurableChangeThatTheBaseHasWhileItWaitsForTheNetworkEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newSheetServer(t, sheetOf("A", "B", "C"))
		s, end := openSheet(d, outbox.NewMemory())
		defer end()
		defer saga.FollowServer(s, saga.ServerBase{Atom: sheetAtom})()
		task := deleteLine.Run(s, "B")
		q := d.next()
		d.apply(q.Body)
		q.with(0)
		s.Batch(func(b *atom.Batch) {
			saga.RebaseWith(b, []string{task.ID()}, func(contained ...*atom.Entry) error {
				return sheetAtom.SyncFunc(b, func(sheet) (sheet, error) { return d.sheet(), nil }, contained...)
			})
		})
		time.Sleep(time.Hour)
		d.next().with(204)
		if state := saga.OutboxOf(s).State().Get(s); task.State() != saga.Succeeded || state.Waiting > 0 || sheetAtom.Get(s).String() != "AC" {
			t.Errorf("%v, %d wait, the page shows %v", task.State(), state.Waiting, sheetAtom.Get(s))
		}
	})
}
