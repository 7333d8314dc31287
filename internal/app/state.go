package app

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

// What comes from the server.
var (
	// kinds is every relationship kind: in the browser from the API, on the
	// server from its database.
	kinds = atom.Async(func(ctx context.Context, _ atom.Reader) (map[kind.ID]kind.Kind, error) {
		all, err := everyKind(ctx)
		if err != nil {
			return nil, err
		}
		byID := make(map[kind.ID]kind.Kind, len(all))
		for _, k := range all {
			byID[k.ID] = k
		}
		return byID, nil
	})

	// kindByID is one of them; it is missing when there is none of that id.
	kindByID = atom.NewFamily(func(id kind.ID) *atom.Atom[kind.Kind] { return atom.Key(kinds.Value(), id) })

	loaded = atom.Derive(func(r atom.Reader) status {
		now := kinds.Get(r)
		s := status{Loaded: now.Loaded, Loading: now.Loading}
		if now.Err != nil {
			s.Err = now.Err.Error()
		}
		return s
	})
)

// status is how far the loading of the kinds is.
type status struct {
	Loaded, Loading bool
	Err             string // why the last attempt failed
}

func (s status) waiting() bool { return !s.Loaded && (s.Loading || s.Err == "") }

func everyKind(ctx context.Context) ([]kind.Kind, error) {
	if Source != nil {
		return Source.Kinds(ctx)
	}
	return fetch.Get[[]kind.Kind](fetch.Through(ctx, send), "/api/kinds")
}

// What one looks at.
var (
	selected = atom.New(kind.ID("")) // the kind whose page is shown; "" for the list
	filtered = atom.New(filter{})
	shown    = atom.New(step) // how many rows of the list there are at most
)

// title is what the browser's window says.
var title = atom.Derive(func(r atom.Reader) string {
	const site = "atomsaga"
	id := selected.Get(r)
	if id == "" {
		return "Relationship kinds – " + site
	}
	if k, ok := kindByID.Of(id).Lookup(r); ok {
		return k.Name + " – " + site
	}
	return string(id) + " – " + site
})

// step is how many rows the list grows by when its end is near.
const step = 60

// filter says which kinds the list shows: all for the zero filter.
type filter struct {
	Text       string // in the id, name or description, in whatever case
	Vocabulary string
}

// narrow has the list begin anew with another filter.
func narrow(w atom.Writer, f filter) {
	if f != filtered.Get(w) {
		filtered.Set(w, f)
		shown.Set(w, step)
	}
}

// matching lists the kinds that the filter lets through, by id.
var matching = atom.Derive(func(r atom.Reader) []kind.ID {
	f := filtered.Get(r)
	text := strings.ToLower(strings.TrimSpace(f.Text))
	ids := []kind.ID{}
	for _, e := range index.Get(r) {
		if (f.Vocabulary == "" || f.Vocabulary == e.Vocabulary) && strings.Contains(e.Text, text) {
			ids = append(ids, e.ID)
		}
	}
	return ids
})

// entry is what searching needs to know of a kind.
type entry struct {
	ID         kind.ID
	Vocabulary string
	Text       string // what is searched, in lower case
}

var index = atom.Derive(func(r atom.Reader) []entry {
	all := kinds.Value().Get(r)
	entries := make([]entry, 0, len(all))
	for _, id := range slices.Sorted(maps.Keys(all)) {
		k := all[id]
		entries = append(entries, entry{id, k.Vocabulary, strings.ToLower(string(id) + "\n" + k.Name + "\n" + k.Description)})
	}
	return entries
})

// vocabulary is one of those that the kinds come from.
type vocabulary struct {
	ID    string
	Kinds int
}

var vocabularies = atom.Derive(func(r atom.Reader) []vocabulary {
	counts := map[string]int{}
	for _, e := range index.Get(r) {
		counts[e.Vocabulary]++
	}
	all := make([]vocabulary, 0, len(counts))
	for id, n := range counts {
		all = append(all, vocabulary{id, n})
	}
	slices.SortFunc(all, func(a, b vocabulary) int { return cmp.Compare(titleOf(a.ID), titleOf(b.ID)) })
	return all
})

// titleOf is the name by which people know a vocabulary.
func titleOf(vocabulary string) string {
	if title, ok := titles[vocabulary]; ok {
		return title
	}
	return vocabulary
}

var titles = map[string]string{
	"crm":     "CIDOC CRM",
	"dcterms": "DCMI Terms",
	"foaf":    "FOAF",
	"org":     "Organization Ontology",
	"prov":    "PROV-O",
	"rico":    "Records in Contexts",
	"sioc":    "SIOC",
}
