//go:build !wasm

package server

import (
	"encoding/json"
	"net/http"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// editKind applies a change to the JSON of prev, and decodes and validates the
// result. Its error is a problem that names the field.
func editKind(prev kind.Kind, change func(document []byte) ([]byte, error)) (kind.Kind, error) {
	document, err := json.Marshal(prev)
	if err != nil {
		return kind.Kind{}, err
	}
	if document, err = change(document); err != nil {
		return kind.Kind{}, err
	}
	next, err := kind.Decode(document)
	if err == nil {
		err = checkImmutable(prev, next)
	}
	if err == nil {
		err = next.Validate()
	}
	if err != nil {
		field := err.(*kind.FieldError) // Decode, checkImmutable and Validate return no other
		return kind.Kind{}, fieldProblem(field.Path, field.Reason)
	}
	return next, nil
}

// checkImmutable returns a *kind.FieldError for the first field that next must not
// change.
func checkImmutable(prev, next kind.Kind) error {
	switch {
	case next.ID != prev.ID:
		return &kind.FieldError{Path: "/id", Reason: "cannot be changed"}
	case next.Vocabulary != prev.Vocabulary:
		return &kind.FieldError{Path: "/vocabulary", Reason: "cannot be changed"}
	case next.Version != prev.Version:
		return &kind.FieldError{Path: "/version", Reason: "cannot be changed: the server counts it"}
	}
	return nil
}

// fieldProblem returns the problem of an invalid field.
func fieldProblem(path, reason string) *problem {
	return problemf(http.StatusUnprocessableEntity, "%s", reason).atPath(path)
}
