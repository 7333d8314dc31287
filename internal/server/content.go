//go:build !wasm

package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// A content is what one address serves, in the encodings that there are of it.
type content struct {
	mediaType string
	etag      string // weak: the same for all encodings
	plain     []byte
	gzip      []byte // nil: not worth it, or not there
	brotli    []byte
}

// bodyTag is a weak entity tag for a body.
func bodyTag(body []byte) string {
	return fmt.Sprintf(`W/"%x"`, sha256.Sum256(body))[:len(`W/"`)+24] + `"`
}

// scriptHandler serves a JavaScript file.
func scriptHandler(source []byte) http.Handler {
	c := &content{mediaType: mediaTypes[".js"], etag: bodyTag(source), plain: source}
	c.compress(gzip.BestCompression)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, http.StatusOK) })
}

// compress adds a gzip encoding, unless the body is too small to gain by it.
func (c *content) compress(level int) {
	if len(c.plain) < 1<<10 {
		return
	}
	var packed bytes.Buffer
	writer, _ := gzip.NewWriterLevel(&packed, level) // the levels named here are all right
	writer.Write(c.plain)
	writer.Close()
	if packed.Len() < len(c.plain) {
		c.gzip = packed.Bytes()
	}
}

// serve answers a GET or HEAD: 304 when the client has it already, else
// status and the body in the best encoding that the client takes.
func (c *content) serve(w http.ResponseWriter, r *http.Request, status int) {
	header := w.Header()
	header.Add("Vary", "Accept-Encoding")
	header.Set("ETag", c.etag)
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "no-cache") // keep it, but ask each time whether it is still right
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

// accepts reports whether the client takes that encoding (RFC 9110, section
// 12.5.3): it, or "*", is listed, and not with a weight of 0.
func accepts(r *http.Request, encoding string) bool {
	any := false
	for _, item := range strings.Split(strings.Join(r.Header["Accept-Encoding"], ","), ",") {
		name, parameters, _ := strings.Cut(item, ";")
		weight := 1.0
		if _, value, ok := strings.Cut(parameters, "="); ok {
			weight, _ = strconv.ParseFloat(strings.TrimSpace(value), 64) // unreadable is 0: plain is always right
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case encoding:
			return weight > 0
		case "*":
			any = weight > 0
		}
	}
	return any
}
