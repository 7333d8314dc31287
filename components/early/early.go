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

// Path is where [Handler] is expected, and what a page names in the Scripts of
// its app.Handler. The service worker keeps it then, as all of them.
const Path = "/early.js"

// Script is the script, for who serves files in a way of their own.
var Script = slices.Concat(storage, early, translate)

//go:embed storage.js
var storage []byte

//go:embed early.js
var early []byte

//go:embed translate.js
var translate []byte

// Handler serves the script, and has browsers ask whether it is still right.
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
