package atom_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/cases"
)

// A crate holds one N, and a shelf has crates in every collection that has keys.
type crate struct {
	ID string `atom:"key"`
	N  int
}

type shelf struct {
	Slice  []crate
	List   draft.List[crate]
	Map    draft.Map[string, crate]
	Plain  map[string]*crate
	Boards []shelfBoard // one, whose key is renamed, too
}

type shelfBoard struct {
	ID    string `atom:"key"`
	Cards draft.List[*crate]
}

var shelfParts = []string{"Slice", "List", "Map", "Plain", "Cards"}

// A plainShelf is a shelf as the Law has it: in it every crate has its first key for good.
type plainShelf map[string][]crate

func (p plainShelf) clone() plainShelf {
	q := plainShelf{}
	for part, crates := range p {
		q[part] = slices.Clone(crates)
	}
	return q
}

func (p plainShelf) find(part, first string) *crate {
	i := slices.IndexFunc(p[part], func(c crate) bool { return c.ID == first })
	if i < 0 {
		return nil
	}
	return &p[part][i]
}

// A renamer draws histories of a log in which elements are renamed, and compares them
// with the Law, which knows of no renaming: names alone says how what it has is called.
type renamer struct {
	*rapid.T
	store         *atom.Store
	root          *atom.Atom[shelf]
	names         map[string][]string // what a first key has been called, oldest first
	base, visible plainShelf
	live          []*renamedEntry
	seen          []func()
	next          int
}

// A renamedEntry is an entry, and what the Law has of it.
type renamedEntry struct {
	*atom.Entry
	does                string
	make                func(p plainShelf, e *renamedEntry) bool // false: it cannot be made
	check               func(before any, c draft.Changes) any    // what the changes make of before
	element             bool
	sent                bool
	sentFrom, sentTo    int // the N of an element
	succeeded, was, set int // that of the last time
}

const boardKey = "b0"

func newRenamer(t *rapid.T) *renamer {
	y := &renamer{T: t, store: atom.NewStore(), root: atom.New(shelf{}), names: map[string][]string{boardKey: {boardKey}}, base: plainShelf{}}
	for _, part := range shelfParts {
		y.base[part] = []crate{{ID: y.fresh("k")}, {ID: y.fresh("k")}}
	}
	y.visible = y.base.clone()
	y.must(y.root.Sync(y.store, y.shelf(y.base)))
	if rapid.Bool().Draw(t, "debug") {
		atom.Debug(y.store)
	}
	return y
}

func (y *renamer) must(err error) {
	if err != nil {
		y.Fatal(err)
	}
}

// fresh is a first key that was not there before.
func (y *renamer) fresh(kind string) string {
	y.next++
	first := fmt.Sprintf("%s%d", kind, y.next)
	y.names[first] = []string{first}
	return first
}

// now is what a first key is called now.
func (y *renamer) now(first string) string { return y.names[first][len(y.names[first])-1] }

// first is the first key of what is called so now, and a complaint about an old one.
func (y *renamer) first(name string) string {
	for first, names := range y.names {
		if i := slices.Index(names, name); i >= 0 {
			if i < len(names)-1 {
				return "old " + name
			}
			return first
		}
	}
	return "unknown " + name
}

// shelf is the value that a server has, with the keys of now.
func (y *renamer) shelf(p plainShelf) shelf {
	v := shelf{Slice: []crate{}, Plain: map[string]*crate{}}
	var cards []*crate
	for part, crates := range p {
		for _, c := range crates {
			c.ID = y.now(c.ID)
			switch part {
			case "Slice":
				v.Slice = append(v.Slice, c)
			case "List":
				v.List.Append(c)
			case "Map":
				v.Map.Set(c.ID, c)
			case "Plain":
				v.Plain[c.ID] = &c
			case "Cards":
				cards = append(cards, &c)
			}
		}
	}
	v.Boards = []shelfBoard{{y.now(boardKey), draft.ListOf(cards...)}}
	return v
}

// text is a shelf, with first keys. What a map has under a key says the same one.
func (y *renamer) text(v shelf) string {
	p := plainShelf{"Slice": v.Slice, "List": slices.Collect(v.List.Values())}
	for key, c := range v.Map.All() {
		if c.ID != key {
			y.Fatalf("under %s is %v", key, c)
		}
		p["Map"] = append(p["Map"], c)
	}
	for key, c := range v.Plain {
		if c.ID != key {
			y.Fatalf("under %s is %v", key, *c)
		}
		p["Plain"] = append(p["Plain"], *c)
	}
	for _, b := range v.Boards {
		if y.first(b.ID) != boardKey {
			y.Fatalf("the board is %s", y.first(b.ID))
		}
		for c := range b.Cards.Values() {
			p["Cards"] = append(p["Cards"], *c)
		}
	}
	p = p.clone()
	for _, crates := range p {
		for i := range crates {
			crates[i].ID = y.first(crates[i].ID)
		}
	}
	return p.text()
}

