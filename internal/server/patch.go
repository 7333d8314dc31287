//go:build !wasm

package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/atomsaga/atomsaga/atom/draft"
	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// Limits of a patch.
const (
	maxBody       = 64 << 10  // bytes of a request's body
	maxOperations = 192       // of one JSON Patch: a change may follow two tests, of a key or of neighbours
	maxDepth      = 16        // of nested arrays and objects
	maxDocument   = 256 << 10 // bytes that a patch may copy: each copy operation can double a kind
)

// parsePatch checks a patch of the media type and returns the function that applies
// it to a document. Its error is a problem, and so is that function's.
func parsePatch(mediaType string, body []byte) (func([]byte) ([]byte, error), error) {
	check, apply := checkJSONPatch, applyJSONPatch
	if mediaType == mergePatchType {
		check, apply = checkMergePatch, applyMergePatch
	}
	if err := check(body); err != nil {
		return nil, err
	}
	return func(document []byte) ([]byte, error) { return apply(document, body) }, nil
}

// checkJSONPatch checks the syntax and size of a JSON Patch (RFC 6902). Its error is a
// problem.
func checkJSONPatch(body []byte) error {
	_, err := jsonpatch.Parse(body, maxOperations, maxDepth)
	return syntaxProblem(err)
}

// checkMergePatch is checkJSONPatch for a JSON Merge Patch (RFC 7396).
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

// syntaxProblem returns the problem for an error of package jsonpatch, nil for nil.
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

// applyJSONPatch returns the document with a JSON Patch applied. Its error is a problem
// that names the operation.
func applyJSONPatch(document, body []byte) ([]byte, error) {
	next, _, err := draft.ApplyPatch(json.RawMessage(document), body, draft.Limits{Bytes: maxDocument, Ops: maxOperations, Depth: maxDepth})
	return next, applyProblem(err)
}

// applyMergePatch is applyJSONPatch for a JSON Merge Patch.
func applyMergePatch(document, body []byte) ([]byte, error) {
	next, _, err := draft.ApplyMergePatch(json.RawMessage(document), body, draft.Limits{Bytes: maxDocument, Depth: maxDepth})
	return next, applyProblem(err)
}

// applyProblem returns the problem for an error of applying a patch, nil for nil: 409
// when another request may be the cause, as the patch fits an older version, and 422
// when it could never apply.
func applyProblem(err error) error {
	if err == nil {
		return nil
	}
	status := http.StatusUnprocessableEntity
	if errors.Is(err, draft.ErrTest) || errors.Is(err, jsonpatch.ErrOutside) {
		status = http.StatusConflict
	}
	var at *draft.PatchError
	if !errors.As(err, &at) {
		return syntaxProblem(err)
	}
	detail := strings.ReplaceAll(at.Err.Error(), draft.ErrPath.Error()+": ", "") // said by the status
	if errors.Is(err, draft.ErrTest) {
		detail = "the test failed: another value is there"
	}
	p := problemf(status, "%s", detail).atPath(at.Path)
	if at.Index >= 0 {
		p.atOperation(at.Index)
	}
	return p
}

// checkJSON checks the syntax and depth of a JSON body. Its error is a problem.
func checkJSON(body []byte) error { return syntaxProblem(jsonpatch.Check(body, maxDepth)) }
