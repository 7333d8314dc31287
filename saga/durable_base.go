package saga

import (
	"context"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// asking is how long the server may take to say what it has.
const asking = 5 * time.Second

// hold has the bases of live atoms stay what they are until release is called: what the
// outbox has is read, and asked about, of one state of them. What was not in the
// outbox by then has not been sent either, so no base contains it.
func (c *client) hold(ctx context.Context) (holds []hold, release func()) {
	var live []*confirmation
	c.in(func(b *atom.Batch) { live = slices.Clone(registryOf(b).live) })
	limited, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	for _, l := range live {
		if l.hold != nil {
			contains, release := l.hold(limited)
			holds = append(holds, hold{l.atom, contains, release})
		}
	}
	return holds, func() {
		for _, h := range holds {
			h.release()
		}
	}
}

type hold struct {
	atom     atom.Target
	contains func(ctx context.Context, ids []string) []string
	release  func()
}

// findContained finds out which changes are in a base already, though their records are
// still in the outbox: the page that has sent them was gone before the answer came, or
// has not told of it yet.
func (c *client) findContained(ctx context.Context, holds []hold, records []Record) {
	var ids []string
	c.in(func(*atom.Batch) {
		for _, r := range records {
			_, gone := c.gone.of(r.ID)
			if r.normal().State == RecordQueued && c.items[r.ID] == nil && !gone {
				ids = append(ids, r.ID)
			}
		}
	})
	if len(ids) == 0 {
		return
	}
	limited, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	for _, h := range holds {
		contained := h.contains(limited, ids) // of the others the answer to their effect will tell
		c.in(func(*atom.Batch) {
			for _, id := range contained {
				c.contained[id] = append(c.contained[id], h.atom)
			}
		})
	}
}

// isContained reports whether what a launch would change is in the base.
func (c *client) isContained(i *item, l *launch) (is bool) {
	c.in(func(*atom.Batch) {
		is = slices.ContainsFunc(c.contained[i.record.ID], func(a atom.Target) bool { return atom.Overlap(a, l.on) })
	})
	return is
}
