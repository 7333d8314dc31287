package fetch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

type line struct {
	ID   string `json:"id" atom:"key"`
	Name string `json:"name"`
}

type sheet struct {
	Rows  []line   `json:"rows"`
	Words []string `json:"words"`
}

func sheetOf(ids ...string) sheet {
	s := sheet{Rows: []line{}, Words: slices.Clone(ids)}
	for _, id := range ids {
		s.Rows = append(s.Rows, line{id, "row " + id})
	}
	return s
}

func (s sheet) String() string {
	var ids []string
	for _, r := range s.Rows {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, "")
}

func deleting(id string) func(*sheet) {
	return func(s *sheet) { s.Rows = slices.DeleteFunc(s.Rows, func(r line) bool { return r.ID == id }) }
}

func adding(id, behind string) func(*sheet) {
	return func(s *sheet) {
		i := slices.IndexFunc(s.Rows, func(r line) bool { return r.ID == behind })
		s.Rows = slices.Insert(s.Rows, i+1, line{ID: id})
	}
}

func naming(id, name string) func(*sheet) {
	return func(s *sheet) {
		for i := range s.Rows {
			if s.Rows[i].ID == id {
				s.Rows[i].Name = name
			}
		}
	}
}

// A deskServer has a sheet, and applies patches to it as RFC 6902 says. It answers
// when the test says so.
type deskServer struct {
	t        *testing.T
	mu       sync.Mutex
	doc      []byte
	status   int // of what does not apply
	requests []*asked
	bodies   []string // of all that came
}

// An asked is a request that waits for its answer.
type asked struct {
	fetch.Request
	answer chan fetch.Response
}

func newDesk(t *testing.T, s sheet) *deskServer {
	d := &deskServer{t: t, status: 409}
	d.put(s)
	return d
}

func (d *deskServer) put(s sheet) { d.doc, _ = json.Marshal(s) }

func (d *deskServer) sheet() (s sheet) {
	if err := json.Unmarshal(d.doc, &s); err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *deskServer) send(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	q := &asked{Request: r, answer: make(chan fetch.Response)}
	d.mu.Lock()
	d.requests = append(d.requests, q)
	d.bodies = append(d.bodies, string(r.Body))
	d.mu.Unlock()
	select {
	case a := <-q.answer:
		if a.Status == 0 {
			return nil, fetch.ErrNetwork
		}
		return &a, nil
	case <-ctx.Done():
		d.mu.Lock()
		defer d.mu.Unlock()
		d.requests = slices.DeleteFunc(d.requests, func(x *asked) bool { return x == q })
		return nil, ctx.Err()
	}
}

// next takes the first request that waits.
func (d *deskServer) next() *asked {
	d.t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.requests) == 0 {
		d.t.Fatal("nothing was sent")
	}
	q := d.requests[0]
	d.requests = d.requests[1:]
	return q
}

func (d *deskServer) apply(body []byte) (status int) {
	p, err := jsonpatch.DecodePatch(body)
	if err != nil {
		d.t.Fatalf("%v in %s", err, body)
	}
	next, err := p.Apply(d.doc)
	if err != nil {
		return d.status
	}
	d.doc = next
	return 204
}

// answer has the server do, or refuse, what it was asked.
func (d *deskServer) answer(q *asked) (status int) {
	status = d.apply(q.Body)
	q.with(status)
	return status
}

func (q *asked) with(status int) {
	q.answer <- fetch.Response{Status: status}
	synctest.Wait()
}

func (d *deskServer) change(update func(*sheet)) saga.Saga[sheet] {
	return saga.Update(update).Effect(func(ctx context.Context, _ sheet) error {
		_, err := fetch.Patch[struct{}](fetch.WithTransport(ctx, d.send), "/sheet")
		return err
	})
}

// desk runs f with a page and a server that have the rows A, B and C.
func desk(t *testing.T, f func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer)) {
	synctest.Test(t, func(t *testing.T) {
		f(t, atom.NewStore(), atom.New(sheetOf("A", "B", "C")), newDesk(t, sheetOf("A", "B", "C")))
	})
}

func same(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer, want string) {
	t.Helper()
	if page, server := a.Get(s).String(), d.sheet().String(); page != want || server != want {
		t.Errorf("the page shows %s, the server has %s, want %s", page, server, want)
	}
}

// Two rows are deleted. The first is refused: so the second is sent with the position of
// another row, which the server must not delete.
func TestARefusalDoesNotHaveAnotherRowDeleted(t *testing.T) {
	desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
		desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
				desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
	desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
			desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
	desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
	desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
	desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
	desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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
	desk(t, func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *deskServer) {
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

var (
	deskAtom = atom.New(sheetOf("A", "B", "C"))
	desks    sync.Map // *atom.Store -> deskPage
)

var deleteLine = saga.Define("desk.delete",
	func(string) *atom.Atom[sheet] { return deskAtom },
	func(id string) saga.Saga[sheet] {
		return saga.Update(deleting(id)).Effect(func(ctx context.Context, _ sheet) error {
			x, _ := desks.Load(saga.TaskFrom(ctx).Store())
			page := x.(deskPage)
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			context.AfterFunc(page.open, cancel)
			_, err := fetch.Patch[struct{}](fetch.WithTransport(ctx, page.server.send), "/sheet")
			return err
		})
	})

// A deskPage is a page of a server, until it is closed.
type deskPage struct {
	server *deskServer
	open   context.Context
}

// openDesk opens a page that takes up what is in the outbox.
func openDesk(d *deskServer, box *outbox.Memory) (*atom.Store, func()) {
	s, page := atom.NewStore(), box.Open()
	open, closed := context.WithCancel(context.Background())
	desks.Store(s, deskPage{d, open})
	stop := saga.UseOutbox(s, page, func(atom.Reader) bool { return true })
	return s, func() {
		page.Close()
		stop()
		closed()
		synctest.Wait()
		desks.Delete(s)
	}
}

// A durable change keeps its words through a lost answer and a reload, until the server
// has refused them; then it has others, under the same id.
func TestADurableChangeIsMadeAnewOnlyAfterARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, box := newDesk(t, sheetOf("A", "B", "C")), outbox.NewMemory()
		s, end := openDesk(d, box)
		deleteLine.Run(s, "B")
		first := d.next()
		end()
		s, end = openDesk(d, box)
		defer func() { end() }()
		deskAtom.Sync(s, sheetOf("X", "A", "B", "C")) // what others have done while it was closed
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
		s, end = openDesk(d, box)
		deskAtom.Sync(s, sheetOf("Y", "X", "A", "B", "C"))
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
		d := newDesk(t, sheetOf("A", "B", "C"))
		s, end := openDesk(d, outbox.NewMemory())
		defer end()
		defer saga.FollowServer(s, saga.ServerBase{Atom: deskAtom})()
		task := deleteLine.Run(s, "B")
		q := d.next()
		d.apply(q.Body)
		q.with(0)
		s.Batch(func(b *atom.Batch) {
			saga.RebaseWith(b, []string{task.ID()}, func(contained ...*atom.Entry) error {
				return deskAtom.SyncFunc(b, func(sheet) (sheet, error) { return d.sheet(), nil }, contained...)
			})
		})
		time.Sleep(time.Hour)
		d.next().with(204)
		if state := saga.OutboxOf(s).State().Get(s); task.State() != saga.Succeeded || state.Waiting > 0 || deskAtom.Get(s).String() != "AC" {
			t.Errorf("%v, %d wait, the page shows %v", task.State(), state.Waiting, deskAtom.Get(s))
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
