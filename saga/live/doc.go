// Package live lets a page show what the server has: each commit of the server, whoever made it,
// changes the base of the page's atoms, below what the user has just changed. What the page
// itself has changed stays in the log until the commit that contains it arrives. So nothing
// flickers, and nothing shows twice.
//
//	var feed = live.NewFeed()
//
//	var kinds = atom.Async(live.Load(feed, fetchKinds)) // with its position in the stream
//
//	stop := feed.Open(store, live.Config{
//		URL:   "/api/events",
//		Atom:  kinds.Value(),
//		Apply: func(b *atom.Batch, e live.Event, contained ...*atom.Entry) error { ... },
//		...
//	})
//
// # What the server does
//
// It numbers its commits 1, 2, 3 ..., and sends each as an [Event] on the stream of server-sent
// events at URL. The id of each is its position: the number, a dot, and a name of the database,
// so that numbers of another database are not taken for those of this one. The stream begins
// after the position in the query parameter "after".
//
// The event "gap" has the position after which the stream goes on, when what is before it can no
// longer be sent, or the position asked for is of another database. The event "beat" is sent now
// and then, so that a dead connection is noticed.
//
// A request with an Idempotency-Key that is accepted always makes a commit that has the key as
// its mutation, if need be with an empty patch.
package live
