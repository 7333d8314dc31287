package app

import (
	"strings"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/live"
)

// What comes from the server.
var (
	// kinds is every relationship kind: in the browser from the API, on the
	// server from its database.
	kinds = atom.Async(live.Load(feed, loadKinds))

	// kindByID is one of them; it is missing when there is none of that id.
	kindByID = atom.NewFamily(func(id kind.ID) *atom.Atom[kind.Kind] { return atom.MapKey(kinds.Value(), id) })
)

// What one looks at.
var (
	selected = atom.New(kind.ID("")) // the kind whose page is shown; "" for the list

	// The kindList shows the kinds with this text in id, name or description, in
	// whatever case, and of this vocabulary; "" lets all through.
	search     = atom.New("")
	vocabulary = atom.New("")

	maxRows = atom.New(rowStep) // how many rows of the list there are at most
)

// rowStep is how many rows the list grows by when its end is near.
const rowStep = 60

// setFilter has the list begin anew with another filter.
func setFilter(w atom.Writer, text, from string) {
	if text != search.Get(w) || from != vocabulary.Get(w) {
		search.Set(w, text)
		vocabulary.Set(w, from)
		maxRows.Set(w, rowStep)
	}
}

// matchingKinds lists the kinds that the filter lets through, by id.
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

// windowTitle is what the browser's window says.
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

// vocabularyTitle is the name by which people know a vocabulary.
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
