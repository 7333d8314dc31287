package saga

import (
	"context"

	"github.com/atomsaga/atomsaga/atom"
)

// A Record is a durable saga as an [Outbox] keeps it.
type Record struct {
	Order   int64  `json:"order,omitempty"` // its place: given by the outbox, rising, 0 before
	ID      string `json:"id"`              // of its task
	Name    string `json:"name"`            // of its definition
	Version int    `json:"version"`         // of its definition, when it was run
	Input   string `json:"input"`           // as JSON

	// Sent is the patch as its first attempt has sent it ([Task.PatchSent]): the
	// others send the same, whatever the update makes of a later value, until the
	// server has refused it as [Stale] and another takes its place.
	Sent string `json:"sent,omitempty"`

	// State says how far it is, and Since when that came to be, in milliseconds of
	// Unix time.
	State RecordState `json:"state,omitempty"`
	Since int64       `json:"since,omitempty"`

	// Reason says why the record is set aside: its effect has failed, or its
	// definition is gone or cannot read the input. "" while it waits.
	Reason string `json:"reason,omitempty"`

	// When it is done: what the effect has made, as JSON, or that it has made nothing.
	Result   string `json:"result,omitempty"`
	NoResult bool   `json:"noResult,omitempty"`

	Again string `json:"again,omitempty"` // the ID of a refused one that it stands for
}

// A RecordState tells what has become of a record. It ends by one that every page
// has seen, and is removed then: that there is no record says nothing.
type RecordState string

const (
	RecordQueued    RecordState = "queued"    // waits for the server's answer
	RecordRefused   RecordState = "refused"   // is set aside, until a person decides about it
	RecordCancelled RecordState = "cancelled" // a person has
	RecordDone      RecordState = "done"      // the server has it
)

// normal returns a record that has a state: earlier versions wrote none.
func (r Record) normal() Record {
	if r.State == "" {
		if r.State = RecordQueued; r.Reason != "" {
			r.State = RecordRefused
		}
	}
	return r
}

// An Outbox keeps records for the pages of one origin, its tabs, and lets one of
// them at a time send what is in it. Package saga/outbox has those of the
// browser and of a process. Its methods may be called on any goroutine.
type Outbox interface {
	// Put writes records, all or none, and returns them with their Order: a new
	// one each, in this order, where it is 0; another has its record replaced.
	Put(ctx context.Context, records []Record) ([]Record, error)

	// Remove takes records out.
	Remove(ctx context.Context, orders ...int64) error

	// All returns the records by Order.
	All(ctx context.Context) ([]Record, error)

	// Get returns the record of an Order; there is false when there is none.
	Get(ctx context.Context, order int64) (r Record, there bool, err error)

	// Own waits until no other page owns the outbox, and makes this one its
	// owner until ctx ends, the page is gone, or another page has taken its place: then the
	// context that it returns ends. Where a page owns the outbox for a time only, that
	// context's Err tells that the time is over as soon as it is, although nothing in the
	// page has run since. Own returns ctx's error if that ends before.
	Own(ctx context.Context) (owns context.Context, err error)

	// Tell hands a message to every other page that listens at this time.
	Tell(message []byte)

	// Listen has hear called with what other pages tell, one message after the
	// other, and online whenever the device is back on the network, until ctx
	// ends. It returns at once.
	Listen(ctx context.Context, hear func(message []byte), online func())
}

// A Renewing outbox tells when its records are to be read and written again.
type Renewing interface {
	// Renewed has again called, until ctx ends, when its storage has been opened anew:
	// because the browser had closed it, as when the user clears what a page has
	// kept, or had not opened it in time. What was kept may be gone. It returns at once.
	Renewed(ctx context.Context, again func())
}

// An OutboxState is what is in the outbox of a store's page.
type OutboxState struct {
	Waiting int      // sagas of which the server's answer is not known
	Aside   []Record // those that do not go out, each with its Reason, oldest first

	// Unkept are those, of both, that would be lost with the page: what the outbox has
	// not confirmed to have. They are written again until it does.
	Unkept []Record

	// Why nothing goes out for now.
	Paused       bool // the server cannot be reached; they go out when it is back
	Unauthorized bool // the server wants to know first who asks; see [Resume]

	// Stalled says that the page that sends stands still, or another one in its place.
	Stalled bool

	// Err says why the outbox could not be written to, or read, the last time; "" when
	// it could. It is about the outbox: about a change, see Unkept.
	Err string
}

// OutboxOf returns the state of a store's outbox as an atom, which nobody else
// writes to.
func OutboxOf(s *atom.Store) *atom.Atom[OutboxState] { return clientOf(s).state }

// Keep gives a store the outbox for its durable sagas (see [Define]): from now on
// they are written to it before their effects start, and those of other pages,
// and of those that are gone, are taken up. Stop lets go of the outbox, as
// closing the page does. A store is kept once: a second call panics.
//
// Before ready holds nothing is taken up. It is called as a derived atom is, and
// reports whether what the sagas change is there: loaded, most often.
//
// All pages with one outbox show what is in it. One of them sends it; the
// others take its effect's result from that one, for their post-effects, and
// one of them goes on in its place when it is closed or crashes.
//
// When the outbox cannot be written to (no room, no storage in a private
// window), sagas run as if they were not durable, and [OutboxState] has an Err.
func Keep(s *atom.Store, o Outbox, ready func(atom.Reader) bool) (stop func()) {
	return clientOf(s).open(o, ready)
}

// Resume has what is in the outbox of a store tried now, in whichever page sends it: after
// the user has logged in, most often. Without it the server is asked again after 1 s, 2 s,
// ... 1 minute. It waits for nothing.
func Resume(s *atom.Store) { clientOf(s).goOn() }

// Discard takes a record that was set aside out of the outbox of a store. It
// does nothing when there is none of that ID, and waits for nothing.
func Discard(s *atom.Store, id string) { clientOf(s).discard(id) }
