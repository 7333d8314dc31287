package saga_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/internal/history"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/sagatest"
)

// A machine draws histories that nobody has recorded: two roots, each a board; sagas on
// the root, on its parts, on the list and on its cards, under every policy, alone and in
// a scope, with retries, timeouts and post-effects; transactions; writes, alone and in batches; the server's; what
// was sent; cancels, retries of what has ended, and components that mount and
// leave in between.
type machine struct {
	t       *rapid.T
	store   *atom.Store
	effects *sagatest.Effects
	sides   [2]side
	runs    []*running // that go on, in the order of dispatch
	ended   []*running
	next    int

	watching map[int]func()
	changes  [2]atomic.Int32 // notifications of each side in this event
}

// A side is one root atom with its oracle.
type side struct {
	*atoms
	law *history.Law
}

// A running is what the machine knows of a task.
type running struct {
	k       int
	task    *saga.Task
	policy  string
	key     string // of the policy
	on      []spot
	closed  bool // nobody may join it any more
	retries int
	timeout bool
	several bool                              // edits of one root, each of which is sent as a patch of its own
	changes []map[*history.Law]history.Change // of each run that has joined
	post    func() bool                       // tells the oracle; false when it cannot be made
}

// A spot names an atom: a part of one of the boards.
type spot struct {
	board *atoms
	part  part
	id    string // of the item
}

func (s spot) overlaps(o spot) bool {
	switch {
	case s.board != o.board:
		return false
	case s.part == onRoot, o.part == onRoot:
		return true
	case s.part == onItem && o.part == onItem:
		return s.id == o.id
	}
	return (s.part == onMeta) == (o.part == onMeta)
}

const scope = "scope" // a key in which all meet

// alike reports whether two runs are about the same, to a policy that they have in common.
func (r *running) alike(o *running) bool {
	return r.policy == o.policy && r.policy != "every" && r.key == o.key && (r.key == scope || slices.Equal(r.on, o.on))
}

// meets reports whether one of two runs has to wait for the other.
func (r *running) meets(o *running) bool {
	return r.alike(o) || r.policy == o.policy && r.policy != "every" && r.key == o.key &&
		slices.ContainsFunc(r.on, func(s spot) bool { return slices.ContainsFunc(o.on, s.overlaps) })
}

// keys are those that the policy is given.
func (r *running) keys() []any {
	switch r.key {
	case "":
		return nil
	case scope:
		return []any{saga.Scope(scope)}
	}
	return []any{r.key}
}

func (r *running) String() string {
	return fmt.Sprintf("%d, %s %s, %v", r.k, r.policy, r.key, r.task.State())
}

func newMachine(t *rapid.T) *machine {
	m := &machine{t: t, store: atom.NewStore(), watching: map[int]func(){}}
	m.effects = sagatest.Hold(m.store)
	var starts []history.State
	for i := range m.sides {
		start := history.State{Items: drawItems(t), Meta: history.Meta{Title: "t"}}
		starts = append(starts, start)
		m.sides[i] = side{atoms: newAtoms()}
		m.must(m.sides[i].root.Sync(m.store, start))
	}
	for i, law := range history.Laws(starts...) {
		m.sides[i].law = law
	}
	return m
}

func drawItems(t *rapid.T) (items []history.Item) {
	for i := range rapid.IntRange(0, 4).Draw(t, "items") {
		items = append(items, history.Item{ID: fmt.Sprint("i", i), Name: fmt.Sprint("n", i)})
	}
	return items
}

var ids = rapid.SampledFrom([]string{"i0", "i1", "i2", "i3", "x0", "x1"})

var operations = rapid.Custom(func(t *rapid.T) history.Operation {
	id := ids.Draw(t, "id")
	return history.Operation{
		Op:    rapid.SampledFrom([]string{"toggle", "setName", "inc", "push", "insert0", "remove", "move", "setTitle", "incN"}).Draw(t, "op"),
		ID:    id,
		Name:  rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "name"),
		Title: rapid.SampledFrom([]string{"t", "u"}).Draw(t, "title"),
		By:    rapid.IntRange(-1, 2).Draw(t, "by"),
		To:    rapid.IntRange(0, 4).Draw(t, "to"),
		Item:  history.Item{ID: id, Name: "new"},
	}
})

