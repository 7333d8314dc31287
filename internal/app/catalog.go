package app

import (
	"strings"
	"unicode/utf8"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
)

// catalogState is what the list needs to know of the kinds.
type catalogState struct {
	Loaded, Loading bool
	Err             string         // why the last attempt to load failed
	Kinds           []searchEntry  // by id
	Vocabularies    map[string]int // how many kinds come from each
}

// searchEntry is what searching needs to know of a kind, and is searched.
type searchEntry struct {
	ID                            kind.ID
	Vocabulary, Name, Description string
}

func (c catalogState) waiting() bool { return !c.Loaded && (c.Loading || c.Err == "") }

// catalog is computed after every change of a kind. Most are of nothing that is in
// it: then it stays what it was the last time.
var catalog = atom.Derive(func(r atom.Reader) catalogState {
	now := kinds.Get(r)
	last := atom.Attach(r, catalogCacheKey{}, func() *catalogState { return &catalogState{} })
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

type catalogCacheKey struct{}

// describes reports whether the contents are those of the kinds.
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

// searchEntries lists the kinds, by id.
func searchEntries(kinds atom.Map[kind.ID, kind.Kind]) (all []searchEntry, vocabularies map[string]int) {
	all, vocabularies = make([]searchEntry, 0, kinds.Len()), map[string]int{}
	for id, k := range kinds.All() {
		all = append(all, searchEntry{id, k.Vocabulary, k.Name, k.Description})
		vocabularies[k.Vocabulary]++
	}
	return all, vocabularies
}

// matches reports whether a text, which is in lower case, is in what is searched.
func (e *searchEntry) matches(text string) bool {
	return containsFold(string(e.ID), text) || containsFold(e.Name, text) || containsFold(e.Description, text)
}

// containsFold reports whether part, which is in lower case, is in the text, in whatever
// case. Ten thousand texts in lower case would take longer than a frame to make, so
// those in ASCII are read as they are.
func containsFold(text, part string) bool {
	inLowerCase := func() bool { return strings.Contains(strings.ToLower(text), part) }
	if part == "" {
		return true
	}
	if strings.IndexFunc(part, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		return inLowerCase() // which may be longer than the text
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
