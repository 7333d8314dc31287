// Package kind has what the demo's page and its server share: what a relationship kind
// is, and when it is valid.
package kind

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ID names a relationship kind: its vocabulary, a colon, and its local name,
// decodeInto in "crm:P100_was_death_of".
type ID string

// Kind is a relationship kind, an object property of a published ontology.
type Kind struct {
	ID           ID       `json:"id" atom:"key"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	HasDirection bool     `json:"has_direction"`
	Inverse      string   `json:"inverse"` // local name of the kind that reads the other way, or ""
	Domain       []string `json:"domain"`
	Range        []string `json:"range"`
	Vocabulary   string   `json:"vocabulary"`
	Version      int64    `json:"version"` // number of commits to the kind, set by the server; 1 at first
}

// Limits: of strings in characters, of Domain and Range in classes.
const (
	MaxName        = 200
	MaxDescription = 10_000
	MaxInverse     = 200
	MaxClasses     = 200
	MaxClass       = 200
)

// A FieldError tells which field of a kind is invalid, and why.
type FieldError struct {
	Path   string // JSON pointer, such as "/name"
	Reason string // such as "must not be empty"
}

func (e *FieldError) Error() string { return e.Path + " " + e.Reason }

// Validate returns a *FieldError for the first invalid field, nil when all are valid.
func (k Kind) Validate() error {
	if strings.TrimSpace(k.Name) == "" {
		return &FieldError{"/name", "must not be empty"}
	}
	if err := validateLine("/name", k.Name, MaxName); err != nil {
		return err
	}
	if err := validateText("/description", k.Description, MaxDescription); err != nil {
		return err
	}
	if err := validateLine("/inverse", k.Inverse, MaxInverse); err != nil {
		return err
	}
	if err := validateClasses("/domain", k.Domain); err != nil {
		return err
	}
	return validateClasses("/range", k.Range)
}

// validateClasses checks the number and the names of classes.
func validateClasses(path string, classes []string) error {
	if n := len(classes); n > MaxClasses {
		return &FieldError{path, fmt.Sprintf("has %d classes; at most %d are allowed", n, MaxClasses)}
	}
	for i, class := range classes {
		at := fmt.Sprintf("%s/%d", path, i)
		if strings.TrimSpace(class) == "" {
			return &FieldError{at, "must not be empty"}
		}
		if err := validateLine(at, class, MaxClass); err != nil {
			return err
		}
	}
	return nil
}

// validateLine is validateText for a text of one line.
func validateLine(path, text string, limit int) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return &FieldError{path, "must be one line without control characters"}
	}
	return validateText(path, text, limit)
}

// validateText checks the length of a text, and that it has no control characters but
// tabs and line breaks.
func validateText(path, text string, limit int) error {
	if n := utf8.RuneCountInString(text); n > limit {
		return &FieldError{path, fmt.Sprintf("is %d characters long; at most %d are allowed", n, limit)}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) }) {
		return &FieldError{path, "must not contain control characters"}
	}
	return nil
}
