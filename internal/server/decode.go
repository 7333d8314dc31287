//go:build !wasm

package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// editKind applies a change to prev's JSON and reads the outcome back as
// strictly as the type has it. Its error is a problem that names the field.
func editKind(prev kind.Kind, change func(document []byte) ([]byte, error)) (kind.Kind, error) {
	document, err := json.Marshal(prev)
	if err != nil {
		return kind.Kind{}, err
	}
	if document, err = change(document); err != nil {
		return kind.Kind{}, err
	}
	next, err := decodeKind(document)
	if err != nil {
		return kind.Kind{}, err
	}
	switch {
	case next.ID != prev.ID:
		return kind.Kind{}, misfit("/id", "cannot be changed")
	case next.Vocabulary != prev.Vocabulary:
		return kind.Kind{}, misfit("/vocabulary", "cannot be changed")
	case next.Version != prev.Version:
		return kind.Kind{}, misfit("/version", "cannot be changed: the server counts it")
	}
	if err := next.Validate(); err != nil {
		field := err.(*kind.FieldError) // Validate has no other
		return kind.Kind{}, misfit(field.Path, field.Reason)
	}
	return next, nil
}

func misfit(path, reason string) *problem {
	return problemf(http.StatusUnprocessableEntity, "%s", reason).at(path)
}

// decodeKind reads a kind from JSON. encoding/json would take "NAME" for
// "name", null for any value, and a missing field for an empty one; here each
// is a problem with its path. Only the description and the inverse may be
// missing: they are empty then, which is what null in a merge patch makes of them.
func decodeKind(document []byte) (kind.Kind, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil || members == nil {
		return kind.Kind{}, misfit("", "a kind is an object")
	}
	var k kind.Kind
	for _, field := range []struct {
		name     string
		optional bool
		decode   func(path string, value json.RawMessage) *problem
	}{
		{"id", false, decodeAs(&k.ID, "a string")},
		{"name", false, decodeAs(&k.Name, "a string")},
		{"description", true, decodeAs(&k.Description, "a string")},
		{"has_direction", false, decodeAs(&k.HasDirection, "true or false")},
		{"inverse", true, decodeAs(&k.Inverse, "a string")},
		{"domain", false, decodeTexts(&k.Domain)},
		{"range", false, decodeTexts(&k.Range)},
		{"vocabulary", false, decodeAs(&k.Vocabulary, "a string")},
		{"version", false, decodeAs(&k.Version, "an integer")},
	} {
		value, ok := members[field.name]
		delete(members, field.name)
		if !ok && field.optional {
			continue
		}
		if !ok {
			return kind.Kind{}, misfit("/"+field.name, "cannot be left out")
		}
		if p := field.decode("/"+field.name, value); p != nil {
			return kind.Kind{}, p
		}
	}
	if len(members) > 0 {
		unknown := slices.Min(slices.Collect(maps.Keys(members)))
		return kind.Kind{}, misfit(pointer{unknown}.String(), "a kind has no such field")
	}
	return k, nil
}

// decodeAs reads a value into target, which says what it must be.
func decodeAs[T any](target *T, what string) func(string, json.RawMessage) *problem {
	return func(path string, value json.RawMessage) *problem {
		var decoded *T // stays nil for null
		if err := json.Unmarshal(value, &decoded); err != nil || decoded == nil {
			return misfit(path, "must be "+what)
		}
		*target = *decoded
		return nil
	}
}

// decodeTexts reads an array of strings; an empty one is not nil.
func decodeTexts(target *[]string) func(string, json.RawMessage) *problem {
	return func(path string, value json.RawMessage) *problem {
		var elements []json.RawMessage
		if p := decodeAs(&elements, "an array of strings")(path, value); p != nil {
			return p
		}
		*target = make([]string, len(elements))
		for i, element := range elements {
			if p := decodeAs(&(*target)[i], "a string")(fmt.Sprintf("%s/%d", path, i), element); p != nil {
				return p
			}
		}
		return nil
	}
}
