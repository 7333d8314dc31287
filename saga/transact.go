package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// A Tx collects the edits of a transaction. See [Transact].
type Tx struct {
	edits   []*atom.Edit
	targets []atom.Target
}

// Edit adds a change of an atom to a transaction. Each sees what those before
// it have made; like every update it must be pure.
func Edit[T any](tx *Tx, a *atom.Atom[T], edit func(*T)) {
	tx.edits = append(tx.edits, atom.EditOf(a, edit))
	tx.targets = append(tx.targets, a)
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
		if len(tx.targets) > 0 {
			l.on = tx.targets[0]
		}
		nothing := func(*atom.Batch) {}
		return work{edits: tx.edits, effect: effect, leaving: nothing, entered: nothing}
	}
	return l.run()
}
