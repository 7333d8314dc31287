//go:build !wasm

package early

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Path is where [Handler] has to be served. A page names it in the Scripts of its
// app.Handler, whose service worker then caches the script as well.
const Path = "/early.js"

// Script is the script, for servers that have a way of their own to serve files. It must not
// be modified.
var Script = slices.Concat(storage, early, translate)

//go:embed storage.js
var storage []byte

//go:embed early.js
var early []byte

//go:embed translate.js
var translate []byte

// Handler returns a handler that serves the script. Browsers have to ask each time whether
// it has changed.
func Handler() http.Handler {
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256(Script))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/javascript; charset=utf-8")
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", tag)
		http.ServeContent(w, r, Path, time.Time{}, bytes.NewReader(Script))
	})
}
