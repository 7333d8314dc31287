package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// A Tx collects the edits of a transaction. See [Transact].
type Tx struct {
	edits []*atom.Edit
	first atom.Target
}

// Edit adds a change of an atom to a transaction. Each sees what those before
// it have made; like every update it must be pure.
func Edit[T any](tx *Tx, a *atom.Atom[T], edit func(*T)) {
	tx.edits = append(tx.edits, atom.EditOf(a, edit))
	if tx.first == nil {
		tx.first = a
	}
}

// Transact changes several atoms as one: all of them or none, at once; taken
// back together when effect fails, and together when one of the changes cannot
// be re-applied. [Task.Patches] has what each edit changed, for the effect.
//
// build is called once for each run, and only collects.
func Transact(s *atom.Store, build func(*Tx), effect func(context.Context) error) *Task {
	l := &launch{store: s}
	l.begin = func([]any) work {
		tx := &Tx{}
		build(tx)
		l.on = tx.first
		return transaction{tx, effect}
	}
	return l.run()
}

// A transaction is the work of [Transact].
type transaction struct {
	tx   *Tx
	send func(context.Context) error
}

func (t transaction) edits() []*atom.Edit                   { return t.tx.edits }
func (t transaction) leaving(*atom.Batch)                   {}
func (t transaction) entered(*atom.Batch)                   {}
func (t transaction) hasEffect() bool                       { return t.send != nil }
func (t transaction) effect(ctx context.Context) error      { return t.send(ctx) }
func (t transaction) post(*atom.Batch) (*atom.Entry, error) { return nil, nil }
func (t transaction) update() any                           { return nil }
func (t transaction) merge([]any) (c atom.Changes, _ error) { return c, nil }
