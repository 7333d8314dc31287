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
	beatInterval       = 15 * time.Second // of the event "beat" in a stream without commits
	streamWriteTimeout = 10 * time.Second // for one write to a client that does not read
	maxMutations       = 500              // in one query
	streamFlushSize    = 64 << 10         // bytes that are collected before a write, about
)

// streamEvents answers GET /api/events with a stream of server-sent events: one for
// each commit, whose id is the version. A client that reconnects sends the last id it
// has, in the header Last-Event-ID or in ?after=. When that is too old, or of another
// database, the client is sent the event "gap", whose id is where the stream goes on:
// the client has to load everything before that anew. The event "beat" only shows that
// the stream is alive.
//
// A client that does not read what it is sent is disconnected.
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) error {
	release, ok := s.clients.openStream(clientName(r))
	if !ok {
		w.Header().Set("Retry-After", "10")
		return problemf(http.StatusTooManyRequests, "there are too many event streams from your address")
	}
	defer release()
	out := stream{w: w, control: http.NewResponseController(w)}
	out.control.SetReadDeadline(time.Time{}) // the request has been read whole
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // so that no proxy buffers the events
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
			return nil // the client reconnects, and goes on where it was
		}
		for _, c := range commits {
			out.buffer = append(out.buffer, c.frame...)
			version = c.Version
			if len(out.buffer) >= streamFlushSize && out.flush() != nil {
				return nil
			}
		}
		if out.flush() != nil {
			return nil
		}
		select {
		case <-more:
		case <-beat.C:
			out.appendf("event: beat\ndata: {}\n\n")
		case <-r.Context().Done():
			return nil
		case <-s.stopping:
			return nil
		}
	}
}

// resumeFrom returns the version that the client's last stream ended at, -1 when the
// request does not say it or means another database.
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

// A stream is an event stream that is being written.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	buffer  []byte
}

// appendf adds formatted text to the buffer.
func (o *stream) appendf(format string, args ...any) {
	o.buffer = fmt.Appendf(o.buffer, format, args...)
}

// flush sends the buffer. Its deadline takes the place of the server's deadline for a
// whole answer, which would end the stream.
func (o *stream) flush() error {
	if len(o.buffer) == 0 {
		return nil
	}
	if err := o.control.SetWriteDeadline(time.Now().Add(streamWriteTimeout)); err != nil {
		return err
	}
	if _, err := o.w.Write(o.buffer); err != nil {
		return err
	}
	o.buffer = nil // so that an idle stream holds no buffer
	return o.control.Flush()
}

// getMutationVersions answers GET /api/commits?mutation=... with the version of the
// commit that each Idempotency-Key was used for. Keys that were not used are left out.
// The entity tag is that of the list: it names the database.
func (s *Server) getMutationVersions(w http.ResponseWriter, r *http.Request) error {
	keys := r.URL.Query()["mutation"]
	if len(keys) > maxMutations {
		return problemf(http.StatusBadRequest, "at most %d mutations can be asked about at once", maxMutations)
	}
	versions, err := s.store.Versions(r.Context(), keys)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("ETag", `W/"`+s.feed.eventID(s.feed.version())+`"`)
	w.Header().Set("Content-Type", "application/json")
	body, _ := json.Marshal(versions) // strings and numbers always encode
	w.Write(append(body, '\n'))
	return nil
}
