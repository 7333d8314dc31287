package live

import (
	"errors"
	"fmt"
	"strings"

	"github.com/atomsaga/atomsaga/atom"
)

// A Status tells how far what a page shows follows the server.
type Status string

const (
	Connecting  Status = "connecting"  // the stream is being opened, or nothing is loaded yet
	Following   Status = "live"        // what is committed shows at once
	Behind      Status = "behind"      // something was missed, and is being loaded
	Offline     Status = "offline"     // the server cannot be reached
	Intercepted Status = "intercepted" // something else answers in the server's place
	LoggedOut   Status = "logged out"  // the server wants to know first who asks
	Paused      Status = "paused"      // nobody looks at the page
)

// Message says to a person what is the matter, in a sentence.
func (s Status) Message() string {
	switch s {
	case Following:
		return "What others change shows here at once."
	case Behind:
		return "Some of what others have changed was missed. It is being loaded."
	case Offline:
		return "The server cannot be reached. What others have changed shows here when it can be."
	case Intercepted:
		return "Something else answers in the place of the server: does the network want you to log in? What others have changed shows here when the server answers."
	case LoggedOut:
		return "The server wants you to log in. What others have changed shows here when you have."
	case Paused:
		return "What others change shows here when somebody looks."
	}
	return "What others change shows here once the server is connected."
}

// statusOf is what an error of the stream, or of a load, says of the server; "" when that is
// nothing. Kinds of errors are told by a method, as package saga/fetch's have it.
func statusOf(err error) Status {
	if e, is := errors.AsType[interface {
		error
		Unauthorized() bool
	}](err); is && e.Unauthorized() {
		return LoggedOut
	}
	if e, is := errors.AsType[interface {
		error
		Intercepted() bool
	}](err); is && e.Intercepted() {
		return Intercepted
	}
	if e, is := errors.AsType[interface {
		error
		Unreachable() bool
	}](err); is && e.Unreachable() {
		return Offline
	}
	return ""
}

// A refusal is what came when a stream was asked for.
type refusal struct {
	status int    // of HTTP
	why    string // beside the status
}

func (r *refusal) Error() string {
	if r.why == "" {
		return fmt.Sprintf("the server answered with status %d", r.status)
	}
	return fmt.Sprintf("something else than the server has answered: status %d, %s", r.status, r.why)
}

func (r *refusal) Unauthorized() bool { return r.status == 401 }

func (r *refusal) Intercepted() bool { return r.why != "" }

// refusalOf returns why an answer is not a stream of the server; nil when it is one.
func refusalOf(status int, mediaType, redirected string) error {
	of, _, _ := strings.Cut(mediaType, ";")
	switch of = strings.ToLower(strings.TrimSpace(of)); {
	case status == 407, status == 511:
		return &refusal{status, "the network wants a log-in"}
	case status == 401, status >= 400 && of != "text/html":
		return &refusal{status: status}
	case redirected != "":
		return &refusal{status, "after a redirect to " + redirected}
	case status != 200 || of != "text/event-stream":
		return &refusal{status, fmt.Sprintf("with a body of type %q", of)}
	}
	return nil
}

// connected notes how it is with the stream.
func (x *following) connected(s Status) {
	x.store.Batch(func(b *atom.Batch) {
		x.link = s
		x.show(b)
	})
}

// show has the status be what it is: that of the stream, as long as it is not that the value does
// not follow it.
func (x *following) show(b *atom.Batch) {
	s := x.link
	switch {
	case s == Following && x.stale && x.unloaded == "":
		s = Behind
	case s == Following || s == Connecting:
		if x.unloaded != "" {
			s = x.unloaded
		}
	}
	if x.feed.status.Get(b) != s {
		x.feed.status.Set(b, s)
	}
}
