//go:build !wasm

package server

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
)

// A content is what one address serves, in every encoding that it has.
type content struct {
	mediaType string
	etag      string // weak, as it is the same for all encodings
	plain     []byte
	gzip      []byte // nil when there is none
	brotli    []byte
}

// scriptHandler returns a handler that serves a JavaScript file.
func scriptHandler(source []byte) http.Handler {
	c := &content{mediaType: mediaTypes[".js"], etag: bodyTag(source), plain: source}
	c.compress(gzip.BestCompression)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, http.StatusOK) })
}

// compress adds a gzip encoding of the body if that is smaller.
func (c *content) compress(level int) {
	if len(c.plain) < 1<<10 {
		return
	}
	var packed bytes.Buffer
	writer, _ := gzip.NewWriterLevel(&packed, level) // no caller names a level that is invalid
	writer.Write(c.plain)
	writer.Close()
	if packed.Len() < len(c.plain) {
		c.gzip = packed.Bytes()
	}
}

// serve answers a GET or HEAD: with 304 when the client has the content already,
// else with the status and the body in the best encoding that the client accepts.
func (c *content) serve(w http.ResponseWriter, r *http.Request, status int) {
	header := w.Header()
	header.Add("Vary", "Accept-Encoding")
	header.Set("ETag", c.etag)
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "no-cache") // may be kept, but must be checked with the server each time
	}
	if known, err := parsePrecondition(r, "If-None-Match"); err == nil && known != nil && known.matchesWeakly(c.etag) && status == http.StatusOK {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := c.plain
	switch {
	case c.brotli != nil && accepts(r, "br"):
		body = c.brotli
		header.Set("Content-Encoding", "br")
	case c.gzip != nil && accepts(r, "gzip"):
		body = c.gzip
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Type", c.mediaType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// accepts reports whether the client accepts the encoding: whether it, or "*", is in
// Accept-Encoding with a weight above 0 (RFC 9110, section 12.5.3).
func accepts(r *http.Request, encoding string) bool {
	wildcard := false
	for _, item := range strings.Split(strings.Join(r.Header["Accept-Encoding"], ","), ",") {
		name, parameters, _ := strings.Cut(item, ";")
		weight := 1.0
		if _, value, ok := strings.Cut(parameters, "="); ok {
			weight, _ = strconv.ParseFloat(strings.TrimSpace(value), 64) // 0 when it is malformed: the plain body is always accepted
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case encoding:
			return weight > 0
		case "*":
			wildcard = weight > 0
		}
	}
	return wildcard
}