// once makes push and insert0 put in an item only where there is none of its
// id: identities are unique in a list.
func once(op history.Operation) func(*history.State) {
	return func(s *history.State) {
		if (op.Op == "push" || op.Op == "insert0") && s.Has(op.Item.ID) {
			return
		}
		op.Apply(s)
	}
}

func (m *machine) side() *side { return &m.sides[rapid.IntRange(0, 1).Draw(m.t, "side")] }

// A part is where an operation is dispatched: a root, what is beside its list,
// or an item.
type part int

const (
	onRoot part = iota
	onMeta
	onItems
	onItem
)

func (m *machine) part(op history.Operation) part {
	switch {
	case op.OnMeta() && rapid.Bool().Draw(m.t, "on meta"):
		return onMeta
	case op.OnItem() && rapid.Bool().Draw(m.t, "on item"):
		return onItem
	case !op.OnMeta() && rapid.Bool().Draw(m.t, "on the list"):
		return onItems
	}
	return onRoot
}

// onList is the operation on the list of items.
func onList(op history.Operation, items *[]history.Item) {
	s := history.State{Items: *items}
	once(op)(&s)
	*items = s.Items
}

// of is the operation, dispatched on that part, for the oracle.
func (p part) of(op history.Operation) history.Change {
	if p == onItem {
		return history.OfItem(op.ID, op.ApplyItem)
	}
	return history.Always(once(op))
}

var policies = []string{"every", "every", "every", "latest", "leading", "serial", "debounce", "throttle"}

const interval = 10 * time.Millisecond // of Debounce and Throttle

// dispatch runs a saga with whatever a saga can have.
func (m *machine) dispatch() {
	at, op := m.side(), operations.Draw(m.t, "operation")
	where := m.part(op)
	r := &running{
		policy:  rapid.SampledFrom(policies).Draw(m.t, "policy"),
		changes: []map[*history.Law]history.Change{{at.law: where.of(op)}},
	}
	if r.timeout = rapid.IntRange(0, 7).Draw(m.t, "timeout") == 0; !r.timeout {
		r.retries = rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(m.t, "retries")
	}
	var then *history.Operation
	if rapid.IntRange(0, 3).Draw(m.t, "post-effect") == 0 {
		after := operations.Filter(func(o history.Operation) bool {
			return where == onRoot || where == onMeta && o.OnMeta() || where == onItems && !o.OnMeta() || where == onItem && o.OnItem()
		}).Draw(m.t, "then")
		after.ID = map[bool]string{true: op.ID, false: after.ID}[where == onItem]
		then = &after
		r.post = func() bool { return at.law.Plain(where.of(after)) }
	}
	r.on = []spot{{board: at.atoms, part: where}}
	r.key = rapid.SampledFrom([]string{"", "", "", scope}).Draw(m.t, "key")
	switch where {
	case onMeta:
		m.enter(r, func() *saga.Task {
			return start(m, at.meta, op.ApplyMeta, postOn(then, history.Operation.ApplyMeta), r)
		})
	case onItems:
		m.enter(r, func() *saga.Task {
			return start(m, at.items, func(items *[]history.Item) { onList(op, items) }, postOn(then, onList), r)
		})
	case onItem:
		r.on[0].id = op.ID
		m.enter(r, func() *saga.Task {
			return start(m, at.itemByID.Of(op.ID), op.ApplyItem, postOn(then, history.Operation.ApplyItem), r)
		})
	default:
		m.enter(r, func() *saga.Task {
			return start(m, at.root, once(op), postOn(then, func(o history.Operation, s *history.State) { once(o)(s) }), r)
		})
	}
}

func postOn[T any](op *history.Operation, apply func(history.Operation, *T)) func(*T) {
	if op == nil {
		return nil
	}
	return func(v *T) { apply(*op, v) }
}

