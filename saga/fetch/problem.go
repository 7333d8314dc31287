package fetch

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/atomsaga/atomsaga/internal/text"
	"github.com/atomsaga/atomsaga/saga"
)

// A Problem is an answer with a status of 400 or more, as described by RFC 9457. If the
// answer is not application/problem+json it has no more than the status, and as Detail the
// beginning of a plain text.
type Problem struct {
	Type      string `json:"type"`      // a URI; "" stands for about:blank
	Title     string `json:"title"`     // of this type of problem
	Status    int    `json:"status"`    // of the answer
	Detail    string `json:"detail"`    // what is wrong this time, for a person
	Instance  string `json:"instance"`  // a URI of this occurrence
	Path      string `json:"path"`      // JSON pointer to what is wrong in the document
	Operation *int   `json:"operation"` // index of the operation of a patch that is wrong

	// Header is that of the answer, by lower-case name.
	Header map[string]string `json:"-"`
}

// Error returns the path, and the detail, title or status.
func (p *Problem) Error() string {
	message := p.Detail
	if message == "" {
		message = p.Title
	}
	if message == "" {
		message = fmt.Sprintf("the server answered with status %d", p.Status)
	}
	if p.Path != "" {
		return p.Path + " " + message
	}
	return message
}

// Temporary reports whether the same request may be answered otherwise later: 408 Request
// Timeout, 425 Too Early, 429 Too Many Requests, 502 Bad Gateway, 503 Service Unavailable,
// 504 Gateway Timeout.
func (p *Problem) Temporary() bool {
	switch p.Status {
	case 408, 425, 429, 502, 503, 504:
		return true
	}
	return false
}

// Unauthorized reports whether the status is 401: the user has to log in. The server has
// neither done nor refused what was asked.
func (p *Problem) Unauthorized() bool { return p.Status == 401 }

// RetryAfter returns how long the server wants no other request, by its Retry-After header,
// or 0. It may be very long: [saga.Backoff] has a limit.
func (p *Problem) RetryAfter() time.Duration { return retryAfter(p.Header) }

// refusesPatch reports whether a patch was refused since it was made for another document
// than the server's.
func (p *Problem) refusesPatch() bool {
	switch p.Status {
	case 409, 412:
		return true
	case 422:
		return p.Path == "" || p.Operation != nil
	}
	return false
}

// asError returns the problem as an error that says whether it is permanent.
func (p *Problem) asError() error {
	if p.Status < 500 && !p.Temporary() {
		return saga.Permanent(p)
	}
	return p
}

const maxDetail = 500 // bytes that are taken of a plain text

func newProblem(r *Response) *Problem {
	p := &Problem{}
	switch mediaTypeOf(r) {
	case "application/problem+json":
		// The RFC has members of a wrong type ignored, and Unmarshal decodes those after
		// them.
		_ = json.Unmarshal(r.Body, p)
	case "text/plain":
		p.Detail = strings.TrimSpace(text.Truncate(string(r.Body), maxDetail))
	}
	p.Status, p.Header = r.Status, r.Header
	return p
}
