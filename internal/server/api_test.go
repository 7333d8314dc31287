//go:build !wasm

package server

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/atomsaga/atomsaga/internal/kind"
)

func TestListKinds(t *testing.T) {
	s := start(t)
	for _, test := range []struct {
		query, reason string
		n             int
	}{
		{"", "all", 983},
		{"?vocabulary=org", "one vocabulary", 35},
		{"?q=DEATH%20OF", "a text in the name, in any case", 1},
		{"?q=p100_was", "a text in the id", 1},
		{"?q=PERSON+that+died", "a text in the description only", 1},
		{"?vocabulary=org&q=member", "both", 8},
		{"?vocabulary=nothing", "a vocabulary that is not there", 0},
		{"?q=%F0%9F%A6%84", "a text that is nowhere", 0},
		{"?other=x", "a parameter of nobody", 983},
	} {
		r := s.send("GET", "/api/kinds"+test.query, "")
		body := readAnswer(t, r)
		var kinds []kind.Kind
		if err := json.Unmarshal([]byte(body), &kinds); err != nil || r.StatusCode != 200 || r.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %d, %v", test.reason, r.StatusCode, err)
		}
		if len(kinds) != test.n || body == "null" {
			t.Errorf("%s: %d kinds, want %d", test.reason, len(kinds), test.n)
		}
	}
}

func TestListIsTaggedWithTheVersion(t *testing.T) {
	s := start(t)
	r := s.send("GET", "/api/kinds", "")
	tag := r.Header.Get("ETag")
	if !strings.HasPrefix(tag, `W/"0.`) {
		t.Errorf("tag %s", tag)
	}
	for _, target := range []string{"/api/kinds", "/api/kinds?q=death"} {
		if r := s.send("GET", target, "", "If-None-Match: "+tag); r.StatusCode != 304 || readAnswer(t, r) != "" || r.Header.Get("ETag") != tag {
			t.Errorf("%s unchanged: %d", target, r.StatusCode)
		}
	}
	s.patch(somebody, `{"name":"x"}`, asMerge)
	r = s.send("GET", "/api/kinds", "", "If-None-Match: "+tag)
	if r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("ETag"), `W/"1.`) || decode[[]kind.Kind](t, r)[0].Name != "x" {
		t.Errorf("changed: %d %s", r.StatusCode, r.Header.Get("ETag"))
	}
	if other := start(t).send("GET", "/api/kinds", "").Header.Get("ETag"); other != tag {
		t.Errorf("a copy of the database has tag %s, not %s", other, tag)
	}
}

func TestListIsCompressed(t *testing.T) {
	s := start(t)
	r := s.send("GET", "/api/kinds", "", "Accept-Encoding: gzip, deflate, br")
	if r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Vary") != "Accept-Encoding" || r.ContentLength > 100_000 {
		t.Errorf("headers %v", r.Header)
	}
	plain, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []kind.Kind
	if err := json.NewDecoder(plain).Decode(&kinds); err != nil || len(kinds) != 983 {
		t.Errorf("%d kinds, %v", len(kinds), err)
	}
}

func TestGetKind(t *testing.T) {
	s := start(t)
	r := s.send("GET", "/api/kinds/crm:P100_was_death_of", "")
	if r.StatusCode != 200 || r.Header.Get("ETag") != `"1"` || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	if k := decode[kind.Kind](t, r); !reflect.DeepEqual(k, s.kind(somebody)) || k.Name != "was death of" {
		t.Errorf("%+v", k)
	}
	if r := s.send("GET", "/api/kinds/crm%3AP100_was_death_of", ""); r.StatusCode != 200 {
		t.Errorf("escaped: %d", r.StatusCode)
	}
	if r := s.send("GET", "/api/kinds/crm:P100_was_death_of", "", `If-None-Match: "7", W/"1"`); r.StatusCode != 304 || r.Header.Get("ETag") != `"1"` {
		t.Errorf("unchanged: %d", r.StatusCode)
	}
}

