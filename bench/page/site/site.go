//go:build !wasm

// Package site writes the static site around a page of the bench that is written
// in Go. In the browser its functions do nothing, and leave app.Handler, and with
// it net/http, out of the page.
package site

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components/early"
)

const icon = "/web/icon.svg" // build.mjs copies it there

// Write writes the site of a go-app page with that title into the folder that the
// program's only argument names. It ends the program when it cannot.
func Write(title string) {
	exitOn(app.GenerateStaticWebsite(folder(), handler(title)))
}

// WriteEarly is Write for a page that keeps the clicks made before its program runs.
func WriteEarly(title string) {
	h := handler(title)
	h.Scripts = []string{early.Path}
	exitOn(app.GenerateStaticWebsite(folder(), h))
	exitOn(os.WriteFile(filepath.Join(folder(), early.Path), early.Script, 0o644))
}

// WriteHTML is Write for a page without go-app, whose index.html is given.
func WriteHTML(html string) {
	exitOn(os.WriteFile(filepath.Join(folder(), "index.html"), []byte(html), 0o644))
}

func handler(title string) *app.Handler {
	return &app.Handler{
		Name:  title,
		Title: title,
		Icon:  app.Icon{Default: icon, Large: icon, SVG: icon, Maskable: icon},
	}
}

func folder() string {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "usage: %s FOLDER\n", filepath.Base(os.Args[0]))
		os.Exit(2)
	}
	return os.Args[1]
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
