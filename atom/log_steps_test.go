package atom_test

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
)

// pick is one of the entries in the log.
func (y *logModel) pick() *modelEntry {
	if len(y.live) == 0 {
		y.Skip("there is none")
	}
	return rapid.SampledFrom(y.live).Draw(y.T, "entry")
}

func (y *logModel) drop() {
	e := y.pick()
	y.Log("drop", e.moves)
	var err error
	y.apart(func() { err = e.entry.Drop(y.store) })
	y.must(err)
	y.takeOut(e)
}

func (y *logModel) succeed() { y.become("succeeded", (*atom.Entry).Succeed) }
func (y *logModel) await()   { y.become("awaiting", (*atom.Entry).Await) }

func (y *logModel) become(state string, tell func(*atom.Entry, atom.Writer) error) {
	e := y.pick()
	y.Log(state, e.moves)
	if err := tell(e.entry, y.store); (err != nil) != (e.state == "succeeded") {
		y.Fatal(err)
	}
	if e.state != "succeeded" {
		e.state = state
	}
}

// asSent has an entry re-applied as what it has done to each counterValue.
func (y *logModel) asSent() {
	e := y.pick()
	if slices.ContainsFunc(e.moves, func(m *move) bool { return m.target.counterValue == nil }) {
		y.Skip("what an edit of a collection sends is not known here")
	}
	y.Log("as sent", e.moves)
	e.entry.PinPatch(y.store)
	for _, m := range e.moves {
		sent := m.led
		m.sent = &sent
	}
}

// sync puts another base under the log, which may contain some entries.
func (y *logModel) sync() {
	m := y.move()
	d := &y.roots[m.rootIndex]
	base := d.base.clone()
	var contained []*modelEntry
	for _, e := range y.live {
		if rapid.IntRange(0, 3).Draw(y.T, "contained") == 0 {
			contained = append(contained, e)
			for _, m := range e.moves { // or what the server has made of it
				if next := base.clone(); m.rootIndex == d.at && m.make(next) {
					base = next
				}
			}
		}
	}
	if next := base.clone(); m.make(next) {
		base = next
	}
	y.Log("sync", m, "with", len(contained))
	var entries []*atom.Entry
	for _, e := range contained {
		entries = append(entries, e.entry)
	}
	var err error
	y.apart(func() {
		err = d.root.SyncFunc(y.store, func(counters) (counters, error) { return base.counters(), nil }, entries...)
	})
	y.must(err)
	d.base = base
	for _, e := range contained {
		d.over = slices.DeleteFunc(d.over, func(x *modelEntry) bool { return x == e })
		switch left := slices.ContainsFunc(y.roots[:], func(d modelRoot) bool { return slices.Contains(d.over, e) }); {
		case !left:
			e.state = "gone"
		case e.state == "pending":
			e.state = "awaiting"
		}
	}
	y.takeOut(y.pass(m.rootIndex)...)
}