func TestPatchKind(t *testing.T) {
	for _, test := range []struct {
		reason, contentType, body string
		want                      func(*kind.Kind)
	}{
		{"one field", asPatch, `[{"op":"replace","path":"/has_direction","value":false}]`,
			func(k *kind.Kind) { k.HasDirection = false }},
		{"several operations, the outcome counts", asPatch,
			`[{"op":"test","path":"/name","value":"was death of"},{"op":"remove","path":"/name"},{"op":"add","path":"/name","value":"died"}]`,
			func(k *kind.Kind) { k.Name = "died" }},
		{"elements of an array", asPatch,
			`[{"op":"add","path":"/domain/-","value":"B"},{"op":"add","path":"/domain/0","value":"A"},{"op":"remove","path":"/domain/1"}]`,
			func(k *kind.Kind) { k.Domain = []string{"A", "B"} }},
		{"move", asPatch, `[{"op":"move","from":"/domain/0","path":"/range/0"}]`,
			func(k *kind.Kind) { k.Domain, k.Range = []string{}, []string{"E69_Death", "E21_Person"} }},
		{"copy", asPatch, `[{"op":"copy","from":"/name","path":"/description"}]`,
			func(k *kind.Kind) { k.Description = "was death of" }},
		{"what may be missing is empty", asPatch, `[{"op":"remove","path":"/inverse"}]`,
			func(k *kind.Kind) { k.Inverse = "" }},
		{"merge", asMerge, `{"name":"died","range":["X"]}`,
			func(k *kind.Kind) { k.Name, k.Range = "died", []string{"X"} }},
		{"merge with null", asMerge, `{"inverse":null,"description":null}`,
			func(k *kind.Kind) { k.Inverse, k.Description = "", "" }},
		{"fields that keep their value may be fixed ones", asMerge, `{"id":"crm:P100_was_death_of","version":1,"name":"died"}`,
			func(k *kind.Kind) { k.Name = "died" }},
		{"a charset", "Content-Type: application/merge-patch+json; charset=UTF-8", `{"name":"Tod von"}`,
			func(k *kind.Kind) { k.Name = "Tod von" }},
		{"signs of HTML", asMerge, `{"name":"<b>&</b> \u2028"}`,
			func(k *kind.Kind) { k.Name = "<b>&</b> \u2028" }},
		{"members that RFC 6902 does not know", asPatch, `[{"op":"replace","path":"/name","value":"died","comment":1}]`,
			func(k *kind.Kind) { k.Name = "died" }},
	} {
		t.Run(test.reason, func(t *testing.T) {
			s := start(t)
			want := s.kind(somebody)
			test.want(&want)
			want.Version = 2
			r := s.patch(somebody, test.body, test.contentType)
			if r.StatusCode != 200 || r.Header.Get("ETag") != `"2"` {
				t.Fatalf("%d %s: %s", r.StatusCode, r.Header.Get("ETag"), readAnswer(t, r))
			}
			if got := decode[kind.Kind](t, r); !reflect.DeepEqual(got, want) {
				t.Errorf("answered %+v\nwant     %+v", got, want)
			}
			if got := s.kind(somebody); !reflect.DeepEqual(got, want) {
				t.Errorf("stored %+v\nwant   %+v", got, want)
			}
		})
	}
}

func TestPatchThatChangesNothing(t *testing.T) {
	s := start(t)
	before := s.databaseSum()
	for _, body := range []string{`[]`, `[{"op":"test","path":"/version","value":1}]`, `[{"op":"replace","path":"/name","value":"was death of"}]`} {
		if r := s.patch(somebody, body, asPatch); r.StatusCode != 200 || r.Header.Get("ETag") != `"1"` {
			t.Errorf("%s: %d %s", body, r.StatusCode, r.Header.Get("ETag"))
		}
	}
	if s.databaseSum() != before {
		t.Error("the database changed")
	}
}