// start runs a saga on an atom of any type. Its own effect, which runs when the
// test releases it, cancels its task.
func start[T any](m *machine, a *atom.Atom[T], update, post func(*T), r *running) *saga.Task {
	s := saga.Update(update).Effect(func(ctx context.Context, _ T) error {
		saga.TaskFrom(ctx).Cancel()
		return nil
	})
	if post != nil {
		s = s.PostEffect(post)
	}
	if r.timeout {
		s = s.Timeout(5 * time.Millisecond)
	}
	s = s.Retry(saga.Backoff{Retries: r.retries, Base: time.Millisecond})
	switch r.policy {
	case "latest":
		s = s.Latest(r.keys()...)
	case "leading":
		s = s.Leading(r.keys()...)
	case "serial":
		s = s.Serial(r.keys()...)
	case "debounce":
		s = s.Debounce(interval, r.keys()...)
	case "throttle":
		s = s.Throttle(interval, r.keys()...)
	}
	return saga.Run(m.store, a, s)
}

// transact changes up to three parts of both sides as one.
func (m *machine) transact() {
	r := &running{
		policy: rapid.SampledFrom([]string{"every", "every", "latest", "leading", "serial"}).Draw(m.t, "policy"),
		key:    rapid.SampledFrom([]string{"tx", "tx", "tx", scope}).Draw(m.t, "key"),
	}
	var edits []func(*saga.Tx)
	changes := map[*history.Law]history.Change{}
	for range rapid.IntRange(1, 3).Draw(m.t, "edits") {
		at, op := m.side(), operations.Draw(m.t, "operation")
		where := m.part(op)
		edits = append(edits, func(tx *saga.Tx) {
			switch where {
			case onMeta:
				saga.Edit(tx, at.meta, op.ApplyMeta)
			case onItem:
				saga.Edit(tx, at.itemByID.Of(op.ID), op.ApplyItem)
			case onItems:
				saga.Edit(tx, at.items, func(items *[]history.Item) { onList(op, items) })
			default:
				saga.Edit(tx, at.root, once(op))
			}
		})
		change := where.of(op)
		if before := changes[at.law]; before != nil {
			r.several = true
			changes[at.law] = func(s *history.State) bool { return before(s) && change(s) }
		} else {
			changes[at.law] = change
		}
		r.on = append(r.on, spot{at.atoms, where, map[bool]string{true: op.ID}[where == onItem]})
	}
	r.changes = []map[*history.Law]history.Change{changes}
	m.enter(r, func() *saga.Task {
		return saga.Transact(m.store, func(tx *saga.Tx) {
			for _, edit := range edits {
				edit(tx)
			}
			switch r.policy {
			case "latest":
				tx.Latest(r.keys()...)
			case "leading":
				tx.Leading(r.keys()...)
			case "serial":
				tx.Serial(r.keys()...)
			}
		}, func(ctx context.Context, patches []draft.Changes) error {
			saga.TaskFrom(ctx).Cancel()
			return nil
		})
	})
}

// alike returns those that run and are about the same.
func (m *machine) alike(r *running) (all []*running) {
	for _, other := range m.runs {
		if other.alike(r) {
			all = append(all, other)
		}
	}
	return all
}

// enter dispatches, and tells the oracle what the policy has to make of it.
func (m *machine) enter(r *running, run func() *saga.Task) {
	lane := m.alike(r)
	var open *running // a burst
	if n := len(lane); n > 0 && lane[n-1].task.Waiting() && (r.policy == "debounce" || r.policy == "throttle") {
		open = lane[n-1]
	}
	fits := true
	for law, change := range r.changes[0] {
		v := law.Value()
		fits = change(&v) && fits
	}
	r.task = run()
	switch {
	case r.policy == "leading" && len(lane) > 0:
		if r.task != lane[0].task {
			m.t.Fatal("Leading must return the running task")
		}
		return
	case !fits:
		if r.task.State() != saga.Failed {
			m.t.Fatalf("a change that cannot be made is %v: %v", r.task.State(), r.task.Err())
		}
		m.end(r)
		return
	case open != nil && r.task == open.task:
		if open.closed || !slices.Equal(r.on, open.on) {
			m.t.Fatalf("%s must not join task %d: what overlaps was run in between, or it is about another atom", r.policy, open.k)
		}
		r.k = open.k
		open.retries, open.timeout = r.retries, r.timeout
		open.changes = append(open.changes, r.changes...)
		open.post = r.post
	default:
		if slices.ContainsFunc(m.runs, func(other *running) bool { return other.task == r.task }) {
			m.t.Fatalf("%s must not join", r.policy)
		}
		r.k = m.next
		m.next++
		for _, other := range m.runs {
			other.closed = other.closed || other.meets(r)
		}
		m.runs = append(m.runs, r)
	}
	history.Transact(r.k, r.changes[0])
	if r.policy == "latest" {
		for _, old := range lane {
			if old.task.State() == saga.Running {
				m.t.Fatal("Latest must supersede")
			}
			m.leave(old)
		}
		if m.changes[0].Load() > 1 || m.changes[1].Load() > 1 {
			m.t.Fatal("an observer has seen the value between the old one and the new one")
		}
	}
}

