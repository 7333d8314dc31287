//go:build !wasm

package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

const (
	maxImport     = 32 << 20        // bytes of a body
	importTimeout = 5 * time.Minute // for a body to arrive: a phone may send 10,000 kinds
)

// importKinds answers POST /api/kinds/import: it adds or replaces the kinds of a
// list, all of them or none. An entry with a version replaces that version of a
// kind; one without is new. With Idempotency-Key it does so only once, however often
// the request is sent.
func (s *Server) importKinds(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	body, err := readList(w, r)
	if err != nil {
		return err
	}
	entries, err := parseList(body)
	if err != nil {
		return err
	}
	done, replayed, err := s.store.Import(r.Context(), store.Mutation{Key: key, Request: digest("import", string(body)), Device: deviceID(r)}, entries)
	if err != nil {
		var version *store.VersionError
		if errors.As(err, &version) {
			err = problemf(http.StatusConflict, "%v", err).atPath(fmt.Sprintf("/%d/version", version.Entry))
		}
		return err
	}
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	answer, _ := json.Marshal(done) // numbers always encode
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(answer, '\n'))
	return nil
}

// readList reads the body of an import. Its error is a problem.
func readList(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if !isJSON(r) {
		return nil, problemf(http.StatusUnsupportedMediaType, "the Content-Type must be application/json, in UTF-8")
	}
	connection, deadline := http.NewResponseController(w), time.Now().Add(importTimeout)
	_ = connection.SetReadDeadline(deadline) // a connection without deadlines needs none extended
	_ = connection.SetWriteDeadline(deadline.Add(writeTimeout))
	body, err := readBody(w, r, maxImport)
	if err != nil {
		return nil, err
	}
	return body, checkJSON(body)
}

// parseList decodes the kinds. Its error is a problem that names the entry.
func parseList(body []byte) ([]kind.Kind, error) {
	list := kind.NewReader(bytes.NewReader(body))
	var entries []kind.Kind
	for {
		k, err := list.Next()
		var invalid *kind.EntryError
		switch {
		case errors.Is(err, io.EOF):
			return entries, nil
		case errors.As(err, &invalid):
			detail := invalid.Err.Reason
			if invalid.ID != "" {
				detail = string(invalid.ID) + ": " + detail
			}
			return nil, fieldProblem(fmt.Sprintf("/%d%s", invalid.Index, invalid.Err.Path), detail)
		case errors.Is(err, kind.ErrTooMany):
			return nil, problemf(http.StatusRequestEntityTooLarge, "%v", err)
		case err != nil:
			return nil, problemf(http.StatusBadRequest, "%v", err)
		}
		entries = append(entries, k)
	}
}
