package saga

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// containedTimeout is how long the server may take to say what it has.
const containedTimeout = 5 * time.Second

// A page hears of a change from another one, or reads of it in the outbox, when its own base
// may contain it already: events come from the server, and loads, that know nothing of the
// outbox. So nothing that was found is shown before the bases are held and it is known that
// they do not contain it.

// learnFound takes in records that were found, which this page may or may not know.
func (c *outboxClient) learnFound(ctx context.Context, records []Record, learn func(n int)) {
	if len(c.newQueued(records)) > 0 {
		holds, release := c.holdBases(ctx)
		defer release()
		c.askContained(ctx, holds, records)
	}
	// What is set aside comes last, or a change that waits would be taken for one
	// that followed the failure.
	for _, aside := range []bool{false, true} {
		for n, r := range records {
			if aside == (r.normal().State == RecordRefused) {
				learn(n)
			}
		}
	}
}

// newQueued returns those of records that are to be shown, and are not yet.
func (c *outboxClient) newQueued(records []Record) (unmet []Record) {
	c.batch(func(*atom.Batch) {
		for _, r := range records {
			_, gone := c.recent.of(r.ID)
			if r.normal().State == RecordQueued && c.items[r.ID] == nil && !gone {
				unmet = append(unmet, r)
			}
		}
	})
	return unmet
}

// heldBase has the bases of live atoms stay what they are until release is called.
func (c *outboxClient) holdBases(ctx context.Context) (holds []heldBase, release func()) {
	var live []*followed
	c.batch(func(b *atom.Batch) { live = slices.Clone(registryOf(b).live) })
	limited, cancel := context.WithTimeout(ctx, containedTimeout)
	defer cancel()
	for _, l := range live {
		if l.Hold != nil {
			contains, release := l.Hold(limited)
			holds = append(holds, heldBase{l.Atom, contains, release})
		}
	}
	return holds, func() {
		for _, h := range holds {
			h.release()
		}
	}
}

type heldBase struct {
	atom     atom.Target
	contains func(ctx context.Context, ids []string, made time.Time) (contained []string)
	release  func()
}

// askContained finds out which changes are in a base already, though their records are
// still in the outbox: the page that has sent them was gone before the answer came, or
// has not told of it yet.
func (c *outboxClient) askContained(ctx context.Context, holds []heldBase, records []Record) {
	var ids []string
	made := int64(math.MaxInt64)
	for _, r := range c.newQueued(records) {
		ids = append(ids, r.ID)
		made = min(made, r.Since)
	}
	if len(ids) == 0 {
		return
	}
	limited, cancel := context.WithTimeout(ctx, containedTimeout)
	defer cancel()
	for _, h := range holds {
		contained := h.contains(limited, ids, time.UnixMilli(made)) // of the others the answer to their effect will tell
		c.batch(func(*atom.Batch) {
			for _, id := range contained {
				c.contained[id] = append(c.contained[id], h.atom)
			}
		})
	}
}

// isContained reports whether what a run would change is in the base.
func (c *outboxClient) isContained(i *item, l *spec) (is bool) {
	c.batch(func(b *atom.Batch) {
		on := atom.Current(b, l.on)
		is = slices.ContainsFunc(c.contained[i.record.ID], func(a atom.Target) bool { return atom.Overlap(atom.Current(b, a), on) })
	})
	return is
}
