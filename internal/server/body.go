//go:build !wasm

package server

import (
	"errors"
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
