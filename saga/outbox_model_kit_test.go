package saga_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A model is a history of pages, and the server in it. What is left to chance follows from
// the seed, and from what it is about: not from which goroutine comes first.
type model struct {
	seed   uint64
	outbox *outbox.Memory
	pages  [modelPages]*modelPage
	value  int
	opened int // pages

	mu      sync.Mutex
	chances map[string]uint64 // how often each was asked for
	down    bool
	busy    bool
	refuse  map[int]bool // values
	answers map[string]bool
	rows    map[int]int
	made    []string // task ids
	kept    map[string]modelRecord
	places  map[int]int64 // by value

	telling sync.Mutex
	faults  []string // what is wrong
}

// A modelRecord is a change that the outbox has, or had.
type modelRecord struct {
	saga.Record
	in    modelChange
	whole bool
}

// A modelPage is one, with the outbox as it sees it.
type modelPage struct {
	*outbox.Page
	model   *model
	number  int
	name    string // its number, and how many pages were opened before
	store   *atom.Store
	closed  chan struct{}
	stop    func()
	out     chan letter
	changes []ownChange
}

type ownChange struct {
	in   modelChange
	task *saga.Task
}

type letter struct {
	text []byte
	due  time.Time
}

var inModel sync.Map // *atom.Store -> *modelPage

func newModel(seed uint64) *model {
	m := &model{
		seed: seed, outbox: outbox.NewMemory(), chances: map[string]uint64{}, refuse: map[int]bool{},
		answers: map[string]bool{}, rows: map[int]int{}, kept: map[string]modelRecord{}, places: map[int]int64{},
	}
	return m
}

// upTo returns a number below n.
func (m *model) upTo(n int, about string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int(m.draw(about) % uint64(n))
}

func (m *model) draw(about string) uint64 {
	m.chances[about]++
	x := m.seed ^ m.chances[about]*0x9e3779b97f4a7c15
	for _, c := range []byte(about) {
		x = (x ^ uint64(c)) * 0x100000001b3
	}
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (m *model) newID() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("%016X", m.draw("id"))
}

func (m *model) open(number int) *modelPage {
	m.opened++
	p := &modelPage{
		Page: m.outbox.Open(), model: m, number: number, name: fmt.Sprint(number, "/", m.opened),
		store: atom.NewStore(), closed: make(chan struct{}), out: make(chan letter, 10_000),
	}
	inModel.Store(p.store, p)
	go p.post()
	loaded := atom.New(false)
	load := sync.OnceFunc(func() {
		go func() {
			p.pass(20, "load")
			modelTable.Sync(p.store, m.load()) // below what the user has done meanwhile
			p.pass(20, "load")
			loaded.Set(p.store, true)
		}()
	})
	p.stop = saga.UseOutbox(p.store, p, func(r atom.Reader) bool {
		load()
		return loaded.Get(r)
	})
	return p
}

func (m *model) load() (table map[int]int) {
	m.set(func() { table = maps.Clone(m.rows) })
	return table
}

func (p *modelPage) close(crashes bool) {
	if !crashes {
		p.stop()
	}
	p.Page.Close()
	p.stop()
	close(p.closed)
	inModel.Delete(p.store)
}

// ran notes what the user of the page has done, unless the page said at once that it cannot be.
func (p *modelPage) ran(in modelChange, t *saga.Task) {
	if t.State() == saga.Failed {
		return
	}
	p.changes = append(p.changes, ownChange{in, t})
}

// last returns the last change of each row that the page has made, and that has not failed.
func (p *modelPage) last() map[int]modelChange {
	last := map[int]modelChange{}
	for _, c := range p.changes {
		if s := c.task.State(); s == saga.Running || s == saga.Succeeded {
			last[c.in.Row] = c.in
		}
	}
	return last
}

// pass lets up to so many milliseconds go by, or the page be closed.
func (p *modelPage) pass(most int, about string) bool {
	select {
	case <-time.After(time.Duration(p.model.upTo(most*1000, about+p.name)) * time.Microsecond):
		return true
	case <-p.closed:
		return false
	}
}

// The outbox takes its time, before it does something and before it says so.

func (p *modelPage) Put(ctx context.Context, records []saga.Record) (kept []saga.Record, err error) {
	p.pass(5, "put")
	if kept, err = p.Page.Put(ctx, records); err == nil {
		p.model.keep(kept)
	}
	p.pass(5, "put")
	return kept, err
}

func (m *model) keep(records []saga.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range records {
		k := modelRecord{Record: r, whole: r.Name != "model.set"}
		if err := json.Unmarshal([]byte(r.Input), &k.in); err != nil {
			m.wrong("%v", err)
		}
		m.kept[r.ID], m.places[k.in.Value] = k, r.Order
	}
}

func (p *modelPage) Remove(ctx context.Context, orders ...int64) error {
	p.pass(5, "remove")
	defer p.pass(5, "remove")
	return p.Page.Remove(ctx, orders...)
}

func (p *modelPage) All(ctx context.Context) ([]saga.Record, error) {
	p.pass(5, "all")
	defer p.pass(5, "all")
	return p.Page.All(ctx)
}

func (p *modelPage) Get(ctx context.Context, order int64) (saga.Record, bool, error) {
	p.pass(5, "get")
	defer p.pass(5, "get")
	return p.Page.Get(ctx, order)
}

func (p *modelPage) Tell(message []byte) {
	p.out <- letter{message, time.Now().Add(time.Duration(p.model.upTo(3000, "tell"+p.name)) * time.Microsecond)}
}

func (p *modelPage) post() {
	for {
		select {
		case l := <-p.out:
			time.Sleep(time.Until(l.due))
			p.Page.Tell(l.text) // unless it is closed
		case <-p.closed:
			return
		}
	}
}

// The way to the server: the request is lost, carried out with its answer
// lost, or answered.

type modelError string

func (e modelError) Error() string     { return string(e) }
func (e modelError) Unreachable() bool { return e == errModelLost }
func (e modelError) Temporary() bool   { return e == errModelBusy }

const (
	errModelLost = modelError("no answer")
	errModelBusy = modelError("come again later")
	errModelNo   = modelError("no")
)

func sendModelChange(ctx context.Context, what string, in modelChange) error {
	task := saga.TaskFrom(ctx)
	p, there := inModel.Load(task.Store())
	if !there {
		return errModelLost
	}
	return p.(*modelPage).send(task.ID(), what, in)
}

func (p *modelPage) send(id, what string, in modelChange) error {
	time.Sleep(4 * time.Millisecond) // a server is further away than another page
	there := p.pass(40, "send"+id)
	m := p.model
	if !there && m.upTo(2, "arrive"+id) == 0 {
		return errModelLost
	}
	err := m.serve(id, what, in)
	if !p.pass(40, "send"+id) || m.upTo(5, "answer"+id) == 0 {
		return errModelLost
	}
	return err
}

func (m *model) serve(id, what string, in modelChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, there := m.rows[in.Row]
	switch {
	case m.down:
		return errModelLost
	case m.busy:
		return errModelBusy
	case m.answers[id]:
		return nil
	case m.refuse[in.Value], what == "set" && !there:
		return errModelNo
	}
	m.answers[id] = true
	m.made = append(m.made, id)
	if what == "remove" {
		delete(m.rows, in.Row)
	} else {
		m.rows[in.Row] = in.Value
	}
	return nil
}

func (m *model) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}
