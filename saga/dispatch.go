package saga

import (
	"slices"

	"github.com/atomsaga/atomsaga/atom"
)

// An admission is how a run begins: what its policy makes of it, decided in the
// batch that dispatches the update.
type admission struct {
	task       *Task
	work       work
	refused    error
	joined     bool    // another run's task takes it over, or stands for it
	superseded []*Task // have ended in the batch
	before     *Task   // whose effect comes first
	burst      *burst  // whose effect waits until it is due
}

// run dispatches the update as the policy says, and starts the effect.
func (l *launch) run() *Task { return l.runWith(nil) }

func (l *launch) runWith(updates []any) *Task {
	w := l.begin(updates)
	a := &admission{task: newTask(l), work: w}
	l.store.Batch(a.enter)
	for _, old := range a.superseded {
		old.tell()
	}
	switch {
	case a.refused != nil:
		a.task.end(Failed, a.refused, nil)
	case a.joined:
	case !w.hasEffect():
		a.task.succeed(w)
	default:
		go a.perform()
	}
	return a.task
}

// enter dispatches the update, unless another task stands for it.
func (a *admission) enter(b *atom.Batch) {
	t := a.task
	lane := t.registry.lane(t.launch)
	kind := t.launch.policy.kind
	if kind == leading && len(lane.tasks) > 0 {
		a.task, a.joined = lane.tasks[0], true
		return
	}
	if (kind == debounce || kind == throttle) && lane.burst != nil {
		if a.refused = lane.join(b, a.work); a.refused == nil {
			a.task, a.joined = lane.burst.task, true
		}
		return
	}
	a.work.leaving(b)
	if a.refused = t.dispatch(b, a.work); a.refused != nil || lane == nil {
		return
	}
	running := slices.Clone(lane.tasks)
	lane.tasks = append(lane.tasks, t)
	switch kind {
	case latest:
		for _, old := range running {
			if old.endIn(b, Superseded, ErrSuperseded, old.drop) {
				a.superseded = append(a.superseded, old)
			}
		}
		t.record(b, a.work) // what it changes without them
	case serial:
		a.before = last(running)
	case debounce, throttle:
		a.before = last(running)
		a.burst = lane.newBurst(t, a.work)
	}
}

// dispatch enters the edits into the log.
func (t *Task) dispatch(b *atom.Batch, w work) error {
	e, err := atom.DispatchAll(b, w.edits()...)
	if err != nil {
		return err
	}
	e.OnConflict(t.conflict)
	t.entries = append(t.entries, e)
	t.registry.begin(b, t, e)
	if w.hasEffect() {
		t.registry.expect(b, t, e)
	}
	t.record(b, w)
	return nil
}

// record keeps what the update has changed, and made, for the effect.
func (t *Task) record(b *atom.Batch, w work) {
	e := t.entries[len(t.entries)-1]
	t.patches = t.patches[:0]
	for i := range e.Len() {
		t.patches = append(t.patches, e.Patch(b, i))
	}
	w.entered(b)
}

// perform waits for its turn and performs the effect.
func (a *admission) perform() {
	if a.burst != nil {
		if !a.burst.wait() {
			return
		}
		a.work = a.burst.work
	}
	if a.before != nil {
		select {
		case <-a.before.done:
		case <-a.task.ctx.Done():
			return
		}
	}
	a.task.perform(a.work)
}
