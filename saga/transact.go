package saga

import (
	"context"
	"time"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/atom/draft"
)

// Tx collects the edits of a transaction, and how its effect is run. See [Transact].
type Tx struct {
	edits []func() *atom.Edit
	on    []atom.Target // of each edit
	built bool          // Transact's build has returned
	options
}

// Edit adds a change of an atom to a transaction. Each edit sees what those before it have
// made; like every update it must be pure. Edit panics when it is called after the function
// that [Transact] was given has returned.
func Edit[T any](tx *Tx, a *atom.Atom[T], edit func(*T)) {
	if tx.built {
		panic("saga: Edit of a transaction that is built already: call it in the function that Transact is given")
	}
	tx.edits = append(tx.edits, func() *atom.Edit { return a.Edit(edit) })
	tx.on = append(tx.on, a)
}

// Timeout is [Saga.Timeout].
func (tx *Tx) Timeout(d time.Duration) { tx.timeout = d }

// Retry is [Saga.Retry].
func (tx *Tx) Retry(b Backoff) { tx.retry = b }

// Context is [Saga.Context].
func (tx *Tx) Context(ctx context.Context) { tx.ctx = ctx }

// PinPatch is [Saga.PinPatch] for all edits of the transaction.
func (tx *Tx) PinPatch() { tx.pinned = true }

// Latest is [Saga.Latest] among the transactions whose edits are of the same atoms in the same
// order. The effect waits for earlier transactions that have an atom in common with it.
func (tx *Tx) Latest(key ...any) { tx.policy = policyOf(latest, 0, key) }

// Leading is [Saga.Leading], as for [Tx.Latest].
func (tx *Tx) Leading(key ...any) { tx.policy = policyOf(leading, 0, key) }

// Serial is [Saga.Serial], as for [Tx.Latest].
func (tx *Tx) Serial(key ...any) { tx.policy = policyOf(serial, 0, key) }

// Transact changes several atoms as one: all of them or none, at once. The changes are taken
// back together when effect fails, and when one of them cannot be re-applied. effect is called
// with the patch of each edit, in their order; a nil effect makes it a plain write.
//
// build is called once, at once, to collect the edits with [Edit]. In other respects Transact
// is as [Run].
func Transact(s *atom.Store, build func(*Tx), effect func(ctx context.Context, patches []draft.Changes) error) *Task {
	tx := &Tx{}
	build(tx)
	tx.built = true
	sp := &spec{store: s, options: tx.options}
	if len(tx.on) > 0 {
		sp.on, sp.others = tx.on[0], tx.on[1:]
	}
	sp.instantiate = func() program { return &transaction{tx: tx, send: effect} }
	return sp.run()
}

// transaction is the program of [Transact]. Its runs never join.
type transaction struct {
	tx   *Tx
	send func(context.Context, []draft.Changes) error
}

func (t *transaction) edits() []*atom.Edit {
	edits := make([]*atom.Edit, len(t.tx.edits))
	for i, edit := range t.tx.edits {
		edits[i] = edit()
	}
	return edits
}

func (t *transaction) effect(ctx context.Context) (any, error) {
	return nil, t.send(ctx, TaskFrom(ctx).Patches())
}

func (t *transaction) hasEffect() bool                       { return t.send != nil }
func (t *transaction) setNext(any)                           {}
func (t *transaction) setResult(any)                         {}
func (t *transaction) post(*atom.Batch) (*atom.Entry, error) { return nil, nil }
func (t *transaction) result() any                           { return nil }
func (t *transaction) withUpdatesOf([]program) program       { return t }

func (t *transaction) newMerger(any) merger {
	return func(_ any, c draft.Changes) (draft.Changes, error) { return c, nil }
}