// leave tells the oracle that a task was dropped.
func (m *machine) leave(r *running) {
	m.sides[0].law.Settle(r.k, false)
	m.end(r)
}

func (m *machine) end(r *running) {
	m.runs = slices.DeleteFunc(m.runs, func(other *running) bool { return other == r })
	m.ended = append(m.ended, r)
}

// pick returns one of the running tasks whose effect has begun, nil when there
// is none.
func (m *machine) pick() *running {
	var begun []*running
	for _, r := range m.runs {
		if !r.task.Waiting() {
			begun = append(begun, r)
		}
	}
	if len(begun) == 0 {
		return nil
	}
	return rapid.SampledFrom(begun).Draw(m.t, "task")
}

func (m *machine) settle() {
	if r := m.pick(); r != nil {
		m.settles(r, rapid.Bool().Draw(m.t, "ok"))
	}
}

// settles has the effect work, or fail.
func (m *machine) settles(r *running, ok bool) {
	if !ok {
		m.effects.Of(r.task).Fail(errServer)
		if r.retries > 0 {
			r.retries--
			return
		}
		m.leave(r)
		return
	}
	m.effects.Of(r.task).Succeed()
	m.sides[0].law.Settle(r.k, true)
	if made := r.post == nil || r.post(); made != (r.task.PostErr() == nil) {
		m.t.Fatalf("the post-effect: %v", r.task.PostErr())
	}
	m.end(r)
}

// cancel takes one back, from outside or in its effect.
func (m *machine) cancel() {
	if len(m.runs) == 0 {
		return
	}
	r := rapid.SampledFrom(m.runs).Draw(m.t, "task")
	if !r.task.Waiting() && rapid.Bool().Draw(m.t, "in the effect") {
		m.effects.Of(r.task).Release()
		synctest.Wait()
	} else {
		r.task.Cancel()
	}
	m.leave(r)
}

// send has an effect ask for the patch to be sent.
func (m *machine) send() {
	r := m.pick()
	if r == nil {
		return
	}
	if r.several || !m.sides[0].law.Sendable(r.k) {
		return
	}
	if _, err := r.task.PinPatch(); err == nil {
		m.sides[0].law.Send(r.k)
	} else if len(r.changes) == 1 || !errors.Is(err, draft.ErrPath) {
		m.t.Fatal(err)
	}
}

// again runs something that has ended once more.
func (m *machine) again() {
	if len(m.ended) == 0 {
		return
	}
	old := rapid.SampledFrom(m.ended[max(0, len(m.ended)-4):]).Draw(m.t, "ended")
	if rapid.Bool().Draw(m.t, "dismissed") {
		old.task.Dismiss()
	}
	r := &running{on: old.on, key: old.key, policy: old.policy, timeout: old.timeout, post: old.post, several: old.several}
	r.changes = []map[*history.Law]history.Change{{}}
	for _, changes := range old.changes {
		for law, change := range changes {
			before := r.changes[0][law]
			r.changes[0][law] = func(s *history.State) bool { return (before == nil || before(s)) && change(s) }
		}
	}
	r.retries = old.task.Retries()
	m.enter(r, old.task.Retry)
}

