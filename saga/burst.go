package saga

import (
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// A burst is a task that others join until its effect begins.
type burst struct {
	task  *Task
	last  time.Time                                     // when the last one has joined
	merge func(more atom.Changes) (atom.Changes, error) // adds up what they change
}

// newBurst opens a burst for a task that has been dispatched.
func newBurst(b *atom.Batch, t *Task) *burst {
	below, _ := t.entries[0].States(b, 0)
	x := &burst{task: t, last: time.Now(), merge: t.work.merging(below)}
	x.merge(t.patches[0])
	t.joined = []any{t.work.update()}
	return x
}

// join makes what t has dispatched a part of the burst. It reports false when
// that cannot be told together with the rest: when it changes what somebody else
// has made in between. Then it stays a task of its own.
func (x *burst) join(t *Task) bool {
	patch, err := x.merge(t.patches[0])
	if err != nil {
		return false
	}
	u := x.task
	t.entries[0].OnConflict(u.conflict)
	u.entries = append(u.entries, t.entries[0])
	u.patches[0] = patch
	u.joined = append(u.joined, t.work.update())
	u.work = t.work
	x.last = time.Now()
	return true
}
