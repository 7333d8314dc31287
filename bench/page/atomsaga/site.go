//go:build !wasm

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"github.com/atomsaga/atomsaga/components/early"
)

// generate writes the static site into the folder named by the first argument.
func generate() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: atomsaga FOLDER")
		os.Exit(2)
	}
	err := app.GenerateStaticWebsite(os.Args[1], &app.Handler{
		Name:    "atomsaga",
		Title:   "atomsaga",
		Scripts: []string{early.Path},
		Icon:    app.Icon{Default: "/web/icon.svg", Large: "/web/icon.svg", SVG: "/web/icon.svg", Maskable: "/web/icon.svg"},
	})
	if err == nil {
		err = os.WriteFile(filepath.Join(os.Args[1], early.Path), early.Script, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