func (m *machine) write() {
	at, op := m.side(), operations.Draw(m.t, "operation")
	m.writeTo(m.store, at, op)
}

func (m *machine) writeTo(w atom.Writer, at *side, op history.Operation) {
	where := m.part(op)
	var err error
	switch {
	case where == onItem:
		err = at.itemByID.Of(op.ID).Update(w, op.ApplyItem)
	case where == onMeta && rapid.Bool().Draw(m.t, "set"):
		to := history.Meta{N: op.By, Title: op.Title}
		m.must(at.meta.Set(w, to))
		at.law.Plain(history.Always(func(s *history.State) { s.Meta = to }))
		return
	case where == onMeta:
		err = at.meta.Update(w, op.ApplyMeta)
	default:
		err = at.root.Update(w, once(op))
	}
	if made := at.law.Plain(where.of(op)); made != (err == nil) || err != nil && !errors.Is(err, atom.ErrMissing) {
		m.t.Fatalf("the write: %v", err)
	}
}

func (m *machine) server() { m.serverTo(m.store) }

func (m *machine) serverTo(w atom.Writer) {
	at, op := m.side(), operations.Draw(m.t, "operation")
	m.must(at.root.SyncUpdate(w, once(op)))
	at.law.Server(once(op))
}

func (m *machine) refetch() {
	at := m.side()
	if id := ids.Draw(m.t, "id"); rapid.Bool().Draw(m.t, "of one item") {
		it := history.Item{ID: id, Name: "refetched"}
		if err := at.itemByID.Of(id).Sync(m.store, it); at.law.Base.Has(id) != (err == nil) {
			m.t.Fatalf("the server's %s: %v", id, err)
		}
		at.law.Server(func(s *history.State) { history.OfItem(id, func(to *history.Item) { *to = it })(s) })
		return
	}
	items := drawItems(m.t)
	m.must(at.items.Sync(m.store, items))
	at.law.Server(func(s *history.State) { s.Items = slices.Clone(items) })
}

// batch makes several writes, and the server's, at once.
func (m *machine) batch() {
	m.store.Batch(func(b *atom.Batch) {
		for range rapid.IntRange(2, 4).Draw(m.t, "writes") {
			if rapid.IntRange(0, 3).Draw(m.t, "whose") == 0 {
				m.serverTo(b)
			} else {
				m.writeTo(b, m.side(), operations.Draw(m.t, "operation"))
			}
		}
	})
}

// elapse lets time pass: bursts become due, retries begin, effects time out.
func (m *machine) elapse() {
	time.Sleep(time.Duration(rapid.SampledFrom([]int{1, 4, 6, 11, 25}).Draw(m.t, "ms")) * time.Millisecond)
}

// mount has somebody watch an item, and leave later. What a watcher saw last
// must be what is there: a missed notification is a stale component.
func (m *machine) mount() {
	at, id := m.side(), ids.Draw(m.t, "id")
	a := at.itemByID.Of(id)
	var seen atomic.Value
	look := func() {
		it, _ := a.Lookup(m.store)
		seen.Store(it)
	}
	look()
	key := m.next
	m.next++
	stop := m.store.Subscribe(a, look)
	m.watching[key] = func() {
		if now, _ := a.Lookup(m.store); now != seen.Load() {
			m.t.Fatalf("a watcher of %s still shows %+v, not %+v", id, seen.Load(), now)
		}
		if rapid.IntRange(0, 2).Draw(m.t, "leave") == 0 {
			stop()
			delete(m.watching, key)
		}
	}
}

func (m *machine) must(err error) {
	if err != nil {
		m.t.Fatal(err)
	}
}