func (p plainShelf) text() string {
	p = p.clone()
	for _, part := range []string{"Map", "Plain"} {
		slices.SortFunc(p[part], func(a, b crate) int { return cmp.Compare(a.ID, b.ID) })
	}
	var b strings.Builder
	for _, part := range shelfParts {
		fmt.Fprint(&b, part, p[part], " ")
	}
	return b.String()
}

// pass makes visible anew, and takes out what cannot be made.
func (y *renamer) pass() {
	now := y.base.clone()
	y.live = slices.DeleteFunc(y.live, func(e *renamedEntry) bool {
		next := now.clone()
		if !e.make(next, e) {
			return true
		}
		now = next
		return false
	})
	y.visible = now
	for len(y.live) > 0 && y.live[0].succeeded > 0 {
		y.live[0].make(y.base, y.live[0])
		y.live = y.live[1:]
	}
}

// watch has what a watcher of a crate has seen compared with what is there.
func (y *renamer) watch() {
	part := rapid.SampledFrom(shelfParts).Draw(y.T, "part")
	if len(y.visible[part]) == 0 || len(y.seen) > 5 {
		y.Skip()
	}
	first := y.visible[part][0].ID
	a := y.crate(part, first)
	seen := a.Get(y.store)
	y.store.Subscribe(a, func() { seen = a.Get(y.store) })
	y.seen = append(y.seen, func() {
		want := ""
		if c := y.visible.find(part, first); c != nil {
			want = fmt.Sprint(crate{y.now(first), c.N})
		}
		if now, ok := a.Lookup(y.store); now != seen || ok != (want != "") || ok && fmt.Sprint(now) != want {
			y.Fatalf("a watcher of %v sees %v, there is %v, want %s", a, seen, now, want)
		}
		for _, e := range y.live {
			at, now := e.Concerns(y.store, a), e.Concerns(y.store, y.crate(part, first))
			if at != now {
				y.Fatalf("%s concerns %v: %v under one key, %v under another", e.does, a, at, now)
			}
			if strings.Contains(e.does, " "+part+" ") && e.element && slices.ContainsFunc(y.names[first], func(name string) bool { return strings.Contains(e.does, " "+name+" ") }) && !at {
				y.Fatalf("%s does not concern %v", e.does, a)
			}
		}
	})
}

func (y *renamer) pick() *renamedEntry {
	if len(y.live) == 0 {
		y.Skip()
	}
	return rapid.SampledFrom(y.live).Draw(y.T, "entry")
}

func (y *renamer) drop() {
	e := y.pick()
	y.Log("drop", e.does)
	y.must(e.Drop(y.store))
	y.live = slices.DeleteFunc(y.live, func(x *renamedEntry) bool { return x == e })
	y.pass()
}

func (y *renamer) succeed() {
	e := y.pick()
	y.Log("succeed", e.does)
	if e.succeeded++; e.succeeded == 1 {
		y.must(e.Succeed(y.store))
	}
	y.pass()
}

func (y *renamer) asSent() {
	e := y.pick()
	if !e.element {
		y.Skip("what an edit of a collection sends is not known here")
	}
	y.Log("as sent", e.does)
	e.PinPatch(y.store)
	e.sent, e.sentFrom, e.sentTo = true, e.was, e.set
}

// sync puts a base there that has some entries' changes, in the batch of a rename or not.
func (y *renamer) sync(b *atom.Batch) {
	base := y.base.clone()
	var contained []*atom.Entry
	y.live = slices.DeleteFunc(y.live, func(e *renamedEntry) bool {
		if rapid.IntRange(0, 2).Draw(y.T, "contained") > 0 {
			return false
		}
		if next := base.clone(); e.make(next, e) {
			base = next
		}
		contained = append(contained, e.Entry)
		return true
	})
	if part := rapid.SampledFrom(shelfParts).Draw(y.T, "part"); rapid.Bool().Draw(y.T, "more") {
		base[part] = append(base[part], crate{ID: y.fresh("s")})
	}
	y.Log("sync with", len(contained))
	want := y.base.text()
	y.must(y.root.SyncFunc(b, func(was shelf) (shelf, error) {
		if got := y.text(was); got != want {
			y.Fatalf("the base is\n%s, want\n%s", got, want)
		}
		return y.shelf(base), nil
	}, contained...))
	y.base = base
	y.pass()
}

func (y *renamer) rekey() {
	part := rapid.SampledFrom(append(shelfParts, "Boards")).Draw(y.T, "part")
	first := boardKey
	if part != "Boards" {
		if len(y.visible[part]) == 0 {
			y.Skip()
		}
		first = rapid.SampledFrom(y.visible[part]).Draw(y.T, "crate").ID
	}
	from := y.anyName(first)
	y.next++
	to := fmt.Sprint("r", y.next)
	y.Log("rekey", part, y.now(first), to)
	y.store.Batch(func(b *atom.Batch) {
		y.rename(b, part, from, to)
		y.names[first] = append(y.names[first], to)
		if rapid.Bool().Draw(y.T, "sync") {
			y.sync(b)
		}
	})
}

