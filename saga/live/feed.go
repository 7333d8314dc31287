package live

// A Feed brings the events of a server to the atoms of a page.
type Feed struct {
	take func(Event)
}

// Deliver hands the feed an event that has come by another way than its own
// stream, such as a push message: early, late, or twice does not matter.
func (f *Feed) Deliver(e Event) { f.take(e) }
