package fetch_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
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

// A sheetServer has a sheet, and applies patches to it as RFC 6902 says. It answers
// when the test says so.
type sheetServer struct {
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

func newSheetServer(t *testing.T, s sheet) *sheetServer {
	d := &sheetServer{t: t, status: 409}
	d.put(s)
	return d
}

func (d *sheetServer) put(s sheet) { d.doc, _ = json.Marshal(s) }

func (d *sheetServer) sheet() (s sheet) {
	if err := json.Unmarshal(d.doc, &s); err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *sheetServer) send(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
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
func (d *sheetServer) next() *asked {
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

func (d *sheetServer) apply(body []byte) (status int) {
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
func (d *sheetServer) answer(q *asked) (status int) {
	status = d.apply(q.Body)
	q.with(status)
	return status
}

func (q *asked) with(status int) {
	q.answer <- fetch.Response{Status: status}
	synctest.Wait()
}

func (d *sheetServer) change(update func(*sheet)) saga.Saga[sheet] {
	return saga.Update(update).Effect(func(ctx context.Context, _ sheet) error {
		_, err := fetch.Patch[struct{}](fetch.WithTransport(ctx, d.send), "/sheet")
		return err
	})
}

// withSheet runs f with a page and a server that have the rows A, B and C.
func withSheet(t *testing.T, f func(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer)) {
	synctest.Test(t, func(t *testing.T) {
		f(t, atom.NewStore(), atom.New(sheetOf("A", "B", "C")), newSheetServer(t, sheetOf("A", "B", "C")))
	})
}

func same(t *testing.T, s *atom.Store, a *atom.Atom[sheet], d *sheetServer, want string) {
	t.Helper()
	if page, server := a.Get(s).String(), d.sheet().String(); page != want || server != want {
		t.Errorf("the page shows %s, the server has %s, want %s", page, server, want)
	}
}
