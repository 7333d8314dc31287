package saga_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// Pages that run durable sagas on one outbox, while they are closed at any
// moment, the network comes and goes, and answers are lost. In the end the server
// has made every change that was kept once, those of one atom in their order, and
// every page shows what the server has.
func TestOutboxModel(t *testing.T) {
	for seed := range uint64(modelRuns) {
		synctest.Test(t, func(t *testing.T) { newModel(t, seed).play() })
		if t.Failed() {
			return
		}
	}
}

// modelRuns is how many random stories are played.
const modelRuns = 300

type setRow struct{ Key, Value int }

var (
	modelRows = atom.New(map[int]int{})
	rowAt     = atom.NewFamily(func(key int) *atom.Atom[int] { return atom.Key(modelRows, key) })
	inModel   sync.Map // *atom.Store -> *modelPage
)

var setModelRow = saga.Define("model.set",
	func(in setRow) *atom.Atom[int] { return rowAt.Of(in.Key) },
	func(in setRow) saga.Saga[int] {
		return saga.New(
			func(v *int) struct{} { *v = in.Value; return struct{}{} },
			func(ctx context.Context, _ int, _ struct{}) (int, error) {
				task := saga.TaskFrom(ctx)
				page, _ := inModel.Load(task.Store())
				return page.(*modelPage).send(ctx, task.ID(), in)
			},
		).PostEffect(func(v *int, answer int) {
			if *v == in.Value {
				*v = answer
			}
		}).Timeout(time.Minute)
	})

const (
	modelPages = 3
	keysEach   = 2 // rows that only one page writes to
)

// A model is a story, and the server in it.
type model struct {
	t      *testing.T
	seed   uint64
	random *rand.Rand
	outbox *outbox.Memory
	pages  [modelPages]*modelPage
	value  int
	refuse map[int]bool // values

	mu      sync.Mutex
	down    bool
	busy    bool
	answers map[string]int // by task id
	rows    map[int]int
	made    map[int][]int // values, by key
	kept    map[string]setRow
	chance  *rand.Rand // of the goroutines
}

type modelPage struct {
	*outbox.Page
	model  *model
	store  *atom.Store
	closed chan struct{}
	stop   func()
	out    chan letter
}

type letter struct {
	text []byte
	due  time.Time
}

func newModel(t *testing.T, seed uint64) *model {
	m := &model{
		t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 1)), chance: rand.New(rand.NewPCG(seed, 2)),
		outbox: outbox.NewMemory(), refuse: map[int]bool{},
		answers: map[string]int{}, rows: map[int]int{}, made: map[int][]int{}, kept: map[string]setRow{},
	}
	for key := range modelPages * keysEach {
		m.rows[key] = 0
	}
	for n := range m.pages {
		m.pages[n] = m.open()
	}
	return m
}

func (m *model) open() *modelPage {
	p := &modelPage{Page: m.outbox.Open(), model: m, store: atom.NewStore(), closed: make(chan struct{}), out: make(chan letter, 10_000)}
	inModel.Store(p.store, p)
	go p.post()
	loaded := atom.New(false)
	load := sync.OnceFunc(func() {
		go func() {
			p.pass(20)
			modelRows.Set(p.store, m.load())
			p.pass(20)
			loaded.Set(p.store, true)
		}()
	})
	p.stop = saga.Keep(p.store, p, func(r atom.Reader) bool {
		load()
		return loaded.Get(r)
	})
	return p
}

func (m *model) load() map[int]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.rows)
}

func (p *modelPage) kill() {
	p.Page.Close()
	p.stop()
	close(p.closed)
	inModel.Delete(p.store)
}

func (m *model) upTo(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.chance.IntN(n)
}

// pass lets up to so many milliseconds go by, or the page be closed.
func (p *modelPage) pass(most int) bool {
	select {
	case <-time.After(time.Duration(p.model.upTo(most*1000)) * time.Microsecond):
		return true
	case <-p.closed:
		return false
	}
}

// The outbox takes its time, before it does something and before it says so.

func (p *modelPage) Put(ctx context.Context, records []saga.Record) (kept []saga.Record, err error) {
	p.pass(5)
	if kept, err = p.Page.Put(ctx, records); err == nil {
		p.model.keep(kept)
	}
	p.pass(5)
	return kept, err
}

