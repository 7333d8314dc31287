//go:build !wasm

package main

import (
	"fmt"
	"os"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// generate writes the static site into the folder named by the first argument.
func generate() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: goapp-dom FOLDER")
		os.Exit(2)
	}
	err := app.GenerateStaticWebsite(os.Args[1], &app.Handler{
		Name:  "go-app, DOM by hand",
		Title: "go-app, DOM by hand",
		Icon:  app.Icon{Default: "/web/icon.svg", Large: "/web/icon.svg", SVG: "/web/icon.svg", Maskable: "/web/icon.svg"},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