func TestIfMatch(t *testing.T) {
	s := start(t)
	for _, test := range []struct {
		header string
		status int
		tag    string
	}{
		{`"1"`, 200, `"2"`},
		{`"1"`, 412, `"2"`},
		{`W/"2"`, 412, `"2"`}, // weak tags are no match
		{`"7", "2"`, 200, `"3"`},
		{`*`, 200, `"4"`},
	} {
		r := s.patch(somebody, `[{"op":"add","path":"/domain/-","value":"X"}]`, asPatch, "If-Match: "+test.header)
		if r.StatusCode != test.status || r.Header.Get("ETag") != test.tag {
			t.Errorf("%s: %d %s, want %d %s", test.header, r.StatusCode, r.Header.Get("ETag"), test.status, test.tag)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	s := start(t)
	const body = `[{"op":"add","path":"/domain/-","value":"X"}]`
	first := s.patch(somebody, body, asPatch, "Idempotency-Key: k1", `If-Match: "1"`)
	firstBody := readAnswer(t, first)
	s.patch(somebody, `{"name":"later"}`, asMerge)
	after := s.databaseSum()

	again := s.patch(somebody, body, asPatch, "Idempotency-Key: k1", `If-Match: "1"`)
	if again.StatusCode != 200 || again.Header.Get("ETag") != `"2"` || again.Header.Get("Idempotency-Replayed") != "true" || readAnswer(t, again) != firstBody {
		t.Errorf("again: %d %v", again.StatusCode, again.Header)
	}
	if first.Header.Get("Idempotency-Replayed") != "" {
		t.Error("the first answer is marked as a replay")
	}
	for reason, send := range map[string]func() *http.Response{
		"another body": func() *http.Response { return s.patch(somebody, `[]`, asPatch, "Idempotency-Key: k1", `If-Match: "1"`) },
		"another kind": func() *http.Response {
			return s.patch("org:hasMember", body, asPatch, "Idempotency-Key: k1", `If-Match: "1"`)
		},
		"another If-Match": func() *http.Response { return s.patch(somebody, body, asPatch, "Idempotency-Key: k1") },
	} {
		if r := send(); r.StatusCode != 422 || !strings.Contains(readAnswer(t, r), "Idempotency-Key") {
			t.Errorf("the same key with %s: %d", reason, r.StatusCode)
		}
	}
	if s.databaseSum() != after {
		t.Error("a replay or a reused key changed something")
	}
}

func TestRefusedRequestLeavesItsKeyFree(t *testing.T) {
	s := start(t)
	if r := s.patch(somebody, `{"name":""}`, asMerge, "Idempotency-Key: k1"); r.StatusCode != 422 {
		t.Fatal(r.StatusCode)
	}
	if r := s.patch(somebody, `{"name":"right"}`, asMerge, "Idempotency-Key: k1"); r.StatusCode != 200 || r.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
}

// A hundred clients read a kind and change it with If-Match, until that succeeds: no change
// is lost, and no version is left out or used twice.
func TestParallelPatchesWithIfMatch(t *testing.T) {
	s := start(t)
	var group sync.WaitGroup
	tags := make([]string, 100)
	for i := range tags {
		group.Go(func() {
			body := fmt.Sprintf(`[{"op":"add","path":"/domain/-","value":"client %d"}]`, i)
			tag := `"1"`
			for {
				r := s.patch(somebody, body, asPatch, "If-Match: "+tag)
				tag = r.Header.Get("ETag")
				if r.StatusCode == 200 {
					tags[i] = tag
					return
				}
				if r.StatusCode != 412 {
					t.Errorf("client %d: %d", i, r.StatusCode)
					return
				}
			}
		})
	}
	group.Wait()
	seen := map[string]bool{}
	for _, tag := range tags {
		seen[tag] = true
	}
	for version := int64(2); version <= 101; version++ {
		if !seen[versionTag(version)] {
			t.Errorf("nobody made version %d", version)
		}
	}
	if k := s.kind(somebody); k.Version != 101 || len(k.Domain) != 101 {
		t.Errorf("version %d with %d elements", k.Version, len(k.Domain))
	}
	if position, _ := s.store.Position(t.Context()); position.Version != 100 {
		t.Errorf("position %v", position)
	}
}

// The same request, sent by many clients at once, is carried out once.
func TestParallelReplays(t *testing.T) {
	s := start(t)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			r := s.patch(somebody, `[{"op":"add","path":"/domain/-","value":"X"}]`, asPatch, "Idempotency-Key: one")
			if r.StatusCode != 200 || r.Header.Get("ETag") != `"2"` {
				t.Errorf("%d %s", r.StatusCode, r.Header.Get("ETag"))
			}
		})
	}
	group.Wait()
	if k := s.kind(somebody); k.Version != 2 || len(k.Domain) != 2 {
		t.Errorf("%+v", k)
	}
}