func (m *model) keep(records []saga.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range records {
		var in setRow
		fmt.Sscanf(r.Input, `{"Key":%d,"Value":%d}`, &in.Key, &in.Value)
		m.kept[r.ID] = in
	}
}

func (p *modelPage) Remove(ctx context.Context, orders ...int64) error {
	p.pass(5)
	defer p.pass(5)
	return p.Page.Remove(ctx, orders...)
}

func (p *modelPage) All(ctx context.Context) ([]saga.Record, error) {
	p.pass(5)
	defer p.pass(5)
	return p.Page.All(ctx)
}

func (p *modelPage) Tell(message []byte) {
	p.out <- letter{message, time.Now().Add(time.Duration(p.model.upTo(3000)) * time.Microsecond)}
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

func (p *modelPage) send(ctx context.Context, id string, in setRow) (int, error) {
	time.Sleep(4 * time.Millisecond) // a server is further away than another page
	there := p.pass(40)
	m := p.model
	if !there && m.upTo(2) == 0 {
		return 0, errModelLost
	}
	answer, err := m.serve(id, in)
	if !p.pass(40) || m.upTo(5) == 0 {
		return 0, errModelLost
	}
	return answer, err
}

func (m *model) serve(id string, in setRow) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch answer, before := m.answers[id]; {
	case m.down:
		return 0, errModelLost
	case m.busy:
		return 0, errModelBusy
	case m.refuse[in.Value]:
		return 0, errModelNo
	case before:
		return answer, nil
	}
	m.answers[id] = in.Value
	m.rows[in.Key] = in.Value
	m.made[in.Key] = append(m.made[in.Key], in.Value)
	return in.Value, nil
}

func (m *model) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

func (m *model) play() {
	defer func() {
		for _, p := range m.pages {
			p.kill()
		}
		time.Sleep(time.Second)
	}()
	for range 80 {
		n := m.random.IntN(modelPages)
		switch dice := m.random.IntN(100); {
		case dice < 60:
			m.value++
			if m.random.IntN(10) == 0 {
				m.set(func() { m.refuse[m.value] = true })
			}
			setModelRow.Run(m.pages[n].store, setRow{n*keysEach + m.random.IntN(keysEach), m.value})
		case dice < 70:
			m.pages[n].kill()
			m.pages[n] = m.open()
		case dice < 77:
			m.set(func() { m.down = !m.down })
		case dice < 82:
			m.set(func() { m.busy = !m.busy })
		default:
			time.Sleep(time.Duration(m.random.IntN(100)) * time.Millisecond)
		}
		if m.random.IntN(2) == 0 {
			time.Sleep(time.Duration(m.random.IntN(5000)) * time.Microsecond)
		}
	}
	m.set(func() { m.down, m.busy = false, false })
	time.Sleep(2 * time.Hour)
	synctest.Wait()
	m.check()
}

func (m *model) check() {
	t := m.t
	made := map[int]int{}
	for key, values := range m.made {
		if !slices.IsSorted(values) {
			t.Errorf("seed %d: row %d was set to %v", m.seed, key, values)
		}
		for _, value := range values {
			made[value]++
		}
	}
	refused := 0
	for id, in := range m.kept {
		want := 1
		if m.refuse[in.Value] {
			want = 0
			refused++
		}
		if made[in.Value] != want {
			t.Errorf("seed %d: %d (%s) was made %d times, want %d", m.seed, in.Value, id, made[in.Value], want)
		}
	}
	records, _ := m.pages[0].All(t.Context())
	defer func() {
		for _, p := range m.pages {
			if t.Failed() {
				t.Log(saga.DumpOutbox(p.store))
			}
		}
	}()
	for _, r := range records {
		if r.Reason == "" {
			t.Errorf("seed %d: %v is still in the outbox", m.seed, r)
		}
	}
	for n, p := range m.pages {
		if state := saga.OutboxOf(p.store).Get(p.store); state.Waiting != 0 || state.Paused || state.Err != "" || len(state.Aside) != len(records) {
			t.Errorf("seed %d: page %d says %d wait, paused %v, %d aside, want %d; %s",
				m.seed, n, state.Waiting, state.Paused, len(state.Aside), len(records), state.Err)
		}
		for key, want := range m.rows {
			if got := rowAt.Of(key).Get(p.store); got != want {
				t.Errorf("seed %d: page %d shows %d in row %d, want %d", m.seed, n, got, key, want)
			}
		}
	}
}
