package saga

import (
	"sync"

	"github.com/atomsaga/atomsaga/atom"
)

// registry is what this package keeps with a store.
//
// Whoever holds mu must not take the store's lock; the other way round is allowed.
type registry struct {
	mu         sync.Mutex
	failures   []*Task // not dismissed, oldest first
	unreported []*Task // failures and PostErrs that nobody has been told of
	onError    []*func(*Task)
	wraps      []*middleware

	// Guarded by the store's lock.
	lanes       map[laneKey]*lane
	lanesOf     map[policy][]*lane // those without a scope
	renames     uint64             // of atoms, as the lanes know them
	entered     uint64             // tasks, in all lanes: the number of the last
	tasks       tasks
	live        []*followed
	unconfirmed map[string]*Task // by id
}

// inspectRegistry is called after each admission and each end of a task, with the store's lock.
// It is nil but in tests, which set it to check that the registry is sane.
var inspectRegistry func(*atom.Batch, *registry)

func (r *registry) inspect(b *atom.Batch) {
	if inspectRegistry != nil {
		inspectRegistry(b, r)
	}
}

type registryKey struct{}

//go:noinline
func registryOf(r atom.Reader) *registry {
	return atom.StoreValue(r, registryKey{}, newRegistry)
}

func newRegistry() *registry {
	return &registry{lanes: map[laneKey]*lane{}, lanesOf: map[policy][]*lane{}, unconfirmed: map[string]*Task{}}
}

// ended takes a task that has ended out of what runs. It keeps a failure, for those who
// show it beside the atom.
func (r *registry) ended(b *atom.Batch, t *Task) {
	r.leaveLane(t)
	r.tasks.moveToEnded(b, t)
	if t.failed() && t.spec.on != nil {
		r.addFailure(b, t)
	}
}
