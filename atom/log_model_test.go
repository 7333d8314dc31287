package atom_test

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// A counters value has a counter in every place there is: some are part of each other's, some
// go and come, some are known by an identity that may change.
type counters struct {
	A, B  counterValue
	Zero  counterValue  `json:",omitzero"`
	Ptr   *counterValue // which only a focus leads to that may point anywhere
	List  draft.List[counterValue]
	Slice []counterValue
	Map   draft.Map[string, counterValue]
	Plain map[string]counterValue
}

// A plain is a counters value as the Law has it.
type plain struct {
	A, B  counterValue
	Zero  counterValue `json:",omitzero"`
	Ptr   *counterValue
	List  []counterValue
	Slice []counterValue
	Map   map[string]*counterValue
	Plain map[string]*counterValue
}

func (p *plain) clone() *plain {
	q := *p
	if p.Ptr != nil {
		ptr := *p.Ptr
		q.Ptr = &ptr
	}
	q.List, q.Slice = slices.Clone(p.List), slices.Clone(p.Slice)
	q.Map, q.Plain = map[string]*counterValue{}, map[string]*counterValue{}
	for from, to := range map[*map[string]*counterValue]map[string]*counterValue{&p.Map: q.Map, &p.Plain: q.Plain} {
		for k, b := range *from {
			own := *b
			to[k] = &own
		}
	}
	return &q
}

func (p *plain) counters() counters {
	w := counters{A: p.A, B: p.B, Zero: p.Zero, List: draft.ListOf(p.List...), Slice: slices.Clone(p.Slice), Plain: map[string]counterValue{}}
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

// A modelRoot is one root with what the Law has of it.
type modelRoot struct {
	at            int
	root          *atom.Atom[counters]
	targets       []editTarget
	base, visible *plain
	over          []*modelEntry // oldest first
}

// An editTarget is a part where edits are made.
type editTarget struct {
	name         string
	counterValue func(*plain) *counterValue // nil of one that is no counter; returns nil where it is missing
	count        bool                       // it is the counterValue's count alone
	look         func(*plain) string
	move         func(y *logModel, m *move)
}

func newLogModel(t *rapid.T) *logModel {
	y := &logModel{T: t, store: atom.NewStore()}
	if rapid.Bool().Draw(t, "debug") {
		atom.Debug(y.store)
	}
	for i := range y.roots {
		some := []counterValue{{ID: "a"}, {ID: "b"}, {ID: "c"}}
		base := &plain{Ptr: &counterValue{}, List: some, Slice: slices.Clone(some), Map: map[string]*counterValue{"a": {}, "b": {}}, Plain: map[string]*counterValue{"a": {}, "b": {}}}
		d := &y.roots[i]
		*d = modelRoot{at: i, root: atom.New(base.counters()), base: base, visible: base.clone()}
		d.addTargets()
		for range rapid.IntRange(0, 3).Draw(t, "watchers") {
			y.watch(d, rapid.SampledFrom(d.targets).Draw(t, "watched"))
		}
	}
	return y
}

func (y *logModel) watch(d *modelRoot, s editTarget) {
	if s.counterValue == nil || s.count {
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

func (y *logModel) move() *move {
	m := &move{rootIndex: rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(y.T, "root")}
	m.target = rapid.SampledFrom(y.roots[m.rootIndex].targets).Draw(y.T, "target")
	m.target.move(y, m)
	return m
}

func (d *modelRoot) list() *atom.Atom[draft.List[counterValue]] {
	return atom.Focus(d.root, func(w *counters) *draft.List[counterValue] { return &w.List })
}
func (d *modelRoot) slice() *atom.Atom[[]counterValue] {
	return atom.Focus(d.root, func(w *counters) *[]counterValue { return &w.Slice })
}
func (d *modelRoot) table() *atom.Atom[draft.Map[string, counterValue]] {
	return atom.Focus(d.root, func(w *counters) *draft.Map[string, counterValue] { return &w.Map })
}
func (d *modelRoot) plain() *atom.Atom[map[string]counterValue] {
	return atom.Focus(d.root, func(w *counters) *map[string]counterValue { return &w.Plain })
}

// atomOf is the atom of a counter.
func (d *modelRoot) atomOf(name string) *atom.Atom[counterValue] {
	id := name[min(2, len(name)):]
	switch name[0] {
	case 'A':
		return atom.Focus(d.root, func(w *counters) *counterValue { return &w.A })
	case 'B':
		return atom.Focus(d.root, func(w *counters) *counterValue { return &w.B })
	case 'Z':
		return atom.Focus(d.root, func(w *counters) *counterValue { return &w.Zero })
	case 'P':
		return atom.Focus(d.root, func(w *counters) *counterValue { return w.Ptr })
	case 'L':
		return atom.ListAt(d.list(), id)
	case 'S':
		return atom.At(d.slice(), id)
	case 'M':
		return atom.MapKey(d.table(), id)
	}
	return atom.Key(d.plain(), id)
}

func withID(all []counterValue, id string) *counterValue {
	if i := slices.IndexFunc(all, func(b counterValue) bool { return b.ID == id }); i >= 0 {
		return &all[i]
	}
	return nil
}

func (d *modelRoot) addTargets() {
	counterMap := map[string]func(*plain) *counterValue{
		"A": func(p *plain) *counterValue { return &p.A },
		"B": func(p *plain) *counterValue { return &p.B },
		"Z": func(p *plain) *counterValue { return &p.Zero },
		"P": func(p *plain) *counterValue { return p.Ptr },
	}
	for _, id := range []string{"a", "a'", "b", "b'", "c"} {
		counterMap["L "+id] = func(p *plain) *counterValue { return withID(p.List, id) }
		counterMap["S "+id] = func(p *plain) *counterValue { return withID(p.Slice, id) }
		if len(id) == 1 {
			counterMap["M "+id] = func(p *plain) *counterValue { return p.Map[id] }
			counterMap["K "+id] = func(p *plain) *counterValue { return p.Plain[id] }
		}
	}
	for _, name := range slices.Sorted(maps.Keys(counterMap)) {
		find, a := counterMap[name], d.atomOf(name)
		d.targets = append(d.targets,
			editTarget{name: name, counterValue: find, move: func(y *logModel, m *move) { moveCounter(y, m, a) },
				look: func(p *plain) string { return asJSON(find(p)) }},
			editTarget{name: name + ".Count", counterValue: find, count: true, move: func(y *logModel, m *move) { moveCount(y, m, a) },
				look: func(p *plain) string {
					if b := find(p); b != nil {
						return asJSON(b.Count)
					}
					return "null"
				}})
	}
	d.targets = append(d.targets,
		editTarget{name: "list", look: func(p *plain) string { return asJSON(p.List) }, move: d.moveList},
		editTarget{name: "slice", look: func(p *plain) string { return asJSON(p.Slice) }, move: d.moveSlice},
		editTarget{name: "map", look: func(p *plain) string { return asJSON(p.Map) }, move: d.moveMap},
		editTarget{name: "plain", look: func(p *plain) string { return asJSON(p.Plain) }, move: d.movePlain},
		editTarget{name: "", look: func(p *plain) string { return asJSON(p) }, move: d.moveRoot})
}
