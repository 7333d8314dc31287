package atom_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// A keyedItem holds one N, and a keyedLists value has items in every collection that has keys.
type keyedItem struct {
	ID string `atom:"key"`
	N  int
}

type keyedLists struct {
	Slice  []keyedItem
	List   draft.List[keyedItem]
	Map    draft.Map[string, keyedItem]
	Plain  map[string]*keyedItem
	Boards []keyedBoard // one, whose key is renamed, too
}

type keyedBoard struct {
	ID    string `atom:"key"`
	Cards draft.List[*keyedItem]
}

var partNames = []string{"Slice", "List", "Map", "Plain", "Cards"}

// A plainLists is a keyedLists value as the Law has it: in it every item has its first key for good.
type plainLists map[string][]keyedItem

func (p plainLists) clone() plainLists {
	q := plainLists{}
	for part, items := range p {
		q[part] = slices.Clone(items)
	}
	return q
}

func (p plainLists) find(part, first string) *keyedItem {
	i := slices.IndexFunc(p[part], func(c keyedItem) bool { return c.ID == first })
	if i < 0 {
		return nil
	}
	return &p[part][i]
}

// A rekeyModel draws histories of a log in which elements are renamed, and compares them
// with the Law, which knows of no renaming: names alone says how what it has is called.
type rekeyModel struct {
	*rapid.T
	store         *atom.Store
	root          *atom.Atom[keyedLists]
	names         map[string][]string // what a first key has been called, oldest first
	base, visible plainLists
	live          []*renamedEntry
	seen          []func()
	next          int
}

// A renamedEntry is an entry, and what the Law has of it.
type renamedEntry struct {
	*atom.Entry
	does                string
	make                func(p plainLists, e *renamedEntry) bool // false: it cannot be made
	check               func(before any, c draft.Changes) any    // what the changes make of before
	element             bool
	sent                bool
	sentFrom, sentTo    int // the N of an element
	succeeded, was, set int // that of the last time
}

const boardKey = "b0"

func newRekeyModel(t *rapid.T) *rekeyModel {
	y := &rekeyModel{T: t, store: atom.NewStore(), root: atom.New(keyedLists{}), names: map[string][]string{boardKey: {boardKey}}, base: plainLists{}}
	for _, part := range partNames {
		y.base[part] = []keyedItem{{ID: y.fresh("k")}, {ID: y.fresh("k")}}
	}
	y.visible = y.base.clone()
	y.must(y.root.Sync(y.store, y.lists(y.base)))
	if rapid.Bool().Draw(t, "debug") {
		atom.Debug(y.store)
	}
	return y
}

func (y *rekeyModel) must(err error) {
	if err != nil {
		y.Fatal(err)
	}
}

// fresh is a first key that was not there before.
func (y *rekeyModel) fresh(kind string) string {
	y.next++
	first := fmt.Sprintf("%s%d", kind, y.next)
	y.names[first] = []string{first}
	return first
}

// now is what a first key is called now.
func (y *rekeyModel) now(first string) string { return y.names[first][len(y.names[first])-1] }

// first is the first key of what is called so now, and a complaint about an old one.
func (y *rekeyModel) first(name string) string {
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

// keyedLists is the value that a server has, with the keys of now.
func (y *rekeyModel) lists(p plainLists) keyedLists {
	v := keyedLists{Slice: []keyedItem{}, Plain: map[string]*keyedItem{}}
	var cards []*keyedItem
	for part, items := range p {
		for _, c := range items {
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
	v.Boards = []keyedBoard{{y.now(boardKey), draft.ListOf(cards...)}}
	return v
}

// text is a keyedLists, with first keys. What a map has under a key says the same one.
func (y *rekeyModel) text(v keyedLists) string {
	p := plainLists{"Slice": v.Slice, "List": slices.Collect(v.List.Values())}
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
	for _, items := range p {
		for i := range items {
			items[i].ID = y.first(items[i].ID)
		}
	}
	return p.text()
}

func (p plainLists) text() string {
	p = p.clone()
	for _, part := range []string{"Map", "Plain"} {
		slices.SortFunc(p[part], func(a, b keyedItem) int { return cmp.Compare(a.ID, b.ID) })
	}
	var b strings.Builder
	for _, part := range partNames {
		fmt.Fprint(&b, part, p[part], " ")
	}
	return b.String()
}

func (y *rekeyModel) check() {
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
	if n := y.root.Pending(y.store); n != pending {
		y.Fatalf("%d are pending, want %d", n, pending)
	}
	for _, compare := range y.seen {
		compare()
	}
}
