package app

import (
	"strings"
	"unicode/utf8"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
)

// catalogState is the part of the kinds that the list needs.
type catalogState struct {
	Loaded, Loading bool
	Err             string         // why the last load failed
	Kinds           []searchEntry  // ordered by id
	Vocabularies    map[string]int // number of kinds by vocabulary
}

// searchEntry is the part of a kind that is searched.
type searchEntry struct {
	ID                            kind.ID
	Vocabulary, Name, Description string
}

func (c catalogState) waiting() bool { return !c.Loaded && (c.Loading || c.Err == "") }

// catalog is derived anew after every change of a kind. Most change nothing in it: then
// it keeps its slice and its map.
var catalog = atom.Derive(func(r atom.Reader) catalogState {
	now := kinds.Get(r)
	last := atom.StoreValue(r, catalogCacheKey{}, func() *catalogState { return &catalogState{} })
	next := catalogState{Loaded: now.Loaded, Loading: now.Loading}
	if now.Err != nil {
		next.Err = now.Err.Error()
	}
	next.Kinds, next.Vocabularies = last.Kinds, last.Vocabularies
	if !last.describes(now.Value) {
		next.Kinds, next.Vocabularies = searchEntries(now.Value)
	}
	*last = next
	return next
})

// catalogCacheKey is the key of the last catalog in a store.
type catalogCacheKey struct{}

// describes reports whether c is the catalog of the kinds.
func (c *catalogState) describes(kinds atom.Map[kind.ID, kind.Kind]) bool {
	if kinds.Len() != len(c.Kinds) {
		return false
	}
	i := 0
	for id, k := range kinds.All() {
		if !c.Kinds[i].describes(id, k) {
			return false
		}
		i++
	}
	return c.Vocabularies != nil
}

func (e *searchEntry) describes(id kind.ID, k kind.Kind) bool {
	return e.ID == id && e.Vocabulary == k.Vocabulary && e.Name == k.Name && e.Description == k.Description
}

// searchEntries returns the entries of the kinds, ordered by id, and the number of kinds
// of each vocabulary.
func searchEntries(kinds atom.Map[kind.ID, kind.Kind]) (all []searchEntry, vocabularies map[string]int) {
	all, vocabularies = make([]searchEntry, 0, kinds.Len()), map[string]int{}
	for id, k := range kinds.All() {
		all = append(all, searchEntry{id, k.Vocabulary, k.Name, k.Description})
		vocabularies[k.Vocabulary]++
	}
	return all, vocabularies
}

// matches reports whether the entry contains the text, which must be in lower case.
func (e *searchEntry) matches(text string) bool {
	return containsFold(string(e.ID), text) || containsFold(e.Name, text) || containsFold(e.Description, text)
}

// containsFold reports whether the text contains part, which must be in lower case,
// ignoring case. To make ten thousand texts lower case would take longer than a frame,
// so ASCII is compared as it is.
func containsFold(text, part string) bool {
	inLowerCase := func() bool { return strings.Contains(strings.ToLower(text), part) }
	if part == "" {
		return true
	}
	if strings.IndexFunc(part, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		return inLowerCase() // its length may differ from the text's
	}
	for i := range len(text) - len(part) + 1 {
		for j := 0; ; j++ {
			if j == len(part) {
				return true
			}
			c := text[i+j]
			if c >= utf8.RuneSelf {
				return inLowerCase()
			}
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != part[j] {
				break
			}
		}
	}
	return false
}
