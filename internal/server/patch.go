//go:build !wasm

package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// Limits of a patch.
const (
	maxBody       = 64 << 10  // bytes of a request's body
	maxOperations = 192       // of one JSON Patch: two tests, of a key or of neighbours, may stand before a change
	maxDepth      = 16        // arrays and objects inside each other
	maxDocument   = 256 << 10 // bytes that a patch copies: copies can double a kind with each operation
)

// checkJSONPatch says what is wrong with a JSON Patch (RFC 6902), whatever it is
// applied to. Its error is a problem.
func checkJSONPatch(body []byte) error {
	_, err := jsonpatch.Parse(body, maxOperations, maxDepth)
	return syntaxProblem(err)
}

// checkMergePatch is checkPatch of a JSON Merge Patch (RFC 7396).
func checkMergePatch(body []byte) error {
	if err := checkJSON(body); err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return problemf(http.StatusUnprocessableEntity, "a merge patch for a kind is an object")
	}
	return nil
}

// syntaxProblem is what a client is told of an error of package jsonpatch.
func syntaxProblem(err error) error {
	if err == nil {
		return nil
	}
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, jsonpatch.ErrTooMany):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, jsonpatch.ErrLimit):
		status = http.StatusUnprocessableEntity
	}
	var at *jsonpatch.Error
	if errors.As(err, &at) {
		return problemf(status, "%v", at.Err).atPath(at.Path).atOperation(at.Index)
	}
	return problemf(status, "%v", err)
}

// applyJSONPatch applies a JSON Patch to a document: all of it, or nothing. Its error is a
// problem that names the operation.
func applyJSONPatch(document, body []byte) ([]byte, error) {
	next, _, err := atom.ApplyPatch(json.RawMessage(document), body, atom.Limits{Bytes: maxDocument, Ops: maxOperations, Depth: maxDepth})
	return next, applyProblem(err)
}

// applyMergePatch is applyPatch of a JSON Merge Patch.
func applyMergePatch(document, body []byte) ([]byte, error) {
	next, _, err := atom.ApplyMergePatch(json.RawMessage(document), body, atom.Limits{Bytes: maxDocument, Depth: maxDepth})
	return next, applyProblem(err)
}

// applyProblem tells what another request may have caused (409: the patch was right
// for an older version) from what can never apply (422).
func applyProblem(err error) error {
	if err == nil {
		return nil
	}
	status := http.StatusUnprocessableEntity
	if errors.Is(err, atom.ErrTest) || errors.Is(err, jsonpatch.ErrOutside) {
		status = http.StatusConflict
	}
	var at *atom.PatchError
	if !errors.As(err, &at) {
		return syntaxProblem(err)
	}
	detail := strings.ReplaceAll(at.Err.Error(), atom.ErrPath.Error()+": ", "") // the status says as much
	if errors.Is(err, atom.ErrTest) {
		detail = "the test failed: another value is there"
	}
	p := problemf(status, "%s", detail).atPath(at.Path)
	if at.Index >= 0 {
		p.atOperation(at.Index)
	}
	return p
}

// checkJSON is what is wrong with a body that has to be JSON. Its error is a
// problem.
func checkJSON(body []byte) error { return syntaxProblem(jsonpatch.Check(body, maxDepth)) }
