//go:build !wasm

package server

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// readBody reads the body of a request, at most limit bytes. Its error is a problem.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, problemf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", limit)
	}
	if err != nil {
		return nil, problemf(http.StatusBadRequest, "the body could not be read to its end")
	}
	return body, nil
}

// isJSON reports whether the Content-Type of a request is application/json.
func isJSON(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == "application/json"
}

// readPatch reads the body of a PATCH. Its error is a problem.
func readPatch(w http.ResponseWriter, r *http.Request) (mediaType string, body []byte, err error) {
	mediaType, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(parameters["charset"])
	if err != nil || mediaType != jsonPatchType && mediaType != mergePatchType || charset != "" && charset != "utf-8" {
		w.Header().Set("Accept-Patch", jsonPatchType+", "+mergePatchType)
		return "", nil, problemf(http.StatusUnsupportedMediaType, "the Content-Type must be %s or %s, in UTF-8", jsonPatchType, mergePatchType)
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		w.Header().Set("Accept-Encoding", "identity")
		return "", nil, problemf(http.StatusUnsupportedMediaType, "the body must not be compressed")
	}
	body, err = readBody(w, r, maxBody)
	return mediaType, body, err
}

// idempotencyKey returns the Idempotency-Key of a request (a draft of the IETF's
// HTTPAPI group), "" when it has none. Its error is a problem.
func idempotencyKey(r *http.Request) (string, error) {
	values, ok := r.Header["Idempotency-Key"]
	if !ok {
		return "", nil
	}
	key := values[0]
	if len(values) > 1 || key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(c rune) bool { return c < ' ' || c > '~' }) {
		return "", problemf(http.StatusBadRequest, "an Idempotency-Key is one text of 1 to %d ASCII characters", maxKey)
	}
	return key, nil
}

// digest returns a hash of the texts and of where one ends and the next begins.
func digest(texts ...string) string {
	joined, _ := json.Marshal(texts) // texts always encode
	return fmt.Sprintf("%x", sha256.Sum256(joined))
}
