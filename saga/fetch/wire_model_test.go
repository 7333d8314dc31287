package fetch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/saga"
	"github.com/atomsaga/atomsaga/saga/fetch"
	"github.com/atomsaga/atomsaga/saga/outbox"
)

// A wall has lists of each kind. Whatever stands in it has a name of its own, so
// that it is known of each change what it is about.
type wall struct {
	Cards []card                 `json:"cards"`
	Notes atom.List[card]        `json:"notes"`
	Table atom.Map[string, card] `json:"table"`
	ByKey map[string][]card      `json:"byKey"`
	Words []string               `json:"words"`
	Texts atom.List[string]      `json:"texts"`
	Pairs []pair                 `json:"pairs"`
	Title string                 `json:"title"`
}

type card struct {
	ID   string   `json:"id" atom:"key"`
	Name string   `json:"name"`
	Tags []string `json:"tags"`
	Subs []sub    `json:"subs"`
}

type sub struct {
	ID   int    `json:"no" atom:"key"`
	Text string `json:"text,omitempty"`
}

type pair struct{ A, B string }

// A move is a change of a wall as data, as a durable saga needs it.
type move struct {
	Op, In string // in: cards, notes, a key of byKey, or table
	ID     string // of what it is about
	Behind string // what it comes behind; "" is in front
	Text   string // of this move alone
	N      int    // as well
}

var (
	wallRoot  = atom.New(wall{})
	cardsAtom = atom.Focus(wallRoot, func(w *wall) *[]card { return &w.Cards })
	cardByID  = atom.NewFamily(func(id string) *atom.Atom[card] { return atom.At(cardsAtom, id) })
)

func newCard(id string) card {
	return card{ID: id, Name: "of " + id, Tags: []string{id + "t0", id + "t1", id + "t2"}, Subs: []sub{{0, id}, {1, ""}, {2, id}}}
}

func newWall() wall {
	w := wall{Cards: []card{}, ByKey: map[string][]card{"k": {}}, Words: []string{}, Pairs: []pair{}}
	for i := range 3 {
		w.Cards = append(w.Cards, newCard(fmt.Sprint("c", i)))
		w.Notes.Append(newCard(fmt.Sprint("n", i)))
		w.Table.Set(fmt.Sprint("m", i), newCard(fmt.Sprint("m", i)))
		w.ByKey["k"] = append(w.ByKey["k"], newCard(fmt.Sprint("k", i)))
		w.Words = append(w.Words, fmt.Sprint("w", i))
		w.Texts.Append(fmt.Sprint("x", i))
		w.Pairs = append(w.Pairs, pair{fmt.Sprint("p", i), ""})
	}
	return w
}

// edit does m to the elements of a sequence.
func (m move) edit(l []card) []card {
	at := func(id string) int { return slices.IndexFunc(l, func(c card) bool { return c.ID == id }) }
	switch i := at(m.ID); {
	case m.Op == "add" && i < 0:
		return slices.Insert(l, at(m.Behind)+1, newCard(m.ID))
	case i < 0:
	case m.Op == "remove":
		return slices.Delete(l, i, i+1)
	case m.Op == "move":
		c := l[i]
		l = slices.Delete(l, i, i+1)
		return slices.Insert(l, at(m.Behind)+1, c)
	default:
		m.editCard(&l[i])
	}
	return l
}

func (m move) editCard(c *card) {
	switch m.Op {
	case "name":
		c.Name = m.Text
	case "come", "become", "go":
		c.Tags = m.editWords(c.Tags)
	case "sub":
		for i := range c.Subs {
			if c.Subs[i].ID == 2 {
				c.Subs[i].Text = m.Text
			}
		}
	case "add sub":
		c.Subs = slices.Insert(c.Subs, min(1, len(c.Subs)), sub{m.N, m.Text})
	case "remove sub":
		c.Subs = slices.DeleteFunc(c.Subs, func(s sub) bool { return s.ID == 1 })
	}
}

func (m move) editWords(l []string) []string {
	at := slices.Index(l, m.Behind)
	switch m.Op {
	case "come":
		return slices.Insert(l, at+1, m.Text)
	case "become":
		if at >= 0 {
			l[at] = m.Text
		}
	case "go":
		if at >= 0 {
			return slices.Delete(l, at, at+1)
		}
	}
	return l
}

