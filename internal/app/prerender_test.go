//go:build !js

package app

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/internal/kind"
)

// A fixedSource is a Source with these kinds, or this error.
type fixedSource struct {
	kinds []kind.Kind
	err   error
}

func (s fixedSource) Kinds(context.Context) ([]kind.Kind, error) { return s.kinds, s.err }

var register = sync.OnceFunc(Register)

// prerender returns the body of a page as the server sends it, without indentation.
func prerender(t *testing.T, from fixedSource, address string) string {
	t.Helper()
	register()
	Source = from
	t.Cleanup(func() { Source = nil })
	answer := httptest.NewRecorder()
	(&app.Handler{}).ServeHTTP(answer, httptest.NewRequest("GET", address, nil))
	if answer.Code != 200 {
		t.Fatalf("%s: status %d", address, answer.Code)
	}
	return regexp.MustCompile(`\n\s*`).ReplaceAllString(answer.Body.String(), "")
}

func TestPrerenderedPages(t *testing.T) {
	three := fixedSource{kinds: []kind.Kind{wasDeathOf, diedIn, knows}}
	empty := fixedSource{}
	broken := fixedSource{err: errors.New("the disk is full")}
	type texts []string
	for _, test := range []struct {
		reason    string
		from      fixedSource
		address   string
		has, lack texts
	}{
		{"the list", three, "/",
			texts{`>3 kinds<`, `>was death of<`, `>died in<`, `href="/kinds/foaf:knows"`, `>CIDOC CRM (2)<`, `<title>Relationship kinds – atomsaga</title>`},
			texts{"on their way", `data-testid="version"`}},
		{"searched", three, "/?q=DIED", texts{`>1 of 3 kinds<`, `>died in<`, `value="DIED"`}, texts{`>was death of</span>`}},
		{"filtered", three, "/?vocabulary=foaf", texts{`>1 of 3 kinds<`, `>knows<`}, texts{`>died in<`}},
		{"nothing found has a way out", three, "/?q=zzz", texts{`>0 of 3 kinds<`, `>Show all<`}, texts{`data-testid="row"`}},
		{"a kind", three, "/kinds/crm:P100_was_death_of",
			texts{`<title>was death of – atomsaga</title>`, `value="was death of"`, `>Links a death to a person.</textarea>`,
				`data-testid="version">1<`, `>E69 Death<`, `href="/kinds/crm:P100i_died_in">died in<`, `aria-current="page"`},
			texts{"No such kind"}},
		{"its inverse is not there", three, "/kinds/foaf:knows", texts{`No kind reads the other way.`}, nil},
		{"an id that there is not", three, "/kinds/foaf:hates", texts{`>No such kind<`, `“foaf:hates”`, `href="/">All kinds<`}, texts{`data-testid="version"`}},
		{"an empty database", empty, "/", texts{`>0 kinds<`}, texts{"on their way"}},
		{"a database that cannot be read", broken, "/", texts{`>Not loaded<`, `could not be loaded: the disk is full.`, `>Retry<`}, nil},
		{"and the page of a kind then", broken, "/kinds/foaf:knows", texts{`could not be loaded: the disk is full.`}, texts{"No such kind"}},
	} {
		page := prerender(t, test.from, test.address)
		for _, text := range test.has {
			if !strings.Contains(page, text) {
				t.Errorf("%s: %s is not on the page", test.reason, text)
			}
		}
		for _, text := range test.lack {
			if strings.Contains(page, text) {
				t.Errorf("%s: %s is on the page", test.reason, text)
			}
		}
	}
}

// go-app escapes no quotes in attributes.
func TestPrerenderedTextIsNoMarkup(t *testing.T) {
	const hostile = `"><script>alert(1)</script><a b='\`
	bad := wasDeathOf
	bad.Name, bad.Description, bad.Inverse, bad.Vocabulary = hostile, hostile, hostile, "crm"
	for _, address := range []string{"/", "/?q=%22%3E%3Cscript%3E&vocabulary=%22%3E%3Cscript%3E", hrefOfKind(p100), "/kinds/%22%3E%3Cscript%3E"} {
		page := prerender(t, fixedSource{kinds: []kind.Kind{bad}}, address)
		page = regexp.MustCompile(`="[^"]*"`).ReplaceAllString(page, "")
		if strings.Contains(page, "<script>") {
			t.Errorf("%s: a text became markup", address)
		}
	}
}

func TestThePrerenderedListIsShort(t *testing.T) {
	var many []kind.Kind
	for i := range 983 {
		k := knows
		k.ID = kind.ID(fmt.Sprintf("foaf:%03d", i))
		many = append(many, k)
	}
	page := prerender(t, fixedSource{kinds: many}, "/")
	if n := strings.Count(page, `data-testid="row"`); n != rowStep {
		t.Errorf("%d rows, want %d", n, rowStep)
	}
	if !strings.Contains(page, `>983 kinds<`) || !strings.Contains(page, `>Show 60 more<`) {
		t.Error("the page does not say that there are more")
	}
}

func TestPrerenderedRequestsDoNotMix(t *testing.T) {
	register()
	Source = fixedSource{kinds: []kind.Kind{wasDeathOf, diedIn, knows}}
	t.Cleanup(func() { Source = nil })
	handler := &app.Handler{}
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	var all sync.WaitGroup
	for i := range 50 {
		address, want := "/?q=knows", ">1 of 3 kinds<"
		if i%2 == 0 {
			address, want = hrefOfKind(p100), `data-testid="version">1<`
		}
		all.Go(func() {
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, httptest.NewRequest("GET", address, nil))
			if !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%s: %s is not on the page", address, want)
			}
		})
	}
	all.Wait()
}
