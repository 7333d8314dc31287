//go:build !js

package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
)

func TestCatalogFollowsTheKinds(t *testing.T) {
	s, _ := loadFrom(t, nil)
	says := func() (all string) {
		for _, e := range catalog.Get(s).Kinds {
			all += fmt.Sprintf("%s %s, ", e.ID, e.Name)
		}
		return all + fmt.Sprint(catalog.Get(s).Vocabularies)
	}
	for _, test := range []struct {
		reason string
		edit   func(*atom.Map[kind.ID, kind.Kind])
		want   string
	}{
		{"at first", func(*atom.Map[kind.ID, kind.Kind]) {}, "crm:P100_was_death_of was death of, crm:P100i_died_in died in, foaf:knows knows, map[crm:2 foaf:1]"},
		{"another name", func(m *atom.Map[kind.ID, kind.Kind]) { m.Edit(knows.ID).Name = "Knows" }, "crm:P100_was_death_of was death of, crm:P100i_died_in died in, foaf:knows Knows, map[crm:2 foaf:1]"},
		{"one before, and one behind", func(m *atom.Map[kind.ID, kind.Kind]) {
			m.Set("a:a", kind.Kind{ID: "a:a", Name: "A", Vocabulary: "a"})
			m.Set("z:z", kind.Kind{ID: "z:z", Name: "Z", Vocabulary: "z"})
		}, "a:a A, crm:P100_was_death_of was death of, crm:P100i_died_in died in, foaf:knows Knows, z:z Z, map[a:1 crm:2 foaf:1 z:1]"},
		{"one is gone, and one in its place", func(m *atom.Map[kind.ID, kind.Kind]) {
			m.Delete(diedIn.ID)
			m.Set("crm:P2", kind.Kind{ID: "crm:P2", Name: "has type", Vocabulary: "crm"})
		}, "a:a A, crm:P100_was_death_of was death of, crm:P2 has type, foaf:knows Knows, z:z Z, map[a:1 crm:2 foaf:1 z:1]"},
		{"another vocabulary", func(m *atom.Map[kind.ID, kind.Kind]) { m.Edit("z:z").Vocabulary = "y" },
			"a:a A, crm:P100_was_death_of was death of, crm:P2 has type, foaf:knows Knows, z:z Z, map[a:1 crm:2 foaf:1 y:1]"},
	} {
		if err := kinds.Value().Update(s, test.edit); err != nil {
			t.Fatal(err)
		}
		if got := says(); got != test.want {
			t.Errorf("%s: %s, want %s", test.reason, got, test.want)
		}
	}
}

func TestSearchIgnoresCase(t *testing.T) {
	for _, test := range []struct {
		text, part string
		want       bool
	}{
		{"was death of", "", true},
		{"", "", true},
		{"", "a", false},
		{"Was Death Of", "death of", true},
		{"dede death", "death", true},
		{"P100_was_death_of", "p100_w", true},
		{"death", "deaths", false},
		{"zäh, ÄGÄIS", "ägä", true},
		{"ÄGÄIS", "is", true},
		{"a\u212a", "ak", true}, // the sign for kelvin is a k, and longer than one
		{"\u023a", "\u2c65", true},
	} {
		if got := containsFold(test.text, test.part); got != test.want || got != strings.Contains(strings.ToLower(test.text), test.part) {
			t.Errorf("%q in %q: %v", test.part, test.text, got)
		}
	}
}

func BenchmarkChangeOfOneKind(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			Source = fixedSource{kinds: manyKinds(n)}
			defer func() { Source = nil }()
			s := atom.NewStore()
			kinds.Load(b.Context(), s)
			defer s.Subscribe(catalog, func() {})()
			defer s.Subscribe(matchingKinds, func() {})()
			one := hasDirection.atomOf("foaf:00500")
			for i := 0; b.Loop(); i++ {
				one.Set(s, i%2 == 0)
			}
		})
	}
}

func manyKinds(n int) []kind.Kind {
	all := make([]kind.Kind, n)
	for i := range all {
		all[i] = knows
		all[i].ID, all[i].Description = kind.ID(fmt.Sprintf("foaf:%05d", i)), strings.Repeat("A person knows another one. ", 10)
	}
	return all
}