func (m move) apply(w *wall) {
	switch m.In {
	case "cards":
		w.Cards = m.edit(w.Cards)
	case "k":
		w.ByKey["k"] = m.edit(w.ByKey["k"])
	case "notes":
		at := w.Notes.Index(m.ID)
		switch {
		case m.Op == "add" && at < 0:
			w.Notes.Insert(w.Notes.Index(m.Behind)+1, newCard(m.ID))
		case at < 0:
		case m.Op == "remove":
			w.Notes.Delete(at)
		case m.Op == "move":
			to := w.Notes.Index(m.Behind) + 1
			if to > at {
				to--
			}
			w.Notes.Move(at, to)
		default:
			m.editCard(w.Notes.Edit(at))
		}
	case "table":
		switch has := w.Table.Has(m.ID); {
		case m.Op == "add" && !has:
			w.Table.Set(m.ID, newCard(m.ID))
		case !has || m.Op == "move":
		case m.Op == "remove":
			w.Table.Delete(m.ID)
		default:
			m.editCard(w.Table.Edit(m.ID))
		}
	case "words":
		w.Words = m.editWords(w.Words)
	case "texts":
		l := m.editWords(slices.Collect(w.Texts.Values()))
		for i := range l {
			switch {
			case i >= w.Texts.Len():
				w.Texts.Append(l[i])
			case w.Texts.At(i) != l[i] && len(l) > w.Texts.Len():
				w.Texts.Insert(i, l[i])
			case w.Texts.At(i) != l[i] && len(l) < w.Texts.Len():
				w.Texts.Delete(i)
			case w.Texts.At(i) != l[i]:
				w.Texts.Set(i, l[i])
			}
		}
		for w.Texts.Len() > len(l) {
			w.Texts.Delete(w.Texts.Len() - 1)
		}
	case "pairs":
		at := slices.IndexFunc(w.Pairs, func(p pair) bool { return p.A == m.Behind })
		switch {
		case m.Op == "come":
			w.Pairs = slices.Insert(w.Pairs, at+1, pair{m.Text, ""})
		case at < 0:
		case m.Op == "become":
			w.Pairs[at].B = m.Text
		default:
			w.Pairs = slices.Delete(w.Pairs, at, at+1)
		}
	case "title":
		w.Title = m.Text
	}
}

// abouts are the names of what m is about, as in [contents].
func (m move) abouts() []string {
	if m.In == "title" {
		return []string{"title"}
	}
	if m.ID == "" {
		return []string{m.In + "/" + m.Behind, m.In + "/" + m.Text}
	}
	return []string{m.In + "/" + m.ID}
}

// contents are the parts of a wall, by name, without their order.
func contents(w *wall) map[string]string {
	parts := map[string]string{"title": w.Title}
	put := func(in, id string, v any) {
		text, _ := json.Marshal(v)
		parts[in+"/"+id] += string(text)
	}
	cards := func(in string, l []card) {
		for _, c := range l {
			put(in, c.ID, c)
		}
	}
	cards("cards", w.Cards)
	cards("notes", slices.Collect(w.Notes.Values()))
	for k, l := range w.ByKey {
		cards(k, l)
	}
	for k, c := range w.Table.All() {
		put("table", k, c)
	}
	for _, s := range w.Words {
		put("words", s, s)
	}
	for s := range w.Texts.Values() {
		put("texts", s, s)
	}
	for _, p := range w.Pairs {
		put("pairs", p.A, p)
	}
	return parts
}

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

func wiring(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		w, open := wires.Load(saga.TaskFrom(ctx).Store())
		if !open {
			return fetch.ErrNetwork
		}
		_, err := fetch.Patch[struct{}](fetch.WithTransport(ctx, w.(*wire).send), url)
		return err
	}
}

var changeWall = saga.Define("wire.change",
	func(move) *atom.Atom[wall] { return wallRoot },
	func(m move) saga.Saga[wall] {
		send := wiring("/wall")
		return saga.Update(m.apply).Effect(func(ctx context.Context, _ wall) error { return send(ctx) })
	})

