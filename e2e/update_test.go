//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/atomsaga/atomsaga/e2e/browser"
	"github.com/atomsaga/atomsaga/e2e/gate"
	pages "github.com/atomsaga/atomsaga/internal/app"
	"github.com/atomsaga/atomsaga/internal/server"
)

// startRelease opens a server of a program that differs by the mark, which is added to the
// wasm as a custom section.
func startRelease(t *testing.T, mark string) *server.Server {
	t.Helper()
	files := fstest.MapFS{}
	web := os.DirFS(filepath.Join("..", "web"))
	err := fs.WalkDir(web, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) == ".br" || filepath.Ext(name) == ".gz" {
			return err
		}
		content, err := fs.ReadFile(web, name)
		if name == "app.wasm" {
			content = append(bytes.Clone(content), append([]byte{0, byte(len(mark) + 1), byte(len(mark))}, mark...)...)
		}
		files[name] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	exec, err := os.ReadFile(filepath.Join("..", "wasm_exec.js"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(context.Background(), server.Config{Database: filepath.Join(t.TempDir(), "atomsaga.db"), Web: files, WasmExec: exec})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// programOf returns the address of the server's program.
func programOf(t *testing.T, s *server.Server) string {
	t.Helper()
	answer := httptest.NewRecorder()
	request := httptest.NewRequest("GET", "http://localhost/app.js", nil)
	s.Handler().ServeHTTP(answer, request)
	return regexp.MustCompile(`/web/app\.[0-9a-f]+\.wasm`).FindString(answer.Body.String())
}

// A releasedSite is a site whose program gets a new version.
type releasedSite struct {
	first, second *server.Server
	current       atomic.Pointer[server.Server] // the one that answers
}

// openFirstRelease opens the page of the first version, and returns when its service
// worker has all files. The app has no program of its own.
func openFirstRelease(t *testing.T) (*app, *releasedSite) {
	t.Helper()
	site := &releasedSite{first: startRelease(t, "first"), second: startRelease(t, "second")}
	site.current.Store(site.first)
	pages.Register()
	pages.Source = site.first
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site.current.Load().Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	a := newAppOf(browser.New(t), nil, gate.New(t, front.URL))
	a.Goto(a.gate.URL("/"))
	a.waitForProgram()
	a.waitForWorker()
	return a, site
}

func TestAnotherVersionOfTheProgramArrives(t *testing.T) {
	a, site := openFirstRelease(t)
	runs := func(program string, fromWorker bool) {
		t.Helper()
		a.WantTrue(fmt.Sprintf(`performance.getEntriesByType("resource").some(e => e.name.endsWith(%q) && (e.workerStart > 0) === %v)`, program, fromWorker))
	}
	kept := func(program string) {
		t.Helper()
		a.WantTrue(fmt.Sprintf(`(async () => {
			const names = await caches.keys()
			if (names.length !== 1) return false // to open one that is about to be deleted makes it again
			const kept = (await (await caches.open(names[0])).keys()).map(r => r.url).filter(url => url.endsWith(".wasm"))
			return kept.length === 1 && kept[0].endsWith(%q)
		})()`, program))
	}
	runs(programOf(t, site.first), false)
	kept(programOf(t, site.first))

	a.reload() // the second visit
	runs(programOf(t, site.first), true)

	site.current.Store(site.second)
	a.reload() // begins with what is there, and fetches what is new
	a.row(wasDeathOf).WantVisible()
	kept(programOf(t, site.second))
	a.row(wasDeathOf).Click() // goes on all the while
	a.name().WantValue("was death of")

	a.reload()
	runs(programOf(t, site.second), true)
	a.name().WantValue("was death of")

	a.Allow("ERR_")
	a.SetOffline(true)
	a.gate.Down(true)
	a.reload()
	a.name().WantValue("was death of")
}
