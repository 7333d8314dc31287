package atom_test

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// A wharf has a berth in every place there is: some are part of each other's, some
// go and come, some are known by an identity that may change.
type wharf struct {
	A, B  berth
	Zero  berth  `json:",omitzero"`
	Ptr   *berth // which only a focus leads to that may point anywhere
	List  draft.List[berth]
	Slice []berth
	Map   draft.Map[string, berth]
	Plain map[string]berth
}

// A plain is a wharf as the Law has it.
type plain struct {
	A, B  berth
	Zero  berth `json:",omitzero"`
	Ptr   *berth
	List  []berth
	Slice []berth
	Map   map[string]*berth
	Plain map[string]*berth
}

func (p *plain) clone() *plain {
	q := *p
	if p.Ptr != nil {
		ptr := *p.Ptr
		q.Ptr = &ptr
	}
	q.List, q.Slice = slices.Clone(p.List), slices.Clone(p.Slice)
	q.Map, q.Plain = map[string]*berth{}, map[string]*berth{}
	for from, to := range map[*map[string]*berth]map[string]*berth{&p.Map: q.Map, &p.Plain: q.Plain} {
		for k, b := range *from {
			own := *b
			to[k] = &own
		}
	}
	return &q
}

func (p *plain) wharf() wharf {
	w := wharf{A: p.A, B: p.B, Zero: p.Zero, List: draft.ListOf(p.List...), Slice: slices.Clone(p.Slice), Plain: map[string]berth{}}
	if p.Ptr != nil {
		ptr := *p.Ptr
		w.Ptr = &ptr
	}
	for k, b := range p.Map {
		w.Map.Set(k, *b)
	}
	for k, b := range p.Plain {
		w.Plain[k] = *b
	}
	return w
}

// A dock is one root with what the Law has of it.
type dock struct {
	at            int
	root          *atom.Atom[wharf]
	spots         []spot
	base, visible *plain
	over          []*docked // oldest first
}

// A spot is where edits are made.
type spot struct {
	name  string
	berth func(*plain) *berth // nil of one that is no berth; returns nil where it is missing
	count bool                // it is the berth's count alone
	look  func(*plain) string
	move  func(y *yard, m *move)
}

func newYard(t *rapid.T) *yard {
	y := &yard{T: t, store: atom.NewStore()}
	if rapid.Bool().Draw(t, "debug") {
		atom.Debug(y.store)
	}
	for i := range y.docks {
		some := []berth{{ID: "a"}, {ID: "b"}, {ID: "c"}}
		base := &plain{Ptr: &berth{}, List: some, Slice: slices.Clone(some), Map: map[string]*berth{"a": {}, "b": {}}, Plain: map[string]*berth{"a": {}, "b": {}}}
		d := &y.docks[i]
		*d = dock{at: i, root: atom.New(base.wharf()), base: base, visible: base.clone()}
		d.addSpots()
		for range rapid.IntRange(0, 3).Draw(t, "watchers") {
			y.watch(d, rapid.SampledFrom(d.spots).Draw(t, "watched"))
		}
	}
	return y
}

func (y *yard) watch(d *dock, s spot) {
	if s.berth == nil || s.count {
		return
	}
	a := d.atomOf(s.name)
	seen := a.Get(y.store)
	y.store.Subscribe(a, func() { seen = a.Get(y.store) })
	y.seen = append(y.seen, func() {
		if now := a.Get(y.store); now != seen {
			y.Fatalf("a watcher of %s still sees %v, not %v", s.name, seen, now)
		}
	})
}

func (y *yard) move() *move {
	m := &move{dock: rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(y.T, "dock")}
	m.spot = rapid.SampledFrom(y.docks[m.dock].spots).Draw(y.T, "spot")
	m.spot.move(y, m)
	return m
}

func (d *dock) list() *atom.Atom[draft.List[berth]] {
	return atom.Focus(d.root, func(w *wharf) *draft.List[berth] { return &w.List })
}
func (d *dock) slice() *atom.Atom[[]berth] {
	return atom.Focus(d.root, func(w *wharf) *[]berth { return &w.Slice })
}
func (d *dock) table() *atom.Atom[draft.Map[string, berth]] {
	return atom.Focus(d.root, func(w *wharf) *draft.Map[string, berth] { return &w.Map })
}
func (d *dock) plain() *atom.Atom[map[string]berth] {
	return atom.Focus(d.root, func(w *wharf) *map[string]berth { return &w.Plain })
}

// atomOf is the atom of a berth.
func (d *dock) atomOf(name string) *atom.Atom[berth] {
	id := name[min(2, len(name)):]
	switch name[0] {
	case 'A':
		return atom.Focus(d.root, func(w *wharf) *berth { return &w.A })
	case 'B':
		return atom.Focus(d.root, func(w *wharf) *berth { return &w.B })
	case 'Z':
		return atom.Focus(d.root, func(w *wharf) *berth { return &w.Zero })
	case 'P':
		return atom.Focus(d.root, func(w *wharf) *berth { return w.Ptr })
	case 'L':
		return atom.ListAt(d.list(), id)
	case 'S':
		return atom.At(d.slice(), id)
	case 'M':
		return atom.MapKey(d.table(), id)
	}
	return atom.Key(d.plain(), id)
}

func withID(all []berth, id string) *berth {
	if i := slices.IndexFunc(all, func(b berth) bool { return b.ID == id }); i >= 0 {
		return &all[i]
	}
	return nil
}

func (d *dock) addSpots() {
	berths := map[string]func(*plain) *berth{
		"A": func(p *plain) *berth { return &p.A },
		"B": func(p *plain) *berth { return &p.B },
		"Z": func(p *plain) *berth { return &p.Zero },
		"P": func(p *plain) *berth { return p.Ptr },
	}
	for _, id := range []string{"a", "a'", "b", "b'", "c"} {
		berths["L "+id] = func(p *plain) *berth { return withID(p.List, id) }
		berths["S "+id] = func(p *plain) *berth { return withID(p.Slice, id) }
		if len(id) == 1 {
			berths["M "+id] = func(p *plain) *berth { return p.Map[id] }
			berths["K "+id] = func(p *plain) *berth { return p.Plain[id] }
		}
	}
	for _, name := range slices.Sorted(maps.Keys(berths)) {
		find, a := berths[name], d.atomOf(name)
		d.spots = append(d.spots,
			spot{name: name, berth: find, move: func(y *yard, m *move) { moveBerth(y, m, a) },
				look: func(p *plain) string { return asJSON(find(p)) }},
			spot{name: name + ".Count", berth: find, count: true, move: func(y *yard, m *move) { moveCount(y, m, a) },
				look: func(p *plain) string {
					if b := find(p); b != nil {
						return asJSON(b.Count)
					}
					return "null"
				}})
	}
	d.spots = append(d.spots,
		spot{name: "list", look: func(p *plain) string { return asJSON(p.List) }, move: d.moveList},
		spot{name: "slice", look: func(p *plain) string { return asJSON(p.Slice) }, move: d.moveSlice},
		spot{name: "map", look: func(p *plain) string { return asJSON(p.Map) }, move: d.moveMap},
		spot{name: "plain", look: func(p *plain) string { return asJSON(p.Plain) }, move: d.movePlain},
		spot{name: "", look: func(p *plain) string { return asJSON(p) }, move: d.moveRoot})
}