// arrive has the server do, or refuse, what it is asked.
func (w *wire) arrive(q *wireRequest) {
	id := q.Header["Idempotency-Key"]
	if w.done[id] {
		q.status = 204
		return
	}
	p, err := jsonpatch.DecodePatch(q.Body)
	if err != nil {
		w.Fatalf("%v in %s", err, q.Body)
	}
	before := w.wallOf(w.doc)
	after := w.wallOf(w.doc)
	if q.URL == "/wall" {
		var doc []byte
		if doc, err = p.Apply(w.doc); err == nil {
			after = w.wallOf(doc)
		}
	} else {
		i := slices.IndexFunc(before.Cards, func(c card) bool { return "/"+c.ID == q.URL })
		if i < 0 {
			q.status = 404
			return
		}
		text, _ := json.Marshal(before.Cards[i])
		if text, err = p.Apply(text); err == nil {
			after.Cards[i] = card{}
			err = json.Unmarshal(text, &after.Cards[i])
		}
	}
	if err != nil {
		q.status = rapid.SampledFrom([]int{409, 412, 422}).Draw(w.T, "refusal")
		return
	}
	was, is := contents(&before), contents(&after)
	for name := range is {
		was[name] += "" // what has come, too
	}
	for name, text := range was {
		if is[name] != text && !w.about[id][name] {
			w.Fatalf("%s was %s and is %s; it was changed by one about %v, told by\n%s\nof\n%s",
				name, text, is[name], slices.Collect(maps.Keys(w.about[id])), q.Body, w.doc)
		}
	}
	w.done[id] = true
	w.commit(&after, id)
	q.status = 204
}

func (w *wire) commit(x *wall, id string) {
	w.doc, _ = json.Marshal(x)
	w.events = append(w.events, event{w.doc, id})
}

// hear has the page learn of the next commit.
func (w *wire) hear() {
	if !w.live || len(w.events) == 0 {
		return
	}
	e := w.events[0]
	w.events = w.events[1:]
	w.store.Batch(func(b *atom.Batch) {
		saga.RebaseWith(b, []string{e.id}, func(contained ...*atom.Entry) error {
			return wallRoot.SyncFunc(b, func(wall) (wall, error) { return w.wallOf(e.doc), nil }, contained...)
		})
	})
	synctest.Wait()
}

// draw draws a change of a wall.
func (w *wire) draw(x *wall) (m move) {
	w.number++
	m.N, m.Text = w.number, fmt.Sprint("v", w.number)
	m.In = rapid.SampledFrom([]string{"cards", "cards", "cards", "notes", "k", "table", "words", "texts", "pairs", "title"}).Draw(w.T, "in")
	var l []card
	var names []string
	switch m.In {
	case "cards":
		l = x.Cards
	case "notes":
		l = slices.Collect(x.Notes.Values())
	case "k":
		l = x.ByKey["k"]
	case "table":
		l = slices.Collect(x.Table.Values())
	case "words":
		names = x.Words
	case "texts":
		names = slices.Collect(x.Texts.Values())
	case "pairs":
		for _, p := range x.Pairs {
			names = append(names, p.A)
		}
	default:
		return m
	}
	some := func(names []string) string {
		return rapid.SampledFrom(append([]string{""}, names...)).Draw(w.T, "which")
	}
	words := rapid.SampledFrom([]string{"come", "become", "go"})
	if l == nil {
		m.Op, m.Behind = words.Draw(w.T, "op"), some(names)
		return m
	}
	for _, c := range l {
		names = append(names, c.ID)
	}
	m.Op = rapid.SampledFrom([]string{"add", "remove", "remove", "move", "name", "name", "tags", "sub", "add sub", "remove sub"}).Draw(w.T, "op")
	if m.ID = some(names); m.Op == "add" || m.ID == "" {
		m.Op, m.ID = "add", fmt.Sprint("a", w.number)
	}
	switch m.Op {
	case "add", "move":
		m.Behind = some(slices.DeleteFunc(names, func(id string) bool { return id == m.ID }))
	case "tags":
		m.Op, m.Behind = words.Draw(w.T, "op"), some(l[slices.IndexFunc(l, func(c card) bool { return c.ID == m.ID })].Tags)
	}
	return m
}

// overwrites reports whether one of the page's changes that are under way writes what m
// does: which of two is the last one is for the order in which they arrive.
func (w *wire) overwrites(m move) bool {
	return slices.ContainsFunc(w.tasks, func(t *wireTask) bool {
		return t.State() == saga.Running && slices.ContainsFunc(t.moves, func(n move) bool {
			return n.In == m.In && n.ID == m.ID && n.Op == m.Op && (m.Op == "name" || m.Op == "sub" || m.In == "title")
		})
	})
}

