// Package kind is the one thing that the demo's page and its server both know:
// what a relationship kind is, and when it is valid.
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
	Version      int64    `json:"version"` // counts the commits; set by the server, 1 at first
}

// Limits: the texts in characters, the classes of Domain and of Range in number.
const (
	MaxName        = 200
	MaxDescription = 10_000
	MaxInverse     = 200
	MaxClasses     = 200
	MaxClass       = 200
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

// validateLine accepts a text that can stand in one line of a page.
func validateLine(path, text string, max int) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return &FieldError{path, "must be one line without control characters"}
	}
	return validateText(path, text, max)
}

func validateText(path, text string, max int) error {
	if n := utf8.RuneCountInString(text); n > max {
		return &FieldError{path, fmt.Sprintf("is %d characters long; at most %d are allowed", n, max)}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) }) {
		return &FieldError{path, "must not contain control characters"}
	}
	return nil
}
