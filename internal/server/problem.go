//go:build !wasm

package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/atomsaga/atomsaga/internal/server/store"
)

// A problem is an error that the client is told, as application/problem+json
// (RFC 9457). Its type is always about:blank: the status tells the kind of problem,
// the title is the status in words, and the detail is for a person.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Path      string `json:"path,omitempty"`      // JSON pointer into the kind
	Operation *int   `json:"operation,omitempty"` // index of the operation in the patch
}

func (p *problem) Error() string {
	if p.Path == "" {
		return p.Detail
	}
	return p.Path + ": " + p.Detail
}

// problemf returns a problem with that status and detail.
func problemf(status int, format string, args ...any) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// atPath sets the JSON pointer of the problem and returns p.
func (p *problem) atPath(path string) *problem {
	p.Path = path
	return p
}

// atOperation sets the operation of the problem and returns p.
func (p *problem) atOperation(operation int) *problem {
	p.Operation = &operation
	return p
}

// handler returns an http.Handler that calls f. When f returns an error, which it must do
// before it has written anything, the answer is that error: see writeError.
func (s *Server) handler(f func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			s.writeError(w, r, err)
		}
	}
}

// writeError answers with err as a problem. An error of the server itself is logged,
// and not shown to the client.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var p *problem
	switch {
	case errors.As(err, &p):
	case errors.Is(err, store.ErrNotFound):
		p = problemf(http.StatusNotFound, "%v", err)
	case errors.Is(err, store.ErrKeyReused):
		p = problemf(http.StatusUnprocessableEntity, "Idempotency-Key: %v", err)
	case errors.Is(err, store.ErrTooManyDevices):
		p = problemf(http.StatusServiceUnavailable, "%v", err)
	case errors.Is(err, store.ErrBusy):
		w.Header().Set("Retry-After", "1")
		p = problemf(http.StatusServiceUnavailable, "%v; try again", store.ErrBusy)
	case r.Context().Err() != nil: // the client has gone: nobody reads this
		p = problemf(http.StatusServiceUnavailable, "the request was given up")
	default:
		s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		p = problemf(http.StatusInternalServerError, "the server could not do this; its log says why")
	}
	p.write(w)
}

// write answers with the problem.
func (p *problem) write(w http.ResponseWriter) {
	body, _ := json.Marshal(p) // strings and numbers always encode
	header := w.Header()
	header.Set("Content-Type", "application/problem+json")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	w.Write(append(body, '\n'))
}
