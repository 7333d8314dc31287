//go:build !wasm

package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// listPage shows the kinds of the server of the current test.
type listPage struct {
	app.Compo
	names []string
}

var shown func() []string // set by the test that serves pages

var route = sync.OnceFunc(func() {
	newList := func() app.Composer { return &listPage{} }
	app.Route("/", newList)
	app.RouteWithRegexp("^/kinds/[^/]+$", newList)
})

func (l *listPage) OnPreRender(app.Context) { l.names = shown() }
func (l *listPage) Render() app.UI {
	return app.Ul().Body(app.Range(l.names).Slice(func(i int) app.UI { return app.Li().Text(l.names[i]) }))
}

// startPages starts a server whose pages show the names of all kinds.
func startPages(t *testing.T) testServer {
	route()
	s := start(t)
	shown = func() (names []string) {
		kinds, _ := s.Kinds(context.Background())
		for _, k := range kinds {
			names = append(names, k.Name)
		}
		return names
	}
	return s
}

func TestPageShowsTheDatabase(t *testing.T) {
	s := startPages(t)
	r := s.send("GET", "/", "")
	body := readAnswer(t, r)
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(body, "was death of") {
		t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
	tag := r.Header.Get("ETag")
	if r := s.send("GET", "/", "", "If-None-Match: "+tag); r.StatusCode != 304 {
		t.Errorf("unchanged: %d", r.StatusCode)
	}
	s.patch(somebody, `{"name":"passed away by"}`, asMerge)
	r = s.send("GET", "/", "", "If-None-Match: "+tag)
	if r.StatusCode != 200 || !strings.Contains(readAnswer(t, r), "passed away by") {
		t.Errorf("the page of before is not modified: %d", r.StatusCode)
	}
	if r := s.send("GET", "/", "", "Accept-Encoding: gzip"); r.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("not compressed: %v", r.Header)
	}
	if r := s.send("HEAD", "/", ""); r.StatusCode != 200 {
		t.Errorf("HEAD: %d", r.StatusCode)
	}
}

func TestPagesThatAreNotThere(t *testing.T) {
	s := startPages(t)
	for _, test := range []struct {
		target string
		status int
	}{
		{"/kinds/" + string(somebody), 200},
		{"/kinds/crm%3AP100_was_death_of", 200},
		{"/kinds/crm:P0", 404},
		{"/nothing", 404},
		{"/kinds/", 404},
		{"/robots.txt", 404},
		{"/favicon.ico", 404},
		{"/app.wasm", 404},
	} {
		if r := s.send("GET", test.target, ""); r.StatusCode != test.status {
			t.Errorf("%s: %d", test.target, r.StatusCode)
		}
	}
	if body := readAnswer(t, s.send("GET", "/nothing", "")); !strings.Contains(body, `<a href="/">`) {
		t.Errorf("no way back: %s", body)
	}
}

// Every address that the page names is of this server, and exists.
func TestAPageLoadsOnlyFilesThatAreServed(t *testing.T) {
	s := startPages(t)
	body := readAnswer(t, s.send("GET", "/", ""))
	names := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(body, -1)
	if len(names) < 8 {
		t.Fatalf("found only %q", names)
	}
	for _, name := range names {
		if r := s.send("GET", name[1], ""); !strings.HasPrefix(name[1], "/") || r.StatusCode != 200 {
			t.Errorf("%s: %d", name[1], r.StatusCode)
		}
	}
	if inline := regexp.MustCompile(`<script[^>]*>[^<]|<style|style="| on[a-z]+="`).FindString(body); inline != "" {
		t.Errorf("inline: %s", inline)
	}
	if i, j := strings.Index(body, "/web/a.css"), strings.Index(body, "/web/b.css"); i < 0 || j < i {
		t.Errorf("styles at %d and %d", i, j)
	}
}

func TestManifestAndLoaderAreServed(t *testing.T) {
	s := startPages(t)
	manifest := decode[struct {
		Name  string
		Icons []struct{ Src, Purpose string }
	}](t, s.send("GET", "/manifest.webmanifest", ""))
	if manifest.Name != "atomsaga" || len(manifest.Icons) != 4 {
		t.Errorf("%+v", manifest)
	}
	for _, icon := range manifest.Icons {
		if r := s.send("GET", icon.Src, ""); r.StatusCode != 200 {
			t.Errorf("%s: %d", icon.Src, r.StatusCode)
		}
	}
	if script := readAnswer(t, s.send("GET", "/app.js", "")); !strings.Contains(script, fmt.Sprintf("goappWasmContentLength = %q", fmt.Sprint(len("\x00asm plain")))) {
		t.Error("the loader does not know the length of app.wasm")
	}
	if r := s.send("GET", "/wasm_exec.js", ""); readAnswer(t, r) != "// exec" || r.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("wasm_exec.js: %v", r.Header)
	}
}

// Our part of the worker uses three names of go-app's part. This fails when a later version
// of go-app renames them.
func TestTheServiceWorkerIsOursAndGoApps(t *testing.T) {
	s := startPages(t)
	r := s.send("GET", "/app-worker.js", "")
	script := readAnswer(t, r)
	if r.StatusCode != 200 || strings.Contains(script, "{{") {
		t.Fatalf("%d", r.StatusCode)
	}
	const cacheName = "const cacheName"
	ours, theirs, found := strings.Cut(script, cacheName)
	if !found {
		t.Fatal("go-app's half has no cacheName")
	}
	for _, event := range []string{"install", "activate", "fetch"} {
		listener := fmt.Sprintf("addEventListener(%q", event)
		if strings.Count(ours, listener) != 1 || strings.Count(theirs, listener) != 1 {
			t.Errorf("%s: not one listener in each half", event)
		}
	}
	for use, definition := range map[string]string{
		"deletePreviousCaches()": "async function deletePreviousCaches(",
		"open(cacheName)":        `cacheName = "app-`,
		"resourcesToCache.map":   "resourcesToCache = [",
	} {
		if !strings.Contains(ours, use) || !strings.Contains(cacheName+theirs, definition) {
			t.Errorf("%s and %s are not in their halves", use, definition)
		}
	}
	resources := regexp.MustCompile(`resourcesToCache = (\[.*\]);`).FindStringSubmatch(theirs)
	var names []string
	if resources == nil || json.Unmarshal([]byte(resources[1]), &names) != nil {
		t.Fatal("no list of resources")
	}
	for _, name := range append(names, "/api/kinds", "/", "/wasm_exec.js", "/early.js", "/web/a.css") {
		if !strings.Contains(resources[1], fmt.Sprintf("%q", name)) {
			t.Errorf("%s is not kept", name)
		}
		if r := s.send("GET", name, ""); r.StatusCode != http.StatusOK { // one that is missing, and none is kept
			t.Errorf("%s: %d", name, r.StatusCode)
		}
	}
}

func TestPagesOfManyAtOnceAreTheirOwn(t *testing.T) {
	s := startPages(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if r := s.send("GET", "/", ""); r.StatusCode != 200 || !strings.Contains(readAnswer(t, r), "was death of") {
				t.Errorf("%d", r.StatusCode)
			}
		})
	}
	group.Wait()
}
