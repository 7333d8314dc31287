//go:build !wasm

package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	beatInterval       = 15 * time.Second // after which a stream that has nothing to say says so
	streamWriteTimeout = 10 * time.Second // for what is sent at once to a stream that does not read
	maxMutations       = 500              // that can be asked about at once
	streamFlushSize    = 64 << 10         // bytes, about
)

// streamEvents answers GET /api/events, a stream of server-sent events: one for
// each commit, with its version as the id. A client that has lost the stream
// goes on with the last id, in the header Last-Event-ID or, for the first time, in ?after=. When it
// is too far behind, or has the id from another database, it is sent the event
// "gap", whose id is where the stream goes on: what was before has to be loaded
// anew. The event "beat" says that there is nothing to say.
//
// A client that does not read what it is sent is dropped.
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) {
	leave, ok := s.clients.openStream(clientName(r))
	if !ok {
		w.Header().Set("Retry-After", "10")
		problemf(http.StatusTooManyRequests, "there are too many event streams from your address").write(w)
		return
	}
	defer leave()
	out := stream{w: w, control: http.NewResponseController(w)}
	out.control.SetReadDeadline(time.Time{}) // the request has been read; nothing more comes
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy must not collect what has to arrive at once
	version := s.resumeFrom(r)
	beat := time.NewTicker(beatInterval)
	defer beat.Stop()
	for out.appendf("event: beat\ndata: {}\n\n"); ; {
		commits, more, err := s.feed.since(r.Context(), version)
		switch {
		case errors.Is(err, errGap):
			version = s.feed.version()
			out.appendf("id: %s\nevent: gap\ndata: {}\n\n", s.feed.eventID(version))
			continue
		case err != nil:
			return // the client comes back, and goes on where it was
		}
		for _, c := range commits {
			out.pending = append(out.pending, c.frame...)
			version = c.Version
			if len(out.pending) >= streamFlushSize && out.flush() != nil {
				return
			}
		}
		if out.flush() != nil {
			return
		}
		select {
		case <-more:
		case <-beat.C:
			out.appendf("event: beat\ndata: {}\n\n")
		case <-r.Context().Done():
			return
		case <-s.stopping:
			return
		}
	}
}

// resumeFrom reads where a client's stream ended; -1 when it does not say, or
// means another database.
func (s *Server) resumeFrom(r *http.Request) int64 {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("after")
	}
	number, database, _ := strings.Cut(id, ".")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil || database != s.feed.database {
		return -1
	}
	return version
}

// A stream is the answer that is being written.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	pending []byte
}

func (o *stream) appendf(format string, args ...any) {
	o.pending = fmt.Appendf(o.pending, format, args...)
}

// flush writes what is pending. The server's own limit for an answer would end
// the stream; in its place there is one for each time that something is sent.
func (o *stream) flush() error {
	if len(o.pending) == 0 {
		return nil
	}
	if err := o.control.SetWriteDeadline(time.Now().Add(streamWriteTimeout)); err != nil {
		return err
	}
	if _, err := o.w.Write(o.pending); err != nil {
		return err
	}
	o.pending = nil // a stream is idle most of its time, and should not hold a buffer then
	return o.control.Flush()
}

// getMutationVersions answers GET /api/commits?mutation=...: in which commit each of these
// Idempotency-Keys is. Those that are in none are missing. The entity tag names the
// database that the versions are of, as that of the list does.
func (s *Server) getMutationVersions(w http.ResponseWriter, r *http.Request) {
	keys := r.URL.Query()["mutation"]
	if len(keys) > maxMutations {
		problemf(http.StatusBadRequest, "at most %d mutations can be asked about at once", maxMutations).write(w)
		return
	}
	versions, err := s.store.Versions(r.Context(), keys)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("ETag", `W/"`+s.feed.eventID(s.feed.version())+`"`)
	w.Header().Set("Content-Type", "application/json")
	body, _ := json.Marshal(versions) // texts and numbers always encode
	w.Write(append(body, '\n'))
}
