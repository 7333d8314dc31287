package live

import "context"

// An environment is what a session needs of the program that it is in: a page in a browser or,
// outside of one, a program that is always visible and online. See thisPage.
type environment struct {
	// follow receives the messages of the stream at url after a position, until ctx is done or the
	// stream ends. It calls at for the position each time that it opens the stream.
	follow func(ctx context.Context, url string, at func() position, receive func(message)) error

	// state returns whether the page is visible, and whether there is a network.
	state func() (visible, online bool)

	// watch calls changed when the state may have changed.
	watch func(changed func()) (stop func())
}

// A message is one server-sent event.
type message struct{ id, event, data string }
