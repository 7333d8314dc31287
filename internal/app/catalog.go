package app

import (
	"strings"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
)

// contents is what the list needs to know of the kinds.
type contents struct {
	Loaded, Loading bool
	Err             string         // why the last attempt to load failed
	Kinds           []entry        // by id
	Vocabularies    map[string]int // how many kinds come from each
}

// entry is what searching needs to know of a kind.
type entry struct {
	ID                            kind.ID
	Vocabulary, Name, Description string
	Text                          string // what is searched, in lower case
}

func (c contents) waiting() bool { return !c.Loaded && (c.Loading || c.Err == "") }

// catalog is computed after every change of a kind. Ten thousand texts in
// lower case would take longer than a frame: what was right the last time is taken
// from there.
var catalog = atom.Derive(func(r atom.Reader) contents {
	now := kinds.Get(r)
	last := atom.Attach(r, lastContents{}, func() *contents { return &contents{} })
	next := contents{Loaded: now.Loaded, Loading: now.Loading}
	if now.Err != nil {
		next.Err = now.Err.Error()
	}
	next.Kinds, next.Vocabularies = last.Kinds, last.Vocabularies
	if !last.of(now.Value) {
		next.Kinds, next.Vocabularies = entries(now.Value, last.Kinds)
	}
	*last = next
	return next
})

type lastContents struct{}

// of reports whether the contents are those of the kinds.
func (c *contents) of(kinds atom.Map[kind.ID, kind.Kind]) bool {
	if kinds.Len() != len(c.Kinds) {
		return false
	}
	i := 0
	for id, k := range kinds.All() {
		if !c.Kinds[i].of(id, k) {
			return false
		}
		i++
	}
	return c.Vocabularies != nil
}

func (e *entry) of(id kind.ID, k kind.Kind) bool {
	return e.ID == id && e.Vocabulary == k.Vocabulary && e.Name == k.Name && e.Description == k.Description
}

// entries lists the kinds, by id, and takes what is still right from the last list.
func entries(kinds atom.Map[kind.ID, kind.Kind], last []entry) (all []entry, vocabularies map[string]int) {
	all, vocabularies = make([]entry, 0, kinds.Len()), map[string]int{}
	for id, k := range kinds.All() {
		for len(last) > 0 && last[0].ID < id {
			last = last[1:]
		}
		if len(last) > 0 && last[0].of(id, k) {
			all = append(all, last[0])
		} else {
			text := strings.ToLower(string(id) + "\n" + k.Name + "\n" + k.Description)
			all = append(all, entry{id, k.Vocabulary, k.Name, k.Description, text})
		}
		vocabularies[k.Vocabulary]++
	}
	return all, vocabularies
}
