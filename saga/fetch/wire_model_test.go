package fetch_test

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A wire is a page, its server, and what is between them: requests that arrive in any
// order, are lost, refused and answered late; and others who change what the server
// has, of which the page hears soon, or when it loads that anew.
type wire struct {
	*rapid.T
	live bool // the page is told of each commit

	mu       sync.Mutex // of what the effects' goroutines use
	requests []*wireRequest

	doc    []byte // of the server
	done   map[string]bool
	events []event                    // that the page has not seen
	about  map[string]map[string]bool // of each task, by id, the names of what it is about
	others bool                       // have changed something that the page does not know

	store  *atom.Store
	box    *outbox.Memory
	close  func()
	tasks  []*wireTask // that have not ended
	number int
}

type event struct {
	doc []byte
	id  string
}

type wireRequest struct {
	fetch.Request
	answer chan fetch.Response
	status int // that it is answered with, 0 before it has arrived
}

type wireTask struct {
	*saga.Task
	moves   []move
	durable bool
}

var wires sync.Map // *atom.Store -> *wire

func (w *wire) open() {
	w.store = atom.NewStore()
	wires.Store(w.store, w)
	wallRoot.Sync(w.store, w.wallOf(w.doc))
	w.events, w.others = nil, false
	stop := func() {}
	if w.live {
		known := maps.Clone(w.done)
		stop = saga.FollowServer(w.store, saga.ServerBase{Atom: wallRoot, Hold: func(context.Context) (func(context.Context, []string, time.Time) []string, func()) {
			return func(_ context.Context, ids []string, _ time.Time) []string {
				return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !known[id] })
			}, func() {}
		}})
	}
	page := w.box.Open()
	leave := saga.UseOutbox(w.store, page, func(atom.Reader) bool { return true })
	w.close = func() {
		page.Close()
		leave()
		for _, t := range w.tasks {
			if !t.durable {
				t.Cancel()
			}
		}
		w.tasks = nil
		synctest.Wait()
		for q := w.first(); q != nil; q = w.first() {
			w.answer(q, 0)
		}
		stop()
		wires.Delete(w.store)
	}
	synctest.Wait()
}

func (w *wire) wallOf(doc []byte) (x wall) {
	if err := json.Unmarshal(doc, &x); err != nil {
		w.Fatalf("%v in %s", err, doc)
	}
	return x
}

// first returns the oldest request that waits for its answer, nil when none does.
func (w *wire) first() *wireRequest {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.requests) == 0 {
		return nil
	}
	return w.requests[0]
}

func (w *wire) send(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	q := &wireRequest{Request: r, answer: make(chan fetch.Response)}
	w.mu.Lock()
	w.requests = append(w.requests, q)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.requests = slices.DeleteFunc(w.requests, func(x *wireRequest) bool { return x == q })
	}()
	select {
	case a := <-q.answer:
		if a.Status == 0 {
			return nil, fetch.ErrNetwork
		}
		return &a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// answer answers a request; 0 is no answer.
func (w *wire) answer(q *wireRequest, status int) {
	q.answer <- fetch.Response{Status: status}
	synctest.Wait()
}

// settle forgets the tasks that have ended, and holds the page against the server when
// all have, and it has heard of everything.
func (w *wire) settle() {
	synctest.Wait()
	w.tasks = slices.DeleteFunc(w.tasks, func(t *wireTask) bool {
		state := t.State()
		if state == saga.Running {
			return false
		}
		switch done := w.done[t.ID()]; {
		case state == saga.Succeeded && !done:
			w.Fatalf("a task has succeeded, and the server was not told: %v", t.moves)
		case state != saga.Succeeded && done && !w.live:
			if state == saga.Conflict && !w.others {
				w.Fatalf("what the server has done is a conflict in the page: %v: %v", t.moves, t.Err())
			}
			w.others = true // as if somebody else had
		}
		return true
	})
	if len(w.tasks) == 0 && !w.others && (!w.live || len(w.events) == 0) && saga.OutboxOf(w.store).State().Get(w.store).Waiting == 0 {
		w.compare()
	}
}

func (w *wire) compare() {
	x := wallRoot.Get(w.store)
	page, _ := json.Marshal(x)
	if string(page) != string(w.doc) {
		w.Fatalf("all is settled; the page shows\n%s\nthe server has\n%s", page, w.doc)
	}
}

// calm delivers everything, and has the page load what the server has, if it is not
// told of it.
func (w *wire) calm() {
	for range 200 {
		time.Sleep(time.Minute)
		synctest.Wait()
		for q := w.first(); q != nil; q = w.first() {
			if q.status == 0 {
				w.arrive(q)
			}
			w.answer(q, q.status)
		}
		for len(w.events) > 0 && w.live {
			w.hear()
		}
		w.settle()
		if len(w.tasks) == 0 && saga.OutboxOf(w.store).State().Get(w.store).Waiting == 0 && w.first() == nil {
			break
		}
	}
	if len(w.tasks) > 0 {
		w.Fatalf("%d tasks do not end", len(w.tasks))
	}
	if !w.live {
		wallRoot.Sync(w.store, w.wallOf(w.doc))
	}
	w.compare()
	if n := wallRoot.Pending(w.store); n > 0 {
		w.Fatalf("%d entries are left", n)
	}
}

// After every history in which all has settled the page shows what the server has; and
// the server has never changed anything but what the user meant. 100 histories, or as
// many as -rapid.checks says.
func TestThePageAndItsServerAgree(t *testing.T) {
	cases.Check(t, func(rt *rapid.T) {
		var failure any
		synctest.Test(t, func(*testing.T) {
			defer func() { failure = recover() }()
			playWire(rt)
		})
		tellRapid(failure)
	})
}

// tellRapid panics again with what was recovered in a bubble, on a line for each
// kind: by that rapid knows a failure from a history that is over.
func tellRapid(failure any) {
	switch {
	case failure == nil:
	case reflect.TypeOf(failure).Name() == "invalidData":
		panic(failure)
	default:
		panic(failure)
	}
}

func playWire(rt *rapid.T) {
	start := newWall()
	doc, _ := json.Marshal(&start)
	w := &wire{T: rt, live: rapid.Bool().Draw(rt, "live"), doc: doc, done: map[string]bool{}, about: map[string]map[string]bool{}, box: outbox.NewMemory()}
	w.open()
	defer func() { w.close() }()
	steps := map[string]func(*rapid.T){"": func(*rapid.T) { w.settle() }}
	for name, step := range map[string]func(){
		"dispatch": w.dispatch, "dispatch again": w.dispatch, "and again": w.dispatch,
		"deliver": w.deliver, "deliver again": w.deliver, "half": w.half, "refuse": w.refuse, "lose": w.lose,
		"cancel": w.cancel, "others": w.othersChange, "hear": w.hear, "hear again": w.hear, "reload": w.reload,
		"pass": func() { w.pass(3000) },
	} {
		steps[name] = func(*rapid.T) { step() }
	}
	rt.Repeat(steps)
	w.calm()
}
