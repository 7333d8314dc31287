package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"testing"

	"pgregory.net/rapid"

	"github.com/atomsaga/atomsaga/atom"
	"github.com/atomsaga/atomsaga/internal/cases"
	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/saga/fetch"
)

func marshal(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return body
}

func TestTheFilterMatchesTextAndVocabulary(t *testing.T) {
	s, _ := loadFrom(t, nil)
	for _, test := range []struct {
		reason string
		text   string
		from   string
		want   []kind.ID
	}{
		{"the zero filter lets all through, by id", "", "", []kind.ID{p100, diedIn.ID, knows.ID}},
		{"the name", "knows", "", []kind.ID{knows.ID}},
		{"the id, in whatever case, spaces around do not count", " p100I ", "", []kind.ID{diedIn.ID}},
		{"the description", "links a death", "", []kind.ID{p100}},
		{"the vocabulary", "", "crm", []kind.ID{p100, diedIn.ID}},
		{"both", "died", "crm", []kind.ID{diedIn.ID}},
		{"neither", "died", "foaf", []kind.ID{}},
		{"a vocabulary that there is not", "", "x", []kind.ID{}},
	} {
		setFilter(s, test.text, test.from)
		if got := matchingKinds.Get(s); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: %v, want %v", test.reason, got, test.want)
		}
	}
	if got := fmt.Sprint(catalog.Get(s).Vocabularies); got != "map[crm:2 foaf:1]" {
		t.Errorf("vocabularies %v", got)
	}
}

func TestTheFilterFollowsAnEdit(t *testing.T) {
	s, _ := loadFrom(t, nil)
	setFilter(s, "befriended", "")
	if err := kindByID.Of(knows.ID).Update(s, func(k *kind.Kind) { k.Name = "befriended" }); err != nil {
		t.Fatal(err)
	}
	if got := matchingKinds.Get(s); len(got) != 1 || got[0] != knows.ID {
		t.Errorf("got %v", got)
	}
}

func TestSetFromAddressIsTheInverseOfHrefs(t *testing.T) {
	cases.Check(t, func(t *rapid.T) {
		s := atom.NewStore()
		text, from := rapid.String().Draw(t, "text"), rapid.String().Draw(t, "vocabulary")
		setFromAddress(s, mustParseURL(hrefOfList(text, from)))
		if search.Get(s) != text || vocabulary.Get(s) != from || selected.Get(s) != "" {
			t.Fatalf("%q became %q of %q", hrefOfList(text, from), search.Get(s), vocabulary.Get(s))
		}
		id := kind.ID(rapid.StringN(1, 20, -1).Draw(t, "id"))
		setFromAddress(s, mustParseURL(hrefOfKind(id)))
		if got := selected.Get(s); got != id || search.Get(s) != text || vocabulary.Get(s) != from {
			t.Fatalf("%q became %q", hrefOfKind(id), got)
		}
	})
}

func TestOnlyAnotherFilterShortensTheList(t *testing.T) {
	s := atom.NewStore()
	maxRows.Set(s, 5*rowStep)
	setFromAddress(s, &url.URL{Path: kindsPath + "x"})
	setFromAddress(s, &url.URL{Path: "/"})
	if got := maxRows.Get(s); got != 5*rowStep {
		t.Errorf("after going there and back %d rows are shown", got)
	}
	setFromAddress(s, &url.URL{Path: "/", RawQuery: "q=x"})
	if got := maxRows.Get(s); got != rowStep {
		t.Errorf("of what is searched %d rows are shown", got)
	}
}

func TestAFailedLoadIsShown(t *testing.T) {
	previous := baseTransport
	t.Cleanup(func() { baseTransport = previous })
	baseTransport = func(context.Context, fetch.Request) (*fetch.Response, error) { return nil, fetch.ErrOffline }
	s := atom.NewStore()
	if !catalog.Get(s).waiting() {
		t.Error("not waiting before anything was tried")
	}
	if _, err := kinds.Load(t.Context(), s); !errors.Is(err, fetch.ErrOffline) {
		t.Errorf("got %v", err)
	}
	if got := catalog.Get(s); got.Loaded || got.waiting() || got.Err != fetch.ErrOffline.Error() {
		t.Errorf("got %v", got)
	}
}
