package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// Outbox keeps records for the pages of one origin, its tabs, and lets one of them at a time
// send what is in it. Package saga/outbox has those of the browser and of a process. Its
// methods may be called on any goroutine.
type Outbox interface {
	// Put writes records, all or none, and returns them with their Order. Where Order is 0
	// the outbox gives a new one, rising in this order; where it is not, the record of that
	// Order is replaced.
	Put(ctx context.Context, records []Record) ([]Record, error)

	// Remove removes records.
	Remove(ctx context.Context, orders ...int64) error

	// All returns the records by Order.
	All(ctx context.Context) ([]Record, error)

	// Get returns the record of an Order; found is false when there is none.
	Get(ctx context.Context, order int64) (r Record, found bool, err error)

	// Own waits until no other page owns the outbox, and makes this one its owner until ctx
	// ends, the page is gone, or another page has taken its place. Then the context that Own
	// returns ends. Where a page owns the outbox for a time only, that context's Err tells
	// that the time is over as soon as it is, even if no goroutine of the page has run since.
	// Own returns ctx's error if ctx ends before.
	Own(ctx context.Context) (owned context.Context, err error)

	// Tell sends a message to every other page that listens at this time.
	Tell(message []byte)

	// Listen calls hear with the messages of other pages, one after the other, and online
	// whenever the device is back on the network, until ctx ends. It returns at once.
	Listen(ctx context.Context, hear func(message []byte), online func())

	// Renewed calls again, until ctx ends, when the storage has been opened anew: because
	// the browser had closed it, as when the user clears what a page has kept, or had not
	// opened it in time. What was kept may be gone. It returns at once.
	Renewed(ctx context.Context, again func())
}

// OutboxState is what is in the outbox of a store's page.
type OutboxState struct {
	Waiting int      // sagas whose answer from the server is not known yet
	Aside   []Record // those that do not go out, each with its Reason, oldest first

	// Unkept are those, of both, that would be lost with the page, because the outbox has not
	// confirmed that it has them. They are written again until it does.
	Unkept []Record

	// Why nothing goes out for now.
	Paused       bool // the server cannot be reached; they go out when it is back
	Unauthorized bool // the server wants to know first who asks; see [StoreOutbox.Resume]

	// Stalled says that the page that sends stands still, or that another sends in its place.
	Stalled bool

	// Err says why the last write to the outbox, or read of it, has failed; "" when it has
	// not. For a single change see Unkept.
	Err string
}

// UseOutbox gives a store the outbox for its durable sagas (see [Define]). From now on they
// are written to it before their effects start, and those of other pages, and of pages that
// are gone, are taken up. stop lets go of the outbox, as closing the page does. UseOutbox
// panics for a store that has an outbox.
//
// Nothing is taken up before ready returns true. It is called as the function of a derived
// atom is, and reports whether what the sagas change is there: loaded, most often.
//
// All pages with one outbox show what is in it. One of them sends it, and the others get the
// effects' results from that one, for their post-effects. When it is closed or crashes another
// page goes on in its place.
//
// When the outbox cannot be written to (no room, no storage in a private window), sagas run as
// if they were not durable, and [OutboxState] has an Err.
func UseOutbox(s *atom.Store, o Outbox, ready func(atom.Reader) bool) (stop func()) {
	return clientOf(s).open(o, ready)
}

// StoreOutbox is the outbox of a store. See [OutboxOf]. Its methods may be called on any
// goroutine, and wait for nothing.
type StoreOutbox struct{ client *outboxClient }

// OutboxOf returns the outbox of a store. Before [UseOutbox] it keeps nothing.
func OutboxOf(s *atom.Store) StoreOutbox { return StoreOutbox{clientOf(s)} }

// State returns what is in the outbox, as an atom.
func (o StoreOutbox) State() atom.Readable[OutboxState] { return o.client.state }

// Resume has what is in the outbox tried now, in whichever page sends it: after the user has
// logged in, most often. Without it the server is asked again after 1 s, 2 s, ... 1 minute.
func (o StoreOutbox) Resume() { o.client.resumeAllPages() }

// Discard removes the record with that ID if it is set aside. It does nothing when there is
// none.
func (o StoreOutbox) Discard(id string) { o.client.discard(id) }
