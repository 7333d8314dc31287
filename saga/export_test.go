package saga

import (
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// Lanes returns how many lanes a store has.
func Lanes(s *atom.Store) (n int) {
	r := registryOf(s)
	s.Batch(func(*atom.Batch) { n = len(r.lanes) })
	return n
}

// Retries returns how often the effect of the task's saga may be tried again.
func (t *Task) Retries() int { return t.effectSpec().retry.Retries }

// NextOf returns what [Backoff.next] does.
func NextOf(b Backoff, n int, err error) (wait time.Duration, again bool) { return b.next(n, err) }

func init() {
	inspectRegistry = func(b *atom.Batch, r *registry) {
		if err := r.sane(b); err != nil {
			panic("saga: " + err.Error())
		}
	}
	inspect = func(b *atom.Batch, c *outboxClient) {
		err := c.sane(b)
		if err == nil {
			return
		}
		if h := played.Load(); h != nil {
			h.insane(err)
		} else {
			panic("saga: " + err.Error())
		}
	}
	newID = func() string {
		if h := played.Load(); h != nil {
			return h.newID()
		}
		return rand.Text()
	}
}

// playing is a history that is replayed: it gives the IDs, and hears of an outbox that is not
// sane.
type playing struct {
	newID  func() string
	insane func(error)
}

var played atomic.Pointer[playing]

// Play has newID give the IDs, and insane called where there would be a panic, until stop is
// called.
func Play(newID func() string, insane func(error)) (stop func()) {
	played.Store(&playing{newID, insane})
	return func() { played.Store(nil) }
}

// DumpOutbox returns what a store's outbox knows, for whoever looks for a fault.
func DumpOutbox(s *atom.Store) (text string) {
	c := clientOf(s)
	c.batch(func(b *atom.Batch) {
		text = fmt.Sprintf("page %s owner %v locked %v known %d pages %v", c.page[:3], c.owner, c.locked, c.seenUpTo, c.pages)
		for _, i := range c.order {
			text += fmt.Sprintf("\n  waits: %s %s %s order %d in the log %v %d", i.record.Name, i.record.Input, i.state, i.record.Order, i.isInLog(b), i.loggedAt)
		}
		for _, i := range c.items {
			text += fmt.Sprintf("\n  %s %s kept %d %q unseen %v roll %v", i.record.ID[:3]+" "+i.record.Input+" "+i.record.Reason, i.state, i.kept.Order, i.kept.State, i.unseenBy, c.rollTimer != nil)
		}
	})
	return text
}