func (w *wire) dispatch() {
	if len(w.tasks) > 5 {
		return
	}
	x := wallRoot.Get(w.store)
	m := w.draw(&x)
	if w.overwrites(m) {
		return
	}
	var t *saga.Task
	how := rapid.SampledFrom([]string{"every", "every", "every", "durable", "latest", "leading", "serial", "debounce", "throttle"}).Draw(w.T, "policy")
	retries := rapid.IntRange(0, 2).Draw(w.T, "retries")
	switch onCard := m.In == "cards" && m.ID != "" && m.Op != "add" && m.Op != "remove" && m.Op != "move"; {
	case how == "durable":
		t = changeWall.Run(w.store, m)
	case onCard && rapid.Bool().Draw(w.T, "on the card"):
		send := wiring("/" + m.ID)
		t = saga.Run(w.store, cardByID.Of(m.ID), policy(saga.Update(m.editCard).Effect(func(ctx context.Context, _ card) error { return send(ctx) }), how).Retry(saga.Backoff{Retries: retries}))
	default:
		send := wiring("/wall")
		t = saga.Run(w.store, wallRoot, policy(saga.Update(m.apply).Effect(func(ctx context.Context, _ wall) error { return send(ctx) }), how).Retry(saga.Backoff{Retries: retries}))
	}
	i := slices.IndexFunc(w.tasks, func(x *wireTask) bool { return x.Task == t })
	if i >= 0 && how == "leading" {
		return // it was not run
	}
	if i < 0 {
		i = len(w.tasks)
		w.tasks = append(w.tasks, &wireTask{Task: t, durable: how == "durable"})
	}
	w.tasks[i].moves = append(w.tasks[i].moves, m)
	if w.about[t.ID()] == nil {
		w.about[t.ID()] = map[string]bool{}
	}
	for _, name := range m.abouts() {
		w.about[t.ID()][name] = true
	}
	synctest.Wait()
}

func policy[T any](s saga.Saga[T], how string) saga.Saga[T] {
	switch how {
	case "latest":
		return s.Latest()
	case "leading":
		return s.Leading()
	case "serial":
		return s.Serial()
	case "debounce":
		return s.Debounce(time.Second)
	case "throttle":
		return s.Throttle(time.Second)
	}
	return s
}

func (w *wire) someRequest() *wireRequest {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.requests) == 0 {
		return nil
	}
	return w.requests[rapid.IntRange(0, len(w.requests)-1).Draw(w.T, "request")]
}

// deliver has a request arrive and be answered.
func (w *wire) deliver() {
	if q := w.someRequest(); q != nil {
		if q.status == 0 {
			w.arrive(q)
		}
		w.answer(q, q.status)
	}
}

// half has a request arrive, and not be answered yet.
func (w *wire) half() {
	if q := w.someRequest(); q != nil && q.status == 0 && w.live {
		w.arrive(q)
	}
}

func (w *wire) refuse() {
	if q := w.someRequest(); q != nil && q.status == 0 && !w.done[q.Header["Idempotency-Key"]] {
		w.answer(q, rapid.SampledFrom([]int{400, 403, 409, 422}).Draw(w.T, "refusal"))
	}
}

// lose loses a request, or, of those that are made up for, its answer.
func (w *wire) lose() {
	if q := w.someRequest(); q != nil && (q.status == 0 || w.live) {
		w.answer(q, 0)
	}
}

func (w *wire) cancel() {
	if len(w.tasks) > 0 {
		w.tasks[rapid.IntRange(0, len(w.tasks)-1).Draw(w.T, "task")].Cancel()
		synctest.Wait()
	}
}

func (w *wire) othersChange() {
	x := w.wallOf(w.doc)
	w.draw(&x).apply(&x)
	w.commit(&x, "")
	w.others = w.others || !w.live
}

func (w *wire) reload() {
	w.close()
	w.open()
	w.others = !w.live // what is made again may be there already
}

func (w *wire) pass(most int) {
	time.Sleep(time.Duration(rapid.IntRange(0, most).Draw(w.T, "ms")) * time.Millisecond)
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
	if n := atom.Pending(w.store, wallRoot); n > 0 {
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
