package saga

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/atomsaga/atomsaga/atom"
)

// containedTimeout limits the time for which bases are held and the server is asked.
const containedTimeout = 5 * time.Second

// learnFound calls learn for each of records, by its index. They were read from the outbox, or
// another page has told of them.
//
// The page's base may contain the change of such a record already, by an event of the server
// or a load, which know nothing of the outbox. So before a change is shown the bases are held,
// and it is found out which changes they contain.
func (c *outboxClient) learnFound(ctx context.Context, records []Record, learn func(n int)) {
	if len(c.newQueued(records)) > 0 {
		holds, release := c.holdBases(ctx)
		defer release()
		c.askContained(ctx, holds, records)
	}
	// Refused records come last: a change that waits would be taken for one that was made
	// after the failure, and remove it.
	for _, aside := range []bool{false, true} {
		for n, r := range records {
			if aside == (r.normal().State == RecordRefused) {
				learn(n)
			}
		}
	}
}

// newQueued returns the records that wait and that this page does not know yet.
func (c *outboxClient) newQueued(records []Record) (unknown []Record) {
	c.batch(func(*atom.Batch) {
		for _, r := range records {
			_, over := c.recent.of(r.ID)
			if r.normal().State == RecordQueued && c.items[r.ID] == nil && !over {
				unknown = append(unknown, r)
			}
		}
	})
	return unknown
}

// holdBases keeps the bases that follow a server as they are until release is called.
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

// heldBase is a base that is held. See [ServerBase.Hold].
type heldBase struct {
	atom     atom.Target
	contains func(ctx context.Context, ids []string, made time.Time) (contained []string)
	release  func()
}

// askContained finds out which changes of new records a held base contains, and notes them in
// c.contained. Their records are still in the outbox because the page that has sent them was
// gone before the answer came, or has not told of it yet.
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
		contained := h.contains(limited, ids, time.UnixMilli(made))
		c.batch(func(*atom.Batch) {
			for _, id := range contained {
				c.contained[id] = append(c.contained[id], h.atom)
			}
		})
	}
}

// isContained reports whether a base contains the change of an item.
func (c *outboxClient) isContained(i *item, sp *spec) (is bool) {
	c.batch(func(b *atom.Batch) {
		on := atom.Current(b, sp.on)
		is = slices.ContainsFunc(c.contained[i.record.ID], func(a atom.Target) bool { return atom.Overlap(atom.Current(b, a), on) })
	})
	return is
}