// reconcile compares the tasks with the oracle, which knows of conflicts, and
// with the clock.
func (m *machine) reconcile() {
	for _, r := range slices.Clone(m.runs) {
		switch state := r.task.State(); {
		case state == saga.Running && !m.has(r.k):
			m.t.Fatalf("task %d runs, and its change cannot be re-applied", r.k)
		case state == saga.Conflict && m.has(r.k):
			m.t.Fatalf("task %d met a conflict that there is not: %v", r.k, r.task.Err())
		case state == saga.Failed && (!r.timeout || r.task.Err() != saga.ErrTimeout):
			m.t.Fatalf("task %d has failed: %v", r.k, r.task.Err())
		case state == saga.Failed:
			m.leave(r)
		case state != saga.Running && state != saga.Conflict:
			m.t.Fatalf("task %d has become %v: %v", r.k, state, r.task.Err())
		case state == saga.Conflict:
			m.end(r)
		}
	}
	for i, r := range m.runs {
		behind := slices.ContainsFunc(m.runs[:i], r.meets)
		switch waits := r.task.Waiting(); {
		case behind && !waits:
			m.t.Fatalf("the effect of task %d, %s, has begun before the one in front of it was over", r.k, r.policy)
		case !behind && waits && r.task.Attempts() == 0 && r.policy != "debounce" && r.policy != "throttle":
			m.t.Fatalf("the effect of task %d, %s, waits for nothing", r.k, r.policy)
		}
	}
}

func (m *machine) has(k int) bool {
	return slices.ContainsFunc(m.sides[:], func(s side) bool { return s.law.Has(k) })
}

func (m *machine) check() {
	synctest.Wait()
	m.reconcile()
	for i := range m.sides {
		if err := m.sides[i].check(m.store, m.sides[i].law); err != nil {
			m.t.Fatal(err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.watching)) {
		m.watching[key]()
	}
	for i := range m.changes {
		m.changes[i].Store(0)
	}
}

// finish has everything that runs fail, and looks whether anything is left.
func (m *machine) finish() {
	for len(m.runs) > 0 {
		if i := slices.IndexFunc(m.runs, func(r *running) bool { return !r.task.Waiting() }); i >= 0 {
			m.settles(m.runs[i], false)
		} else {
			time.Sleep(interval)
			synctest.Wait()
			if first := m.runs[0].task; first.State() == saga.Running && first.Waiting() {
				m.t.Fatalf("the effect of task %d never begins", m.runs[0].k)
			}
		}
		m.check()
	}
	for i := range m.sides {
		if n := atom.Pending(m.store, m.sides[i].root); n != 0 {
			m.t.Fatalf("%d entries are left after everything has settled", n)
		}
	}
	time.Sleep(interval)
	synctest.Wait()
	if n := saga.Lanes(m.store); n != 0 {
		m.t.Fatalf("%d lanes are left after everything has settled", n)
	}
}

// leaveNothing ends what a history that failed has left running.
func (m *machine) leaveNothing() {
	for _, t := range saga.Tasks().Get(m.store).Running {
		t.Cancel()
	}
	synctest.Wait()
}

// TestGeneratedHistories checks the Law after every event of histories that
// rapid draws: 100 of them, or as many as -rapid.checks says. A million, other
// ones each time, with the seed of one that fails printed:
//
//	go test ./saga -run TestGeneratedHistories -timeout 0 -rapid.checks 1000000 -rapid.steps 10
//
// A history has 30 events, or as many as -rapid.steps says, on average; the seed
// goes to -rapid.seed.
func TestGeneratedHistories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cases.Check(bubble{t}, func(t *rapid.T) {
			m := newMachine(t)
			defer m.leaveNothing()
			for i := range m.sides {
				m.store.Subscribe(m.sides[i].root, func() { m.changes[i].Add(1) })
			}
			event := func(f func()) func(*rapid.T) { return func(*rapid.T) { f() } }
			t.Repeat(map[string]func(*rapid.T){
				"dispatch":  event(m.dispatch),
				"dispatch2": event(m.dispatch),
				"transact":  event(m.transact),
				"settle":    event(m.settle),
				"settle2":   event(m.settle),
				"cancel":    event(m.cancel),
				"send":      event(m.send),
				"again":     event(m.again),
				"write":     event(m.write),
				"batch":     event(m.batch),
				"server":    event(m.server),
				"refetch":   event(m.refetch),
				"elapse":    event(m.elapse),
				"mount":     event(m.mount),
				"":          event(m.check),
			})
			m.finish()
		})
	})
}

// bubble hides what rapid must not ask a test in a bubble: its deadline.
type bubble struct{ testing.TB }
