package fetch

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/atomsaga/atomsaga/saga"
)

// A Problem is an answer with a status of 400 and above, as RFC 9457 describes
// it. A server that does not speak application/problem+json leaves it with the
// status, and the text of the answer as Detail if that is plain text.
type Problem struct {
	Type      string `json:"type"`      // a URI; "" stands for about:blank
	Title     string `json:"title"`     // what kind of problem it is
	Status    int    `json:"status"`    // the one of the answer
	Detail    string `json:"detail"`    // what is wrong this time, for a person
	Instance  string `json:"instance"`  // a URI of this occurrence
	Path      string `json:"path"`      // JSON pointer to what is wrong in the document
	Operation *int   `json:"operation"` // which operation of a patch is wrong, from 0

	// Header has the answer's header, by lower-case name: Retry-After is in it.
	Header map[string]string `json:"-"`
}

// Error says what is wrong in the words of the server, with the status when it
// has none.
func (p *Problem) Error() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	if text == "" {
		text = fmt.Sprintf("the server answered with status %d", p.Status)
	}
	if p.Path != "" {
		return p.Path + " " + text
	}
	return text
}

// Temporary reports whether the same request may be answered otherwise later: 408
// Request Timeout, 425 Too Early, 429 Too Many Requests, 502 Bad Gateway, 503
// Service Unavailable, 504 Gateway Timeout.
func (p *Problem) Temporary() bool {
	switch p.Status {
	case 408, 425, 429, 502, 503, 504:
		return true
	}
	return false
}

// Unauthorized reports whether the server wants to know first who asks: 401. It has
// neither done nor refused what was asked: the user has to log in.
func (p *Problem) Unauthorized() bool { return p.Status == 401 }

// RetryAfter is the time that the server wants to be left alone for, from now:
// what its Retry-After header says, in seconds or as a date. 0 when it says
// nothing. It may be very long: [saga.Backoff] has a limit.
func (p *Problem) RetryAfter() time.Duration { return retryAfter(p.Header) }

// refusesPatch reports whether the answer to a patch says that the server has something
// else than it was made for.
func (p *Problem) refusesPatch() bool {
	switch p.Status {
	case 409, 412:
		return true
	case 422:
		return p.Path == "" || p.Operation != nil
	}
	return false
}

// errorOf is what a problem means for those who try again.
func errorOf(p *Problem) error {
	if p.Status < 500 && !p.Temporary() {
		return saga.Permanent(p)
	}
	return p
}

// longestDetail limits what is taken of a plain text, in bytes.
const longestDetail = 500

func problemOf(r *Response) *Problem {
	p := &Problem{}
	switch mediaTypeOf(r) {
	case "application/problem+json":
		// A member of another type than RFC 9457 has it is ignored, as the RFC
		// wants it; Unmarshal goes on behind it.
		_ = json.Unmarshal(r.Body, p)
	case "text/plain":
		p.Detail = strings.TrimSpace(shorten(string(r.Body), longestDetail))
	}
	p.Status, p.Header = r.Status, r.Header
	return p
}

// shorten cuts a text after at most max bytes, between two characters.
func shorten(text string, max int) string {
	if len(text) <= max {
		return text
	}
	for max > 0 && !utf8.RuneStart(text[max]) {
		max--
	}
	return text[:max] + "…"
}
