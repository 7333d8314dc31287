package kind

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/atomsaga/atomsaga/internal/jsonpatch"
)

// Decode decodes a kind from a JSON object. It is stricter than encoding/json: a name in
// another case, a null, a missing field and an unknown field are each a *FieldError.
// Only the description, the inverse and the version may be missing or null. It does not
// validate the values: see Validate.
func Decode(document []byte) (Kind, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil || members == nil {
		return Kind{}, &FieldError{"", "must be an object"}
	}
	var k Kind
	for _, field := range []struct {
		name     string
		optional bool
		decode   func(path string, value json.RawMessage) error
	}{
		{"id", false, decodeInto(&k.ID, "a string")},
		{"name", false, decodeInto(&k.Name, "a string")},
		{"description", true, decodeInto(&k.Description, "a string")},
		{"has_direction", false, decodeInto(&k.HasDirection, "true or false")},
		{"inverse", true, decodeInto(&k.Inverse, "a string")},
		{"domain", false, decodeTexts(&k.Domain)},
		{"range", false, decodeTexts(&k.Range)},
		{"vocabulary", false, decodeInto(&k.Vocabulary, "a string")},
		{"version", true, decodeInto(&k.Version, "an integer")},
	} {
		value, ok := members[field.name]
		delete(members, field.name)
		if field.optional && (!ok || string(value) == "null") {
			continue
		}
		if !ok {
			return Kind{}, &FieldError{"/" + field.name, "cannot be left out"}
		}
		if err := field.decode("/"+field.name, value); err != nil {
			return Kind{}, err
		}
	}
	if len(members) > 0 {
		unknown := slices.Min(slices.Collect(maps.Keys(members)))
		return Kind{}, &FieldError{jsonpatch.Pointer(unknown), "is not known: a kind has no such field"}
	}
	return k, nil
}

// decodeInto returns a function that decodes a value into target. Its *FieldError says
// what the value must be.
func decodeInto[T any](target *T, what string) func(string, json.RawMessage) error {
	return func(path string, value json.RawMessage) error {
		var decoded *T // stays nil for null
		if err := json.Unmarshal(value, &decoded); err != nil || decoded == nil {
			return &FieldError{path, "must be " + what}
		}
		*target = *decoded
		return nil
	}
}

// decodeTexts is decodeInto for an array of strings; an empty array is decoded as a
// slice that is not nil.
func decodeTexts(target *[]string) func(string, json.RawMessage) error {
	return func(path string, value json.RawMessage) error {
		var elements []json.RawMessage
		if err := decodeInto(&elements, "an array of strings")(path, value); err != nil {
			return err
		}
		*target = make([]string, len(elements))
		for i, element := range elements {
			if err := decodeInto(&(*target)[i], "a string")(fmt.Sprintf("%s/%d", path, i), element); err != nil {
				return err
			}
		}
		return nil
	}
}
