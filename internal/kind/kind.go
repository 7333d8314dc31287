// Package kind is the one thing that the demo's page and its server both know:
// what a relationship kind is, and when it is valid.
package kind

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// ID names a relationship kind: its vocabulary, a colon, and its local name,
// as in "crm:P100_was_death_of".
type ID string

// Kind is a relationship kind, an object property of a published ontology.
type Kind struct {
	ID           ID       `json:"id" atom:"key"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	HasDirection bool     `json:"has_direction"`
	Inverse      string   `json:"inverse,omitempty"` // local name of the kind that reads the other way, or ""
	Domain       []string `json:"domain"`
	Range        []string `json:"range"`
	Vocabulary   string   `json:"vocabulary"`
	Version      int64    `json:"version"` // counts the commits; set by the server, 1 at first
}

// Limits of the text fields, in characters.
const (
	MaxName        = 200
	MaxDescription = 10_000
	MaxInverse     = 200
)

// A FieldError says which field is invalid, as a JSON pointer, and why.
type FieldError struct {
	Path   string // "/name"
	Reason string // "must not be empty"
}

func (e *FieldError) Error() string { return e.Path + " " + e.Reason }

// Validate returns a *FieldError for the first field that is not acceptable,
// nil when there is none.
func (k Kind) Validate() error {
	if strings.TrimSpace(k.Name) == "" {
		return &FieldError{"/name", "must not be empty"}
	}
	for _, text := range []struct {
		path, value string
		max         int
	}{
		{"/name", k.Name, MaxName},
		{"/description", k.Description, MaxDescription},
		{"/inverse", k.Inverse, MaxInverse},
	} {
		if n := utf8.RuneCountInString(text.value); n > text.max {
			return &FieldError{text.path, fmt.Sprintf("is %d characters long; at most %d are allowed", n, text.max)}
		}
	}
	if strings.ContainsAny(k.Name+k.Inverse, "\n\r") {
		return &FieldError{"/name", "and /inverse must be one line each"}
	}
	return nil
}
