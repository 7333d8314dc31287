package live

import (
	"errors"
	"fmt"
	"strings"

	"github.com/atomsaga/atomsaga/atom"
)

// A Status says how well the page follows the server.
type Status string

const (
	Connecting  Status = "connecting"  // the stream is being opened, or nothing is loaded yet
	Following   Status = "live"        // commits are shown at once
	Behind      Status = "behind"      // commits were missed, and the value is being loaded
	Offline     Status = "offline"     // the server cannot be reached
	Intercepted Status = "intercepted" // something else answers instead of the server
	LoggedOut   Status = "logged out"  // the user has to log in
	Paused      Status = "paused"      // the page is hidden
)

// Message returns sentences for the user.
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

// statusOf returns the status that an error of the stream or of a load stands for; "" if none.
// Errors are recognized by a method, as those of package saga/fetch have.
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

// A refusal is the error for an answer that is not a stream of the server.
type refusal struct {
	status int    // of HTTP
	reason string // why the answer is not the server's; "" if it is
}

func (r *refusal) Error() string {
	if r.reason == "" {
		return fmt.Sprintf("the server answered with status %d", r.status)
	}
	return fmt.Sprintf("something else than the server has answered: status %d, %s", r.status, r.reason)
}

func (r *refusal) Unauthorized() bool { return r.status == 401 }

func (r *refusal) Intercepted() bool { return r.reason != "" }

// checkStream returns an error if an answer is not a stream of the server.
func checkStream(status int, mediaType, redirected string) error {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch mediaType = strings.ToLower(strings.TrimSpace(mediaType)); {
	case status == 407, status == 511:
		return &refusal{status, "the network wants a log-in"}
	case status == 401, status >= 400 && mediaType != "text/html":
		return &refusal{status: status}
	case redirected != "":
		return &refusal{status, "after a redirect to " + redirected}
	case status != 200 || mediaType != "text/event-stream":
		return &refusal{status, fmt.Sprintf("with a body of type %q", mediaType)}
	}
	return nil
}

func (s *session) setStreamStatus(status Status) {
	s.store.Batch(func(b *atom.Batch) {
		s.streamStatus = status
		s.updateStatus(b)
	})
}

// updateStatus sets the feed's status: that of the stream or, if the stream is all right and the
// value is not, that of the value.
func (s *session) updateStatus(b *atom.Batch) {
	status := s.streamStatus
	switch {
	case status == Following && s.stale && s.loadStatus == "":
		status = Behind
	case status == Following || status == Connecting:
		if s.loadStatus != "" {
			status = s.loadStatus
		}
	}
	if s.feed.status.Get(b) != status {
		s.feed.status.Set(b, status)
	}
}
