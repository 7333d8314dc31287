//go:build !wasm

package server

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/atomsaga/atomsaga/internal/kind"
	"github.com/atomsaga/atomsaga/internal/server/store"
)

func (s testServer) importBody(entries []kind.Kind) string {
	s.t.Helper()
	body, err := json.Marshal(entries)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(body)
}

func TestImport(t *testing.T) {
	s := start(t)
	changed, same := s.kind(somebody), s.kind("foaf:knows")
	changed.Name = "was the death of"
	added := kind.Kind{ID: "my:likes", Name: "likes", Domain: []string{}, Range: []string{"Person"}, Vocabulary: "my"}
	body := s.importBody([]kind.Kind{changed, same, added})

	r := s.send("POST", "/api/kinds/import", body, asJSON, "Idempotency-Key: one")
	if got := decode[store.Imported](t, r); r.StatusCode != 200 || got != (store.Imported{New: 1, Changed: 1, Same: 1}) {
		t.Fatalf("%d, %+v", r.StatusCode, got)
	}
	if got := s.kind(somebody); got.Name != "was the death of" || got.Version != 2 {
		t.Errorf("changed: %+v", got)
	}
	if got := s.kind("my:likes"); got.Name != "likes" || got.Version != 1 {
		t.Errorf("new: %+v", got)
	}
	if list := readAnswer(t, s.send("GET", "/api/kinds", "")); !strings.Contains(list, `"my:likes"`) {
		t.Error("the list does not have the new one")
	}

	before := s.databaseSum()
	again := s.send("POST", "/api/kinds/import", body, asJSON, "Idempotency-Key: one")
	if got := decode[store.Imported](t, again); got.New != 1 || again.Header.Get("Idempotency-Replayed") != "true" || s.databaseSum() != before {
		t.Errorf("the same request again: %+v, %v", got, again.Header)
	}
}

func TestBadImports(t *testing.T) {
	s := start(t)
	good := kind.Kind{ID: "my:likes", Name: "likes", Domain: []string{}, Range: []string{}, Vocabulary: "my"}
	list := func(edit func(*kind.Kind)) string {
		k := good
		k.ID = "my:hates"
		edit(&k)
		return s.importBody([]kind.Kind{good, k})
	}
	for _, test := range []struct {
		reason, body string
		status       int
		path, detail string
	}{
		{"no JSON", `[{]`, 400, "", "not JSON"},
		{"no list", `{}`, 400, "", "no list of kinds"},
		{"one name twice in an entry", `[{"id":"a:b","id":"c:d"}]`, 400, "", "twice"},
		{"an entry that is not valid", list(func(k *kind.Kind) { k.Name = " " }), 422, "/1/name", "my:hates: must not be empty"},
		{"one id twice", list(func(k *kind.Kind) { k.ID = good.ID }), 422, "/1/id", "entry 1"},
		{"a kind that there is, as a new one", list(func(k *kind.Kind) { k.ID, k.Vocabulary = "foaf:knows", "foaf" }), 409, "/1/version", "foaf:knows: there is such a kind, and its version is 1"},
		{"another version of it", list(func(k *kind.Kind) { k.ID, k.Vocabulary, k.Version = "foaf:knows", "foaf", 7 }), 409, "/1/version", "its version is 1"},
		{"a version of a kind that is gone", list(func(k *kind.Kind) { k.Version = 7 }), 409, "/1/version", "no such kind any more"},
		{"too large", strings.Repeat(" ", maxImport+1), 413, "", "larger"},
	} {
		before := s.databaseSum()
		r := s.send("POST", "/api/kinds/import", test.body, asJSON, "Idempotency-Key: "+test.reason)
		p := decode[problem](t, r)
		if r.StatusCode != test.status || p.Path != test.path || !strings.Contains(p.Detail, test.detail) {
			t.Errorf("%s: %d, %q, %q", test.reason, r.StatusCode, p.Path, p.Detail)
		}
		if s.databaseSum() != before {
			t.Errorf("%s: something was changed", test.reason)
		}
	}
	if r := s.send("POST", "/api/kinds/import", `[]`, "Content-Type: text/plain"); r.StatusCode != 415 {
		t.Errorf("text: %d", r.StatusCode)
	}
	if r := s.send("POST", "/api/kinds/import", `[]`, asJSON, "Origin: http://elsewhere.example", "Sec-Fetch-Site: cross-site"); r.StatusCode != 403 {
		t.Errorf("of another origin: %d", r.StatusCode)
	}
}
