package app

import (
	"strings"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/live"
)

// The server's state.
var (
	// kinds has every relationship kind.
	kinds = atom.Async(live.Load(feed, loadKinds))

	// kindByID has an atom for each kind, missing when there is no such kind.
	kindByID = atom.NewFamily(func(id kind.ID) *atom.Atom[kind.Kind] { return atom.MapKey(kinds.Value(), id) })
)

// The state of the page.
var (
	selected = atom.New(kind.ID("")) // the kind whose page is shown; "" for the list

	// The filter of the list: a text to find in id, name or description, ignoring
	// case, and a vocabulary. "" matches all.
	search     = atom.New("")
	vocabulary = atom.New("")

	maxRows = atom.New(rowStep) // how many rows the list shows at most
)

// rowStep is the number of rows that the list grows by.
const rowStep = 60

// setFilter sets the filter. When it changes, the list is short again.
func setFilter(w atom.Writer, text, from string) {
	if text != search.Get(w) || from != vocabulary.Get(w) {
		search.Set(w, text)
		vocabulary.Set(w, from)
		maxRows.Set(w, rowStep)
	}
}

// matchingKinds has the ids of the kinds that match the filter, in order.
var matchingKinds = atom.Derive(func(r atom.Reader) []kind.ID {
	text, from := strings.ToLower(strings.TrimSpace(search.Get(r))), vocabulary.Get(r)
	ids := []kind.ID{}
	for _, e := range catalog.Get(r).Kinds {
		if (from == "" || from == e.Vocabulary) && e.matches(text) {
			ids = append(ids, e.ID)
		}
	}
	return ids
})

// windowTitle returns the title of the browser's window.
func windowTitle(r atom.Reader) string {
	id := selected.Get(r)
	if id == "" {
		return "Relationship kinds – atomsaga"
	}
	if k, ok := kindByID.Of(id).Lookup(r); ok {
		return k.Name + " – atomsaga"
	}
	return string(id) + " – atomsaga"
}

// vocabularyTitle returns the usual name of a vocabulary.
func vocabularyTitle(vocabulary string) string {
	if title, ok := vocabularyTitles[vocabulary]; ok {
		return title
	}
	return vocabulary
}

var vocabularyTitles = map[string]string{
	"crm":     "CIDOC CRM",
	"dcterms": "DCMI Terms",
	"foaf":    "FOAF",
	"org":     "Organization Ontology",
	"prov":    "PROV-O",
	"rico":    "Records in Contexts",
	"sioc":    "SIOC",
}