func (y *renamer) rename(b *atom.Batch, part, from, to string) {
	y.must(y.renamed(b, part, from, to))
}

func (y *renamer) renamed(b *atom.Batch, part, from, to string) error {
	return map[string]func() error{
		"Slice":  func() error { return atom.Rekey(b, y.slice(), from, to) },
		"List":   func() error { return atom.Rekey(b, y.list(), from, to) },
		"Map":    func() error { return atom.Rekey(b, y.table(), from, to) },
		"Plain":  func() error { return atom.Rekey(b, y.plain(), from, to) },
		"Cards":  func() error { return atom.Rekey(b, y.cards(), from, to) },
		"Boards": func() error { return atom.Rekey(b, y.boards(), from, to) },
	}[part]()
}

// late has the base bring what a pending insert has added, under its real key, which is
// known for that only afterwards.
func (y *renamer) late() {
	i := slices.IndexFunc(y.live, func(e *renamedEntry) bool { return strings.HasPrefix(e.does, "insert") })
	if i < 0 {
		y.Skip()
	}
	insert := y.live[i]
	var part, key string
	var to int
	fmt.Sscanf(insert.does, "insert %s %s %d", &part, &key, &to)
	first := key
	if y.names[first] == nil || y.now(first) != key || y.visible.find(part, first) == nil || y.base.find(part, first) != nil {
		y.Skip()
	}
	server := y.fresh("s")
	y.Log("late", insert.does, server)
	base := y.base.clone()
	base[part] = append(base[part], crate{ID: server})
	y.must(y.root.Sync(y.store, y.shelf(base)))
	y.base = base
	y.pass()
	y.check()
	y.store.Batch(func(b *atom.Batch) {
		if err := y.renamed(b, part, key, server); err != nil {
			if !errors.Is(err, atom.ErrKeyTaken) || !slices.ContainsFunc(y.live, func(e *renamedEntry) bool {
				return strings.HasPrefix(e.does, "move "+part) || strings.HasPrefix(e.does, "remove "+part)
			}) {
				y.Fatal(err)
			}
			insert = nil // something that is pending moves it, and so it stays
			return
		}
		delete(y.names, server)
		y.names[first] = append(y.names[first], server)
		y.base.find(part, server).ID = first
		y.must(y.root.SyncFunc(b, func(base shelf) (shelf, error) { return base, nil }, insert.Entry))
	})
	y.live = slices.DeleteFunc(y.live, func(e *renamedEntry) bool { return e == insert })
	y.pass()
}

func (y *renamer) check() {
	if err := atom.Sane(y.store); err != nil {
		y.Fatal(err)
	}
	if got, want := y.text(y.root.Get(y.store)), y.visible.text(); got != want {
		y.Fatalf("shown is\n%s, want\n%s", got, want)
	}
	pending := 0
	for _, e := range y.live {
		if e.succeeded == 0 {
			pending++
		}
		if !e.Live(y.store) {
			y.Fatalf("%s has left", e.does)
		}
		before, c := e.Before(y.store, 0), e.Patch(y.store, 0)
		_, above := e.Around(y.store, 0)
		after := marshalled(e.check(before, c))
		if want := marshalled(above); after != want && !e.sent {
			y.Fatalf("%s: the patch\n%v\nof %s\nmakes %s,\n want %s", e.does, c, marshalled(before), after, want)
		}
		for _, names := range y.names {
			for _, old := range names[:len(names)-1] {
				if strings.Contains(after, `"`+old+`"`) {
					y.Fatalf("%s: %s is still %s", e.does, after, old)
				}
			}
		}
	}
	if n := atom.Pending(y.store, y.root); n != pending {
		y.Fatalf("%d are pending, want %d", n, pending)
	}
	for _, compare := range y.seen {
		compare()
	}
}

func marshalled(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// TestEveryLogWithRenamesShowsTheLaw compares with a Law that knows of no renames: in
// it everything has its first key, and only what is shown is called otherwise.
func TestEveryLogWithRenamesShowsTheLaw(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		y := newRenamer(t)
		steps := map[string]func(*rapid.T){}
		for name, step := range map[string]func(){
			"": y.check, "dispatch": y.dispatch, "dispatch 2": y.dispatch, "dispatch 3": y.dispatch, "drop": y.drop, "succeed": y.succeed,
			"as sent": y.asSent, "sync": func() { y.store.Batch(y.sync) }, "rekey": y.rekey, "rekey 2": y.rekey, "late": y.late, "watch": y.watch,
		} {
			steps[name] = func(*rapid.T) { step() }
		}
		t.Repeat(steps)
		for len(y.live) > 0 {
			y.drop()
			y.check()
		}
	})
}
