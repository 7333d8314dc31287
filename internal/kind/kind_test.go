package kind

import (
	"errors"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ä", n) }
	for _, test := range []struct {
		reason string
		edit   func(*Kind)
		path   string // of the error; "" none
	}{
		{"as it is", func(*Kind) {}, ""},
		{"no description, inverse, domain or range", func(k *Kind) { *k = Kind{Name: "x"} }, ""},
		{"characters count, not bytes", func(k *Kind) {
			k.Name, k.Description, k.Inverse = long(MaxName), long(MaxDescription), long(MaxInverse)
		}, ""},
		{"lines in a description", func(k *Kind) { k.Description = "a\n\tb\r\n" }, ""},
		{"no name", func(k *Kind) { k.Name = "" }, "/name"},
		{"a name of spaces", func(k *Kind) { k.Name = " \u00a0" }, "/name"},
		{"a long name", func(k *Kind) { k.Name = long(MaxName + 1) }, "/name"},
		{"a name of two lines", func(k *Kind) { k.Name = "a\nb" }, "/name"},
		{"a long description", func(k *Kind) { k.Description = long(MaxDescription + 1) }, "/description"},
		{"a bell in a description", func(k *Kind) { k.Description = "\a" }, "/description"},
		{"a long inverse", func(k *Kind) { k.Inverse = long(MaxInverse + 1) }, "/inverse"},
		{"an inverse of two lines", func(k *Kind) { k.Inverse = "a\r\nb" }, "/inverse"},
		{"many classes", func(k *Kind) { k.Domain = strings.Fields(strings.Repeat("c ", MaxClasses+1)) }, "/domain"},
		{"an empty class", func(k *Kind) { k.Range = []string{"a", ""} }, "/range/1"},
		{"a long class", func(k *Kind) { k.Range = []string{long(MaxClass + 1)} }, "/range/0"},
		{"a class of two lines", func(k *Kind) { k.Domain = []string{"a\nb"} }, "/domain/0"},
	} {
		k := Kind{ID: "org:memberOf", Name: "member of", Inverse: "hasMember", Domain: []string{"Agent"}, Range: []string{"Organization"}}
		test.edit(&k)
		err := k.Validate()
		var field *FieldError
		if test.path == "" && err != nil || test.path != "" && (!errors.As(err, &field) || field.Path != test.path) {
			t.Errorf("%s: %v, want an error at %q", test.reason, err, test.path)
		}
	}
}
