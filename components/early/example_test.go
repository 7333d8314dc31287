//go:build !wasm

package early_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components/early"
)

type page struct{ app.Compo }

func (p *page) Render() app.UI { return app.Button().Text("Save") }

// A server serves the script, and each of its pages loads it.
func Example() {
	app.Route("/", func() app.Composer { return &page{} })
	mux := http.NewServeMux()
	mux.Handle(early.Path, early.Handler())
	mux.Handle("/", &app.Handler{Title: "Relations", Scripts: []string{early.Path}})

	get := func(path string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		return answer
	}
	script := get(early.Path)
	fmt.Println(script.Code, script.Header().Get("Content-Type"))
	fmt.Println(strings.Contains(get("/").Body.String(), `src="/early.js"`))
	// Output:
	// 200 text/javascript; charset=utf-8
	// true
}

// A server that serves files in its own way, here under an address that names the version,
// serves the script itself.
func ExampleScript() {
	const path = "/static/v1/early.js"
	mux := http.NewServeMux()
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Header().Set("Cache-Control", "max-age=31536000, immutable")
		w.Write(early.Script)
	})
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
	fmt.Println(answer.Code, answer.Body.Len() == len(early.Script))
	// Output: 200 true
}
